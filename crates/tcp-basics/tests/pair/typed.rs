//! What only somebody at a terminal sees, with the terminal left out.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use checker::program::{SOON, begin};
use common::{
    input::Line,
    messages::Settings,
    net::{Acceptor, ConnectOptions, ListenOptions, connect, listen},
    output::Output,
    stop::Stop,
};
use crossbeam_channel::{Receiver, Sender, unbounded};
use tcp_basics::{
    client,
    server::{self, Reply},
};

use crate::PAIR;

/// What is on the screen.
#[derive(Clone, Default)]
struct Screen {
    text: Arc<Mutex<String>>,
    /// How long it takes to show an answer.
    slow: Duration,
    /// Who types an answer as soon as there is a prompt.
    operator: Option<Sender<Line>>,
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes != b">>> " {
            thread::sleep(self.slow);
        }
        let mut text = self.text.lock().expect("no panic");
        text.push_str(&String::from_utf8_lossy(bytes));
        if let Some(operator) = self.operator.as_ref().filter(|_| bytes == b">>> ") {
            operator.send(Ok(b"now".to_vec())).expect("a reader");
        }
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
    // The server, which is not slow, has the limit as well, on a busy machine.
    let limit = Duration::from_secs(2);
    let screen = Screen {
        slow: limit + limit / 4,
        ..Screen::default()
    };
    let settings = Settings {
        timeout: Some(limit),
        ..Settings::default()
    };
    assert_eq!(client(&server.address(), &["one"], settings, &screen), "");
}

#[test]
fn what_an_operator_typed_before_the_question_is_no_answer() {
    let (operator, answers) = unbounded();
    operator.send(Ok(b"too early".to_vec())).unwrap();
    let screen = Screen {
        operator: Some(operator),
        ..Screen::default()
    };
    let stop = Stop::new();
    let listeners = listen(&"127.0.0.1:0".parse().unwrap(), ListenOptions::default()).unwrap();
    let address = listeners[0].endpoint().to_string();
    let acceptor = Acceptor::new(listeners, &stop).unwrap();
    let options = server::Options {
        reply: Reply::Ask(answers),
        once: true,
        prompt: true,
        settings: Settings::default(),
        idle: Some(SOON),
        grace: SOON,
    };
    let output = Output::to(screen);
    let serving = begin(move || server::run(acceptor, &options, &output, &stop));
    assert_eq!(PAIR.talk(&address, &["--message", "?"], "").0, "now\n");
    assert_eq!(serving.end().unwrap().clients, 1);
}
