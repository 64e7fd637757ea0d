//! What a member asks, again and again until it is answered.

use std::time::Instant;

use super::{Member, wording};
use crate::causes::*;
use crate::limits::LATE;
use crate::suites::udp_chat::wire::Reply;
use crate::suites::udp_chat::{PATIENCE, RETRY};
use crate::verdict::{Cause, Failure};

impl Member {
    /// Sends `line` until `look` finds what is wanted, or what is wrong.
    pub(in crate::suites::udp_chat) fn ask<T>(
        &mut self,
        line: &str,
        wanted: &str,
        look: impl Fn(&Reply) -> Option<Result<T, Cause>>,
    ) -> Result<T, Failure> {
        let mut has_asked = std::mem::take(&mut self.has_asked);
        if !has_asked {
            // A second answer to something else is no answer to this.
            while self.step(Instant::now()) {}
        }
        self.replies.clear();
        let until = Instant::now() + PATIENCE;
        loop {
            if !std::mem::take(&mut has_asked) {
                self.socket.send(line.as_bytes());
            }
            self.traffic.sent += 1;
            self.traffic.sent_bytes += line.len();
            let mut seen = 0;
            let retry = until.min(Instant::now() + RETRY);
            while self.step(retry) {
                for at in std::mem::replace(&mut seen, self.replies.len())..self.replies.len() {
                    let found = match Reply::parse(&self.replies[at]) {
                        Some(reply) => look(&reply),
                        None => Some(Err(wording(&self.replies[at]))),
                    };
                    match found {
                        Some(Ok(found)) => return Ok(found),
                        Some(Err(cause)) => {
                            return Err(self.failure(
                                cause,
                                wanted,
                                Some(self.replies[at].clone()),
                            ));
                        }
                        None => {}
                    }
                }
            }
            if until <= Instant::now() || self.is_over() {
                return Err(self.failure(UNANSWERED, wanted, self.replies.last().cloned()));
            }
        }
    }

    /// Says something and waits for its acknowledgement.
    pub(in crate::suites::udp_chat) fn say(&mut self, text: &str) -> Result<(), Failure> {
        self.said += 1;
        self.say_as(self.said, text)
    }

    /// The same with an id of the caller's choice.
    pub(in crate::suites::udp_chat) fn say_as(
        &mut self,
        id: u32,
        text: &str,
    ) -> Result<(), Failure> {
        let before = self.acks(id);
        self.replies.clear();
        let until = Instant::now() + PATIENCE;
        while self.acks(id) == before {
            self.send_say(id, text);
            let retry = until.min(Instant::now() + RETRY);
            while self.acks(id) == before && self.step(retry) {}
            let got = self.replies.first().cloned();
            if self.acks(id) == before
                && (got.is_some() || until <= Instant::now() || self.is_over())
            {
                let cause = match got.as_deref().map(|bytes| (Reply::parse(bytes), bytes)) {
                    Some((None, bytes)) => wording(bytes),
                    Some((Some(Reply::Err { .. }), _)) => SAY_REFUSED,
                    _ => SAY_UNACKED,
                };
                return Err(self.failure(cause, &format!("ACK {id}"), got));
            }
        }
        Ok(())
    }

    pub(in crate::suites::udp_chat) fn send_say(&mut self, id: u32, text: &str) {
        self.socket.send(format!("SAY {id} {text}").as_bytes());
    }

    /// How often a SAY was acknowledged.
    pub(in crate::suites::udp_chat) fn acks(&self, id: u32) -> usize {
        self.acked.get(&id).copied().unwrap_or(0)
    }

    /// Waits until everything that the server sent this member before has come:
    /// it answers PING behind it.
    pub(in crate::suites::udp_chat) fn ping(&mut self) -> Result<(), Failure> {
        self.ask("PING", "PONG", |reply| match reply {
            Reply::Pong => Some(Ok(())),
            Reply::Err { .. } => Some(Err(MEMBER_FORGOTTEN)),
            _ => None,
        })
    }

    /// The same where a member may still get no PONG, which is for another check.
    pub(in crate::suites::udp_chat) fn fence(&mut self) {
        self.replies.clear();
        self.socket.send(b"PING");
        self.until(LATE, |member| member.is_answered().then_some(()));
    }

    /// Whether a PING or a SAY has its PONG or its ERR.
    pub(in crate::suites::udp_chat) fn is_answered(&self) -> bool {
        let mut replies = self.replies.iter().map(|reply| Reply::parse(reply));
        replies.any(|reply| matches!(reply, Some(Reply::Pong | Reply::Err { .. })))
    }

    /// Sends two datagrams at once; the second is the one to be answered.
    pub(in crate::suites::udp_chat) fn send_before(&mut self, first: &str, second: &str) {
        self.socket.send(first.as_bytes());
        self.socket.send(second.as_bytes());
        self.has_asked = true;
    }
}
