//! What only somebody at a terminal sees, with the terminal left out.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use checker::program::begin;
use common::{
    input::Line,
    messages::Settings,
    net::{ConnectOptions, connect},
    output::Output,
    stop::Stop,
};
use crossbeam_channel::{Receiver, unbounded};
use tcp_basics::client;

use crate::PAIR;

/// What is on the screen.
#[derive(Clone, Default)]
struct Screen {
    text: Arc<Mutex<String>>,
    /// How long it takes to show something.
    slow: Duration,
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        thread::sleep(self.slow);
        let mut text = self.text.lock().expect("no panic");
        text.push_str(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn typed(lines: &[&str]) -> Receiver<Line> {
    let (typed, input) = unbounded();
    for line in lines {
        let line = line.as_bytes().to_vec();
        typed.send(Ok(line)).expect("the reader is below");
    }
    input
}

/// A client of the server at `address` to its end, while somebody types; how it
/// ended.
fn client(address: &str, lines: &[&str], settings: Settings, screen: &Screen) -> String {
    let (address, stop) = (address.parse().expect("an address"), Stop::new());
    let stream = connect(&address, &ConnectOptions::default(), &stop).expect("connect");
    let options = client::Options {
        prompt: true,
        send_only: false,
        settings,
    };
    let (input, output) = (typed(lines), Output::to(screen.clone()));
    let ended = begin(move || client::run(stream, &input, &options, &output, &stop)).end();
    ended.map_or_else(|failure| failure.to_string(), |()| String::new())
}

#[test]
fn each_answer_comes_before_the_next_prompt_and_an_empty_line_is_no_message() {
    let server = PAIR.server(&[]);
    let screen = Screen::default();
    let lines = ["", "one", "two"];
    let ended = client(&server.address(), &lines, Settings::default(), &screen);
    assert_eq!(ended, "");
    assert_eq!(*screen.text.lock().unwrap(), ">>> >>> one\n>>> two\n>>> ");
}

#[test]
fn a_slow_screen_is_no_slow_server() {
    let server = PAIR.server(&[]);
    let screen = Screen {
        slow: Duration::from_millis(600),
        ..Screen::default()
    };
    let settings = Settings {
        timeout: Some(Duration::from_millis(200)),
        ..Settings::default()
    };
    assert_eq!(client(&server.address(), &["one"], settings, &screen), "");
}
