//! A name with several addresses, and a network with no way to some of them.

use std::{
    cell::Cell,
    net::{SocketAddr, UdpSocket},
    time::Duration,
};

use checker::program::{
    SOON,
    datagrams::{fake, send, socket},
};
use common::{
    net::{DatagramOptions, DatagramSocket, Target},
    output::Output,
    stop::Stop,
};
use udp_timesync::{
    client::{self, Open, Options, Question},
    sntp::{Packet, SECOND, Timestamp},
};

/// Answers in either form.
fn answer(socket: &UdpSocket, question: &[u8], from: SocketAddr) {
    match Packet::parse(question) {
        Some(question) => {
            let time = Timestamp::at(86_400 * SECOND);
            send(socket, &question.answer(2, time, time).emit(), from);
        }
        None => send(socket, question, from),
    }
}

fn server() -> String {
    fake(answer)
}

fn open(address: &str, target: Target) -> DatagramSocket {
    let options = DatagramOptions { bind: None, target };
    let address = address.parse().expect("an address");
    let opened = DatagramSocket::open(&address, &options);
    opened.expect("a socket").remove(0)
}

/// A socket that cannot send: nobody has asked for broadcasts here.
fn no_way() -> DatagramSocket {
    open("255.255.255.255:9", Target::Unconnected)
}

/// Asks four times, and gives the last line of the program, without an error
/// none.
fn ask(question: Question, timeout: Duration, open: Open<'_>) -> String {
    let options = Options {
        question,
        count: Some(4),
        interval: Duration::ZERO,
        wait: Duration::from_millis(50),
        timeout: Some(timeout),
        verbose: false,
    };
    let output = Output::to(std::io::sink());
    match client::run(open, &options, &output, &Stop::new()) {
        Ok(()) => String::new(),
        Err(failure) => failure.to_string(),
    }
}

fn forms() -> [Question; 2] {
    [Question::Text("hi".to_owned()), Question::Sntp]
}

#[test]
fn from_silence_refusal_and_no_way_it_goes_on_to_the_next_address() {
    let server = server();
    let deaf = socket();
    let silent = deaf.local_addr().unwrap().to_string();
    let closed = socket().local_addr().unwrap().to_string();
    for form in forms() {
        let several = || {
            Ok(vec![
                no_way(),
                open(&silent, Target::Connected),
                open(&closed, Target::Connected),
                open(&server, Target::Connected),
            ])
        };
        assert_eq!(ask(form, SOON, &several), "");
    }
}

#[test]
fn it_comes_back_to_an_address_whose_answer_was_lost() {
    for form in forms() {
        let mut count = 0;
        let server = fake(move |socket, question, from| {
            count += 1;
            if count > 1 {
                answer(socket, question, from);
            }
        });
        let several = || {
            let server = open(&server, Target::Connected);
            Ok(vec![server, no_way()])
        };
        assert_eq!(ask(form, SOON, &several), "");
    }
}

#[test]
fn no_way_to_any_address_is_the_end_and_says_why() {
    let closed = socket().local_addr().unwrap().to_string();
    for form in forms() {
        let several = || Ok(vec![open(&closed, Target::Connected), no_way()]);
        let failure = ask(form, SOON, &several);
        let last = "cannot reach 255.255.255.255:9: ";
        assert!(failure.starts_with(last), "{failure}");
    }
}

#[test]
fn no_way_after_an_answer_is_waited_out_as_silence_is() {
    let server = server();
    for lost in [1, 3] {
        let opened = Cell::new(0);
        let broken = || {
            opened.set(opened.get() + 1);
            Ok(vec![match opened.get() {
                2.. if opened.get() < 2 + lost => no_way(),
                _ => open(&server, Target::Connected),
            }])
        };
        assert_eq!(ask(forms()[0].clone(), SOON, &broken), "");
    }
    let opened = Cell::new(0);
    let broken = || {
        opened.set(opened.get() + 1);
        Ok(vec![match opened.get() {
            1 => open(&server, Target::Connected),
            _ => no_way(),
        }])
    };
    let failure = ask(forms()[0].clone(), Duration::from_millis(100), &broken);
    assert_eq!(failure, "answers are missing: 3 of 4 questions got none");
}
