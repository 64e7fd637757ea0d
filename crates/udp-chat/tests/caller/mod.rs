//! A client's session with a clock that is moved by hand.

use std::time::{Duration, Instant};

use udp_chat::session::{Effects, News, Patience, Session};

pub(crate) struct Client {
    pub(crate) session: Session,
    pub(crate) now: Instant,
    pub(crate) did: Did,
}

#[derive(Default)]
pub(crate) struct Did {
    pub(crate) sent: Vec<String>,
    pub(crate) shown: Vec<String>,
}

impl Effects for Did {
    fn send(&mut self, datagram: &str) {
        self.sent.push(datagram.to_owned());
    }
    fn show(&mut self, news: News<'_>) {
        self.shown.push(news.to_string());
    }
}

impl Client {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Client {
            session: Session::new("Bo", Patience::default(), now),
            now,
            did: Did::default(),
        }
    }

    pub(crate) fn joined() -> Self {
        let mut client = Client::new();
        assert_eq!(client.wait(0), ["JOIN Bo"]);
        assert_eq!(client.hear("COOKIE AbCdEfGhIjk"), ["JOIN Bo AbCdEfGhIjk"]);
        assert_eq!(client.hear("WELCOME Bo 2"), [""; 0]);
        assert_eq!(client.did.shown, ["* you are Bo, 2 here"]);
        client.did.shown.clear();
        client
    }

    pub(crate) fn wait(&mut self, ms: u64) -> Vec<String> {
        self.now += Duration::from_millis(ms);
        self.session.transmit(self.now, &mut self.did);
        std::mem::take(&mut self.did.sent)
    }

    pub(crate) fn hear(&mut self, datagram: impl AsRef<[u8]>) -> Vec<String> {
        self.session
            .receive(datagram.as_ref(), self.now, &mut self.did);
        self.wait(0)
    }

    pub(crate) fn say(&mut self, text: &str) -> Vec<String> {
        self.session.say(text, self.now);
        self.wait(0)
    }

    pub(crate) fn leave(&mut self) -> Vec<String> {
        self.session.leave(None, self.now);
        self.wait(0)
    }

    /// Moves the clock by so much, waking as the session wishes; what is sent and when, in
    /// milliseconds from now.
    pub(crate) fn let_pass(&mut self, ms: u64) -> Vec<(u128, String)> {
        let begun = self.now;
        let until = begun + Duration::from_millis(ms);
        let mut sent = Vec::new();
        while self.now < until && self.session.end().is_none() {
            self.now = self.session.next_wake().clamp(self.now, until);
            let at = (self.now - begun).as_millis();
            sent.extend(self.wait(0).into_iter().map(|datagram| (at, datagram)));
        }
        sent
    }
}
