//! Any datagram, as a client's and as a server's of lesson 4: whatever parses
//! has one spelling, and neither machine ends over it.

#![no_main]

use std::{net::SocketAddr, time::Instant};

use libfuzzer_sys::fuzz_target;
use udp_chat::{
    name,
    protocol::{MAX_DATAGRAM, MAX_TEXT, Reply, Request},
    room::{self, Peer, Room, Rules},
    session::{self, Patience, Session},
};

/// How much was sent, and the last cookie.
#[derive(Default)]
struct Sent {
    datagrams: usize,
    bytes: usize,
    cookie: String,
}

impl room::Effects for Sent {
    fn send(&mut self, _: Peer, datagram: &str) {
        assert!(datagram.len() <= MAX_DATAGRAM);
        self.datagrams += 1;
        self.bytes += datagram.len();
        if let Some(cookie) = datagram.strip_prefix("COOKIE ") {
            cookie.clone_into(&mut self.cookie);
        }
    }
    fn show(&mut self, news: room::News<'_>) {
        assert!(!news.to_string().contains(char::is_control));
    }
}

impl session::Effects for Sent {
    fn send(&mut self, datagram: &str) {
        assert!(Request::parse(datagram.as_bytes()).is_ok());
    }
    fn show(&mut self, news: session::News<'_>) {
        assert!(!news.to_string().contains(char::is_control));
    }
}

fuzz_target!(|data: &[u8]| {
    let line = data.strip_suffix(b"\n").unwrap_or(data);
    let line = match line.len() < data.len() {
        true => line.strip_suffix(b"\r").unwrap_or(line),
        false => line,
    };
    if let Ok(request) = Request::parse(data) {
        assert_eq!(request.to_string().as_bytes(), line);
        if let Request::Say { id, text } = request {
            assert!(id > 0 && (1..=MAX_TEXT).contains(&text.len()));
        }
        if let Request::Join { name, .. } = request
            && name::check(name).is_ok()
        {
            assert!(!name.contains(|c: char| c.is_whitespace() || c.is_control()));
        }
    }
    if let Some(reply) = Reply::parse(data)
        && !matches!(reply, Reply::Err { text: "", .. })
    {
        assert_eq!(reply.to_string().as_bytes(), line);
    }

    let now = Instant::now();
    let mut room = Room::new(Rules::default(), [7; 32], now);
    let peer = |port| Peer {
        socket: 0,
        address: SocketAddr::from(([127, 0, 0, 1], port)),
    };
    // From a stranger: never more than one datagram, or three times its bytes.
    let mut sent = Sent::default();
    room.receive(peer(1), data, now, &mut sent);
    assert!(sent.datagrams <= 1 && sent.bytes <= 3 * data.len());
    // From a member, in the company of another.
    for port in [2, 3] {
        let join = format!("JOIN m{port}");
        room.receive(peer(port), join.as_bytes(), now, &mut sent);
        let join = format!("JOIN m{port} {}", sent.cookie);
        room.receive(peer(port), join.as_bytes(), now, &mut sent);
    }
    assert_eq!(room.names().count(), 2);
    room.receive(peer(2), data, now, &mut sent);
    room.transmit(now, usize::MAX, &mut sent);

    let mut session = Session::new("Bo", Patience::default(), now);
    for before in [&b""[..], b"COOKIE AbCdEfGhIjk", b"WELCOME Bo 2"] {
        session.receive(before, now, &mut sent);
        session.transmit(now, &mut sent);
        session.receive(data, now, &mut sent);
        session.transmit(now, &mut sent);
    }
});
