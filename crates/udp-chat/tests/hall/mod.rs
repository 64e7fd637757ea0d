//! A room with a clock that is moved by hand, and some who talk in it.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use udp_chat::room::{Effects, News, Peer, Room, Rules};

/// A room and what it has done since the last look.
pub(crate) struct Hall {
    pub(crate) room: Room,
    pub(crate) now: Instant,
    pub(crate) did: Did,
}

#[derive(Default)]
pub(crate) struct Did {
    pub(crate) sent: Vec<(Peer, String)>,
    pub(crate) shown: Vec<String>,
}

impl Effects for Did {
    fn send(&mut self, to: Peer, datagram: &str) {
        self.sent.push((to, datagram.to_owned()));
    }
    fn show(&mut self, news: News<'_>) {
        self.shown.push(news.to_string());
    }
}

pub(crate) fn at(address: &str) -> Peer {
    Peer {
        socket: 0,
        address: address.parse::<SocketAddr>().expect("an address"),
    }
}

pub(crate) fn ada() -> Peer {
    at("127.0.0.1:5001")
}

pub(crate) fn bo() -> Peer {
    at("127.0.0.1:5002")
}

impl Hall {
    pub(crate) fn new(rules: Rules) -> Self {
        let now = Instant::now();
        Hall {
            room: Room::new(rules, [1; 32], now),
            now,
            did: Did::default(),
        }
    }

    pub(crate) fn with_both() -> Self {
        let mut hall = Hall::new(Rules::default());
        hall.join(ada(), "Ada");
        hall.join(bo(), "Bo");
        // Ada hears of Bo.
        assert_eq!(hall.tell(ada(), "ACK 1"), [""; 0]);
        hall
    }

    pub(crate) fn wait(&mut self, time: Duration) -> Vec<(Peer, String)> {
        self.now += time;
        self.room.transmit(self.now, usize::MAX, &mut self.did);
        std::mem::take(&mut self.did.sent)
    }

    /// One datagram; everything that is sent at once, to whomever.
    pub(crate) fn all(&mut self, from: Peer, datagram: impl AsRef<[u8]>) -> Vec<(Peer, String)> {
        let datagram = datagram.as_ref();
        self.room.receive(from, datagram, self.now, &mut self.did);
        self.wait(Duration::ZERO)
    }

    /// One datagram; what its sender gets.
    pub(crate) fn tell(&mut self, from: Peer, datagram: impl AsRef<[u8]>) -> Vec<String> {
        let sent = self.all(from, datagram);
        let own = sent.into_iter().filter(|(to, _)| *to == from);
        own.map(|(_, datagram)| datagram).collect()
    }

    pub(crate) fn cookie(&mut self, from: Peer) -> String {
        let answer = self.tell(from, "JOIN nobody");
        let [answer] = &answer[..] else {
            panic!("{answer:?}")
        };
        answer.strip_prefix("COOKIE ").expect("a cookie").to_owned()
    }

    pub(crate) fn join(&mut self, from: Peer, name: &str) -> String {
        let cookie = self.cookie(from);
        let answer = self.tell(from, format!("JOIN {name} {cookie}"));
        assert!(
            answer[0].starts_with(&format!("WELCOME {name} ")),
            "{answer:?}"
        );
        cookie
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.room.names().collect()
    }
}

pub(crate) fn to(peer: Peer, datagram: &str) -> (Peer, String) {
    (peer, datagram.to_owned())
}
