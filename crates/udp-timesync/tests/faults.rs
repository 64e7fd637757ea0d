//! The client against servers and networks that a test makes up: what is lost,
//! late, forged, damaged, or sends it away.

mod talk;

use std::{
    collections::HashSet,
    net::{SocketAddr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use talk::{receive, server, socket, talk};
use udp_timesync::sntp::{Packet, SECOND, Timestamp};

/// A server written by the test, for a client that runs meanwhile.
fn fake(mut answer: impl FnMut(&UdpSocket, &[u8], SocketAddr) + Send + 'static) -> String {
    let socket = socket();
    let address = socket.local_addr().expect("bound").to_string();
    thread::spawn(move || {
        let mut buffer = vec![0; 70_000];
        while let Ok((count, from)) = socket.recv_from(&mut buffer) {
            answer(&socket, &buffer[..count], from);
        }
    });
    address
}

fn send(socket: &UdpSocket, bytes: &[u8], to: SocketAddr) {
    socket.send_to(bytes, to).expect("send");
}

/// The answer of a good server that takes it for 2 January 1970 plus so many
/// seconds.
fn good(question: &[u8], seconds: i128) -> Packet {
    let question = Packet::parse(question).expect("a packet");
    let time = Timestamp::at((86_400 + seconds) * SECOND);
    question.answer(2, time, time)
}

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
    let server = server(&[]);
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
        let (printed, errors, code) = talk(&address, &[form, &more].concat());
        assert_eq!((printed.as_str(), code), ("", 1));
        assert!(
            errors.contains("warning: no answer to question 3\n"),
            "{errors}"
        );
        assert!(
            errors.contains("done: questions: 3, answered: 0, asked again: "),
            "{errors}"
        );
        let last = "error: answers are missing: 3 of 3 questions got none\n";
        assert!(errors.ends_with(last), "{errors}");
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
fn only_the_answer_counts() {
    let stranger = socket();
    let mut nonces = HashSet::new();
    let mut earlier: Option<Packet> = None;
    let address = fake(move |socket, question, from| {
        let right = good(question, 0);
        assert!(nonces.insert(right.origin.0), "a number was used twice");
        let times = [Timestamp(0), right.receive, right.transmit];
        for wrong in [
            // Forged by somebody who has not seen the question, then late.
            Packet {
                origin: Timestamp(right.origin.0 ^ 1),
                ..right
            },
            Packet {
                origin: Timestamp(0),
                ..right
            },
            earlier.unwrap_or(Packet {
                origin: Timestamp(7),
                ..right
            }),
            // A kiss of death by the same stranger.
            Packet {
                origin: Timestamp(7),
                stratum: 0,
                ..right
            },
            Packet { mode: 3, ..right },
            Packet { mode: 5, ..right },
            Packet { leap: 3, ..right },
            Packet {
                stratum: 16,
                ..right
            },
            Packet {
                transmit: times[0],
                ..right
            },
        ] {
            send(socket, &wrong.emit(), from);
        }
        send(socket, &right.emit()[..47], from);
        send(socket, &[&right.emit()[..], &[0; 20]].concat(), from);
        send(socket, b"", from);
        send(&stranger, &good(question, 1_000_000).emit(), from);
        send(socket, &right.emit(), from);
        // Once more: it meets the next question.
        send(socket, &right.emit(), from);
        earlier = Some(right);
    });
    let more = [
        "--sntp",
        "--count",
        "3",
        "--interval",
        "0",
        "--wait",
        "10",
        "--timeout",
        "30",
    ];
    let (printed, errors, code) = talk(&address, &more);
    assert_eq!(
        (printed.matches("stratum 2\n").count(), code),
        (3, 0),
        "{errors}"
    );
    // 12 each, and the second copies of two.
    let told = "done: questions: 3, answered: 3, asked again: 0, dropped: 38\n";
    assert_eq!(errors, told);
    // All of 1970: it was the server's time, and not a forged one.
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let offset = 86_400.0 - now.as_secs_f64();
    let line = printed.lines().next().unwrap();
    let told: f64 = line.split(' ').nth(2).unwrap().parse().unwrap();
    assert!((told - offset).abs() < 60.0, "{line}");
}

#[test]
fn why_a_datagram_is_dropped_is_told_who_asks() {
    let address = fake(|socket, question, from| {
        let right = good(question, 0);
        send(
            socket,
            &Packet {
                origin: Timestamp(1),
                ..right
            }
            .emit(),
            from,
        );
        send(socket, &Packet { leap: 3, ..right }.emit(), from);
        send(socket, &right.emit(), from);
    });
    let (_, errors, code) = talk(&address, &["--sntp", "--count", "1", "--wait", "10", "-v"]);
    assert_eq!(code, 0);
    for why in [
        "its origin is not the number we sent",
        "the server's clock was never set",
    ] {
        assert!(
            errors.contains(&format!("note: dropped a datagram: {why}\n")),
            "{errors}"
        );
    }
}

#[test]
fn after_a_kiss_of_death_nothing_is_asked_and_what_was_learnt_is_told() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    let address = fake(move |socket, question, from| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        let right = good(question, 0);
        let kiss = Packet {
            stratum: 0,
            leap: 3,
            reference_id: *b"\x1bNO\x07",
            ..right
        };
        send(socket, &if number < 2 { right } else { kiss }.emit(), from);
    });
    let (printed, errors, code) = talk(&address, &["--sntp", "--interval", "0"]);
    assert_eq!(code, 1);
    assert!(printed.contains("\nbest of 2: offset "), "{printed}");
    assert!(
        errors.starts_with("error: the server sends us away: \\x1bNO\\x07, ask somebody else"),
        "{errors}"
    );
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[test]
fn the_error_of_a_server_is_shown_and_ends_the_client() {
    let server = server(&[]);
    let (printed, errors, code) = talk(&server.address(), &["--format", "%Q"]);
    assert_eq!((printed.as_str(), code), ("", 1));
    assert_eq!(
        errors,
        "error: the server refuses the format: unknown conversion at byte 0 \
         (--help shows what a format may contain)\n"
    );
}

#[test]
fn an_answer_does_not_drive_the_terminal() {
    for (sent, shown, complaint) in [
        (&b"\x1b[2J\xff\n"[..], "\\x1b[2J\\xff\\x0a\n", ""),
        ("\u{202e}时".as_bytes(), "\\u{202e}时\n", ""),
        (b"ERR \x1b[2J", "", "\\x1b[2J"),
        (b"", "\n", ""),
    ] {
        let hostile = fake(move |socket, _, from| send(socket, sent, from));
        let (printed, errors, _) = talk(&hostile, &["--count", "1"]);
        assert_eq!(printed, shown);
        assert!(
            errors.contains(complaint) && !errors.contains('\x1b'),
            "{errors}"
        );
    }
}

#[test]
fn an_answer_of_512_bytes_is_shown_and_a_longer_one_is_none() {
    let address = fake(|socket, _, from| {
        send(socket, &[b'x'; 513], from);
        send(socket, &[b'y'; 512], from);
    });
    let (printed, errors, code) = talk(&address, &["--count", "1", "--wait", "10"]);
    assert_eq!((printed, code), ("y".repeat(512) + "\n", 0));
    assert!(errors.ends_with("dropped: 1\n"), "{errors}");
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
    let mut client = talk::client(&address.to_string(), &more);
    server.join().unwrap();
    client.expect_line(|line| line == "hi");
    client.expect_complaint(|line| line.contains("asking number 2 again"));
    let back = UdpSocket::bind(address).unwrap();
    back.set_read_timeout(Some(checker::program::SOON)).unwrap();
    let (_, from) = receive(&back);
    send(&back, b"back", from);
    assert_eq!(client.wait(), 0);
    assert_eq!(client.stdout(), "hi\nback\n");
}
