//! What the server takes, and what it sends away.

use std::{
    net::UdpSocket,
    time::{Duration, Instant},
};

use checker::program::{
    Program, SOON,
    datagrams::{self, LARGEST_SENT, exchange, socket},
};
use udp_timesync::sntp::Packet;

use crate::talk::{PAIR, talk};

#[test]
fn no_datagram_ends_the_server() {
    let server = PAIR.server(&[]);
    let (address, socket) = (server.address(), socket());
    let all: Vec<u8> = (0..=255).collect();
    for bytes in [
        &b""[..],
        b"\xff",
        b"\0",
        b"%",
        b"%65535d",
        &all,
        &[b'%'; 1472],
        &[0; LARGEST_SENT],
    ] {
        let answer = exchange(&socket, &address, bytes);
        assert!(
            answer.starts_with(b"ERR ") && answer.len() < 50,
            "{answer:?}"
        );
    }
    // Modes of other packets of 48 bytes: that is text, and none.
    for mode in [0, 1, 2, 4, 5, 6, 7] {
        let packet = Packet {
            mode,
            ..Packet::question(1)
        };
        let answer = exchange(&socket, &address, &packet.emit());
        assert!(answer.starts_with(b"ERR "), "{answer:?}");
    }
    for version in 0..8 {
        let packet = Packet {
            version,
            ..Packet::question(version.into())
        };
        let answer = Packet::parse(&exchange(&socket, &address, &packet.emit()));
        assert_eq!(answer.map(|answer| answer.version), Some(version));
    }
    // Clients that do not wait for their answer.
    for _ in 0..20 {
        datagrams::socket().send_to(b"%Y", &address).unwrap();
    }
    assert_eq!(exchange(&socket, &address, b"still there"), b"still there");
}

#[test]
fn more_than_the_limit_meets_silence() {
    let most = 20;
    let mut server = PAIR.server(&["--rate-limit", &most.to_string()]);
    let (address, flood) = (server.address(), socket());
    let begun = Instant::now();
    // One at a time, as long as there is an answer: nothing is lost in a queue.
    for _ in 0..most {
        assert_eq!(exchange(&flood, &address, b"answered"), b"answered");
    }
    if begun.elapsed().as_millis() > 900 {
        eprintln!("skipped: this machine is too busy for a limit of {most} a second");
        return;
    }
    for _ in 0..100 {
        flood.send_to(b"silenced", &address).unwrap();
        flood
            .send_to(&Packet::question(1).emit(), &address)
            .unwrap();
    }
    // Another address is not concerned. When its answer is there, all of the
    // flood before it has been looked at. Only Linux has all of 127.0.0.0/8.
    if cfg!(target_os = "linux") {
        let other = UdpSocket::bind("127.0.0.2:0").unwrap();
        other.set_read_timeout(Some(SOON)).unwrap();
        assert_eq!(exchange(&other, &address, b"other"), b"other");
        flood.set_nonblocking(true).unwrap();
        let mut answers = 0;
        while flood.recv(&mut [0; 600]).is_ok() {
            answers += 1;
        }
        assert!(
            begun.elapsed().as_millis() >= 1000 || answers == 0,
            "{answers}"
        );
        flood.set_nonblocking(false).unwrap();
    }
    // After that second there are answers again.
    flood
        .set_read_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    let deadline = Instant::now() + SOON;
    while Instant::now() < deadline {
        flood.send_to(b"again", &address).unwrap();
        if flood.recv(&mut [0; 600]).is_ok() {
            return the_totals_say(&mut server, 200);
        }
    }
    panic!("no answer any more");
}

#[cfg(unix)]
fn the_totals_say(server: &mut Program, silenced: u32) {
    server.signal(checker::program::Signal::Terminate);
    assert_eq!(server.wait(), 0);
    let errors = server.stderr();
    let told = errors
        .split_once("too often: ")
        .and_then(|(_, rest)| rest.split_once(','));
    let told: u32 = told.expect("the totals").0.parse().expect("a number");
    // Those that asked again in vain were more; and on a busy machine some of
    // the 200 came a second later.
    assert!(told >= silenced - 20, "{errors}");
}

#[cfg(not(unix))]
fn the_totals_say(_: &mut Program, _: u32) {}

#[test]
fn without_a_word_about_it_loopback_has_no_limit() {
    for args in [&[][..], &["--rate-limit", "0"]] {
        let server = PAIR.server(args);
        let (address, socket) = (server.address(), socket());
        for _ in 0..200 {
            assert_eq!(exchange(&socket, &address, b"x"), b"x");
        }
    }
}

#[test]
fn a_client_that_is_sent_away_asks_no_more() {
    let server = PAIR.server(&["--kiss", "RATE"]);
    let (printed, errors, code) = talk(&server.address(), &["--sntp"]);
    assert_eq!((printed.as_str(), code), ("", 1));
    assert_eq!(
        errors,
        "error: the server sends us away: RATE, you ask too often \
         (choose another server, or a longer --interval)\n"
    );
}
