//! The client against servers and networks that a test makes up: what is lost,
//! late or not there.

#[path = "faults/addresses.rs"]
mod addresses;
#[path = "faults/answers.rs"]
mod answers;
mod talk;

use std::{
    net::{SocketAddr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use checker::program::{
    SOON,
    datagrams::{fake, receive, send, socket},
};
use talk::{PAIR, talk};

/// Passes questions on to the server, all but every second one, and so with the
/// answers.
fn lossy_relay(server: &str) -> String {
    let server: SocketAddr = server.parse().expect("an address");
    let inside = socket();
    let mut count = 0;
    fake(move |outside, question, from| {
        count += 1;
        if count % 2 == 0 {
            send(&inside, question, server);
            let answer = receive(&inside).0;
            if count % 4 == 0 {
                send(outside, &answer, from);
            }
        }
    })
}

#[test]
fn lost_questions_and_answers_are_asked_for_again_and_counted() {
    let server = PAIR.server(&[]);
    for (args, line) in [
        (&["--format", "hi"][..], "hi\n"),
        (&["--sntp"], "stratum 10\n"),
    ] {
        let network = lossy_relay(&server.address());
        let more = [
            "--count",
            "5",
            "--interval",
            "0",
            "--wait",
            "0.05",
            "--verbose",
        ];
        let (printed, errors, code) = talk(&network, &[args, &more].concat());
        assert_eq!((printed.matches(line).count(), code), (5, 0), "{errors}");
        // Three more for each: the fourth comes through. More on a busy machine.
        let again = errors.matches("no answer yet, asking number ").count();
        assert!(again >= 15, "{errors}");
        let told = format!("done: questions: 5, answered: 5, asked again: {again}, ");
        assert!(errors.contains(&told), "{errors}");
    }
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    for form in [&["--format", "hi"][..], &["--sntp"]] {
        let silent = socket();
        let address = silent.local_addr().unwrap().to_string();
        let more = ["--wait", "0.01", "--timeout", "0.1", "--interval", "0"];
        let count = ["--count", "100"];
        let (printed, errors, code) = talk(&address, &[form, &more, &count].concat());
        assert_eq!((printed.as_str(), code), ("", 1));
        assert!(
            errors.contains("warning: no answer to question 3\n"),
            "{errors}"
        );
        let why = "3 in a row without one: the server is taken for dead and asked no more\n";
        assert!(errors.contains(why), "{errors}");
        assert!(
            errors.contains("done: questions: 3, answered: 0, asked again: "),
            "{errors}"
        );
        let last = "error: answers are missing: 3 of 3 questions got none\n";
        assert!(errors.ends_with(last), "{errors}");
    }
}

#[test]
fn each_wait_is_twice_the_one_before_and_no_longer_than_the_timeout() {
    for form in [&["--format", "hi"][..], &["--sntp"]] {
        let silent = socket();
        let address = silent.local_addr().unwrap().to_string();
        let asked = |wait: &str, timeout: &str| {
            let more = ["--count", "1", "--wait", wait, "--timeout", timeout];
            let (_, errors, code) = talk(&address, &[form, &more].concat());
            assert_eq!(code, 1);
            let again = errors.split_once("asked again: ").map(|(_, rest)| rest);
            let count = again.and_then(|rest| rest.split(',').next()?.parse().ok());
            count.unwrap_or(0)
        };
        // 0.05 + 0.1 + 0.2 + 0.4 s, and what is left of a second.
        assert!(asked("0.05", "1") <= 4);
        // A wait of a quarter of an hour ends after the tenth of a second.
        assert_eq!(asked("1000", "0.1"), 0);
    }
}

#[test]
fn one_question_without_an_answer_is_not_the_end() {
    let address = fake({
        let mut count = 0;
        move |socket, _, from| {
            count += 1;
            if count != 2 {
                send(socket, format!("answer {count}").as_bytes(), from);
            }
        }
    });
    let more = [
        "--count",
        "3",
        "--wait",
        "2",
        "--timeout",
        "2",
        "--interval",
        "0",
    ];
    let (printed, errors, code) = talk(&address, &more);
    assert_eq!(
        (printed.as_str(), code),
        ("answer 1\nanswer 3\n", 1),
        "{errors}"
    );
}

#[test]
fn a_late_answer_in_text_finds_a_closed_door() {
    let mut first: Option<SocketAddr> = None;
    let ports = Arc::new(AtomicU32::new(0));
    let seen = ports.clone();
    let address = fake(move |socket, _, from| match first {
        None => first = Some(from),
        Some(first) => {
            seen.store(u32::from(first.port() != from.port()) + 1, Ordering::SeqCst);
            send(socket, b"old", first);
            send(socket, b"new", from);
        }
    });
    let (printed, errors, code) = talk(&address, &["--count", "1", "--wait", "0.2"]);
    assert_eq!((printed.as_str(), code), ("new\n", 0), "{errors}");
    assert_eq!(ports.load(Ordering::SeqCst), 2, "the same port twice");
}

#[test]
fn nobody_there_is_an_error_with_a_next_step() {
    let address = socket().local_addr().unwrap().to_string();
    for form in [&["--format", "hi"][..], &["--sntp"]] {
        let (printed, errors, code) = talk(&address, form);
        assert_eq!((printed.as_str(), code), ("", 1));
        assert_eq!(
            errors,
            format!(
                "error: cannot reach {address}: nobody listens there \
                 (start the server first: cargo run --bin udp-timesync-server)\n"
            )
        );
    }
}

#[test]
fn a_server_that_is_restarted_is_waited_for() {
    // It answers once, is gone, and is back at the same address.
    let first = socket();
    let address = first.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (question, from) = receive(&first);
        send(&first, &question, from);
        drop(first);
    });
    let more = [
        "--format",
        "hi",
        "--count",
        "2",
        "--interval",
        "0.1",
        "--verbose",
    ];
    let mut client = PAIR.client(&address.to_string(), &more);
    server.join().unwrap();
    client.expect_line(|line| line == "hi");
    client.expect_complaint(|line| line.contains("asking number 2 again"));
    let back = UdpSocket::bind(address).unwrap();
    back.set_read_timeout(Some(SOON)).unwrap();
    let (_, from) = receive(&back);
    send(&back, b"back", from);
    assert_eq!(client.wait(), 0);
    assert_eq!(client.stdout(), "hi\nback\n");
}
