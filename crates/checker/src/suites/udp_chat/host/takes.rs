//! What the judge does with the datagrams of its client: notes them, and answers as
//! its manners are.

use std::time::Instant;

use super::Host;
use crate::causes::*;
use crate::peer::Came;
use crate::suites::udp_chat::member::wording;
use crate::suites::udp_chat::wire::{Request, bare};
use crate::verdict::Cause;

impl Host {
    pub(super) fn step(&mut self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        match self.judge.receive(left) {
            Came::Datagram(bytes) => {
                if let Some(from) = self.judge.from() {
                    self.judge.aim(from, self.client.output());
                }
                self.take(&bytes);
                true
            }
            Came::Refused => true,
            Came::Nothing => false,
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        match Request::parse(bytes) {
            None => {
                let cause = wording(bytes);
                self.is_wrong(cause, "JOIN, SAY, ACK, PING or QUIT", bytes);
            }
            Some(Request::Join { name, cookie }) => self.asked_in(bytes, &name, cookie),
            _ if self.joins.is_empty() => {
                self.is_wrong(NO_JOIN, "JOIN, before anything else", bytes);
            }
            Some(Request::Say { id, text }) => self.heard(bytes, id, &text),
            Some(Request::Ack(id)) => *self.acks.entry(id).or_default() += 1,
            Some(Request::Ping) => {
                self.pings += 1;
                if self.manners.pings {
                    self.judge.send(b"PONG");
                }
            }
            Some(Request::Quit) => {
                self.quits += 1;
                if self.manners.quits {
                    self.judge.send(b"BYE");
                }
            }
        }
    }

    fn asked_in(&mut self, bytes: &[u8], name: &str, cookie: Option<String>) {
        if name != self.name {
            self.is_wrong(NAME_CHANGED, "the name from the command line", bytes);
        }
        self.joins.push(cookie.clone());
        match cookie {
            // Before it was sent one it has none, and later it has this one.
            Some(cookie) if cookie != self.cookie => {
                self.is_wrong(COOKIE_CHANGED, "the cookie as it was sent", bytes);
            }
            _ if !self.manners.joins => {}
            Some(_) => {
                self.is_in = true;
                let welcome = format!("WELCOME {} 2", self.name);
                self.judge.send(welcome.as_bytes());
            }
            None => {
                let cookie = format!("COOKIE {}", self.cookie);
                self.judge.send(cookie.as_bytes());
            }
        }
    }

    fn heard(&mut self, bytes: &[u8], id: u32, text: &str) {
        if !self.is_in {
            self.is_wrong(SAID_TOO_SOON, "no SAY before WELCOME", bytes);
        }
        let known = self.says.values().any(|(said, _)| said == text);
        let (first, count) = self.says.entry(id).or_insert((text.to_owned(), 0));
        *count += 1;
        if first != text || known && *count == 1 {
            let wanted = "the same text again under the same id only";
            self.is_wrong(SENT_CHANGED, wanted, bytes);
        }
        if self.manners.says {
            self.ack(id);
        }
    }

    /// Acknowledges a SAY.
    pub(in crate::suites::udp_chat) fn ack(&mut self, id: u32) {
        self.acked.push(id);
        self.judge.send(format!("ACK {id}").as_bytes());
    }

    fn is_wrong(&mut self, cause: Cause, wanted: &'static str, got: &[u8]) {
        self.wrong
            .get_or_insert((cause, wanted, bare(got).to_vec()));
    }
}
