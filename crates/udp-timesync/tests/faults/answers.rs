//! Answers that are forged, damaged, hostile, or send the client away.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use checker::program::datagrams::{fake, send, socket};
use udp_timesync::sntp::{Packet, SECOND, Timestamp};

use crate::talk::{PAIR, talk};

/// The answer of a good server that takes it for 2 January 1970 plus so many
/// seconds.
fn good(question: &[u8], seconds: i128) -> Packet {
    let question = Packet::parse(question).expect("a packet");
    let time = Timestamp::at((86_400 + seconds) * SECOND);
    question.answer(2, time, time)
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
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
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
    let server = PAIR.server(&[]);
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
