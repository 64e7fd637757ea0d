//! A socket of the judge that is a member of the room under check, or is to
//! become one.
//!
//! It keeps the contract, so it repeats what is not answered: a server may have
//! a limit on how much it takes, and a busy machine may lose a datagram.

mod asks;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::until;
use super::wire::{Item, Reply};
use crate::bench::{Bench, Server};
use crate::causes::*;
use crate::peer::{Came, Datagrams};
use crate::verdict::{Cause, Failure, Side};

/// One of the judge's addresses.
pub(super) struct Member {
    pub(super) socket: Datagrams,
    pub(super) name: String,
    pub(super) cookie: String,
    /// The id of its last SAY.
    pub(super) said: u32,
    /// How often each SAY was acknowledged.
    pub(super) acked: BTreeMap<u32, usize>,
    /// The MSGs and NOTEs that came, and how often.
    pub(super) items: BTreeMap<u32, (Item, usize)>,
    /// Whether it acknowledges them.
    pub(super) acknowledges: bool,
    /// Two datagrams with one id.
    pub(super) changed: Option<(Vec<u8>, Vec<u8>)>,
    /// Everything else that came since something was asked last.
    pub(super) replies: Vec<Vec<u8>>,
    pub(super) traffic: Traffic,
    /// Whether what it asks next is sent already.
    has_asked: bool,
}

/// How much was asked, and how much came.
#[derive(Default)]
pub(super) struct Traffic {
    pub(super) sent: usize,
    pub(super) sent_bytes: usize,
    pub(super) came: usize,
    pub(super) came_bytes: usize,
    /// The largest datagram of what came.
    pub(super) largest: Vec<u8>,
}

impl Member {
    fn new(socket: Datagrams, name: &str) -> Self {
        Self {
            socket,
            name: name.to_owned(),
            cookie: String::new(),
            said: 0,
            acked: BTreeMap::new(),
            items: BTreeMap::new(),
            acknowledges: true,
            changed: None,
            replies: Vec::new(),
            traffic: Traffic::default(),
            has_asked: false,
        }
    }

    /// Starts the server, and asks it for a cookie, which is then due.
    pub(super) fn first(bench: &mut Bench<'_>, name: &str) -> Result<(Server, Self), Failure> {
        let (server, socket) = bench.datagram_server(format!("JOIN {name}").as_bytes())?;
        let mut first = Self::new(socket, name);
        first.has_asked = true;
        Ok((server, first))
    }

    /// An address that has not sent anything yet.
    pub(super) fn stranger(
        bench: &mut Bench<'_>,
        server: &Server,
        name: &str,
    ) -> Result<Self, Failure> {
        Ok(Self::new(bench.datagrams(server)?, name))
    }

    /// One who has joined.
    pub(super) fn joined(
        bench: &mut Bench<'_>,
        server: &Server,
        name: &str,
    ) -> Result<Self, Failure> {
        let mut member = Self::stranger(bench, server, name)?;
        member.join()?;
        Ok(member)
    }

    /// Starts the server with one member for each name.
    pub(super) fn room<const N: usize>(
        bench: &mut Bench<'_>,
        names: [&str; N],
    ) -> Result<(Server, [Self; N]), Failure> {
        let (server, first) = Self::first(bench, names[0])?;
        let mut members = vec![first];
        members[0].join()?;
        for name in &names[1..] {
            members.push(Self::joined(bench, &server, name)?);
        }
        let broken = |_| Failure::Broken("a member too few".into());
        Ok((server, members.try_into().map_err(broken)?))
    }

    /// Waits at most `limit` until `look` finds something in what came.
    pub(super) fn until<T>(
        &mut self,
        limit: Duration,
        look: impl Fn(&Self) -> Option<T>,
    ) -> Option<T> {
        until(self, limit, Self::step, look)
    }

    /// Takes in whatever comes in this time.
    pub(super) fn listen(&mut self, limit: Duration) {
        self.until(limit, |_| None::<()>);
    }

    /// Takes in one datagram; false when none came until `deadline`.
    pub(super) fn step(&mut self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        match self.socket.receive(left) {
            Came::Datagram(bytes) => {
                self.traffic.came += 1;
                self.traffic.came_bytes += bytes.len();
                if bytes.len() > self.traffic.largest.len() {
                    self.traffic.largest.clone_from(&bytes);
                }
                self.take(bytes);
            }
            Came::Nothing => return false,
            // What was sent before the server was up.
            Came::Refused => {}
        }
        true
    }

    fn take(&mut self, bytes: Vec<u8>) {
        match Reply::parse(&bytes) {
            Some(Reply::Item(id, item)) => {
                if self.acknowledges {
                    self.socket.send(format!("ACK {id}").as_bytes());
                }
                let (first, count) = self.items.entry(id).or_insert((item.clone(), 0));
                *count += 1;
                if *first != item {
                    self.changed = Some((first.emit(id), bytes));
                }
            }
            Some(Reply::Ack(id)) => *self.acked.entry(id).or_default() += 1,
            _ => self.replies.push(bytes),
        }
    }

    /// What came that is none of a server's.
    pub(super) fn strange(&self) -> Option<Vec<u8>> {
        let mut replies = self.replies.iter();
        replies.find(|reply| Reply::parse(reply).is_none()).cloned()
    }

    fn is_over(&self) -> bool {
        self.socket.exit().is_some()
    }

    /// A failure that says what came instead of what was `wanted`.
    pub(super) fn failure(&self, cause: Cause, wanted: &str, got: Option<Vec<u8>>) -> Failure {
        let to = format!("{wanted}, to {}", self.name);
        let got = match (got, self.socket.exit()) {
            (Some(bytes), None) => Side::bytes(bytes, "in one datagram"),
            (Some(bytes), Some(exit)) => Side::bytes(bytes, format!("then {exit}")),
            (None, Some(exit)) => {
                Side::words(format!("nothing, and the program ended with {exit}"))
            }
            (None, None) => Side::words("it did not come"),
        };
        Failure::of(cause, Side::words(to), got)
    }
}

/// Why a datagram is none of the contract's.
pub(super) fn wording(bytes: &[u8]) -> Cause {
    match bytes {
        [b'b', b'\'' | b'"', ..] => PRINTED_BYTES_OBJECT,
        _ => WRONG_WORDING,
    }
}
