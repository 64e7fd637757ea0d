//! The room: who is in it, and what each of them has still to be told.
//!
//! A state machine. Datagrams and the time go in; datagrams and news come out,
//! through [`Effects`]. It has no socket, so a test can put any network around
//! it ([`crate::server`] puts the real one).
//!
//! ```text
//!            JOIN, no cookie: COOKIE, and nothing is kept
//!                 .------.
//!                 v      |   JOIN with the right cookie: WELCOME
//!  stranger ------'------+-----------------------------------------> member
//!      ^                                                                |
//!      '----------------------------------------------------------------'
//!         QUIT: left      30 s of silence, or its queue is full: lost
//! ```

mod join;
mod member;
mod news;
mod pace;
mod tell;
mod transmit;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use self::{join::refuse, member::Member, transmit::Look};
use crate::{
    cookie::Cookies,
    delivery::{Arrival, SILENCE},
    more::totals::Totals,
    numbered::Numbered,
    protocol::{Bad, Change, Code, Reply, Request},
};

pub use news::{Effects, News, Peer};

/// What the room allows.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Most members; `None` for any number.
    pub max_members: Option<usize>,
    /// Most messages a second from one member; `None` for any number.
    pub rate: Option<u32>,
    /// A member from which nothing came for so long is lost; `None` for never.
    pub silence: Option<Duration>,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            max_members: Some(1024),
            rate: Some(100),
            silence: Some(SILENCE),
        }
    }
}

/// While so much waits for a member that keeps up, nobody's SAY is taken. What
/// is out of order already, at most a window, may still be added to it.
const HOLD: usize = 128;

/// A member that was heard within this time is waited for at the end.
const ALIVE: Duration = Duration::from_millis(800);

/// All of it.
#[derive(Debug)]
pub struct Room {
    rules: Rules,
    cookies: Cookies,
    // In the order of their addresses: a simulation must be the same each time.
    members: BTreeMap<Peer, Member>,
    /// Whose each name is, in the form that no two may share.
    names: HashMap<String, Peer>,
    /// When to look at the members, at the latest.
    wake: Option<Instant>,
    /// The look that is under way.
    look: Option<Look>,
    closing: bool,
    totals: Totals,
    datagram: String,
}

impl Room {
    /// An empty room. Who knows `secret` can make cookies.
    #[must_use]
    pub fn new(rules: Rules, secret: [u8; 32], now: Instant) -> Self {
        Room {
            rules,
            cookies: Cookies::new(secret, now),
            members: BTreeMap::new(),
            names: HashMap::new(),
            wake: None,
            look: None,
            closing: false,
            totals: Totals::default(),
            datagram: String::new(),
        }
    }

    // ANCHOR: receive
    /// Takes one datagram, whatever it holds.
    pub fn receive(&mut self, from: Peer, datagram: &[u8], now: Instant, out: &mut impl Effects) {
        self.totals.datagrams += 1;
        let request = Request::parse(datagram);
        if let Ok(Request::Join { name, cookie }) = request {
            return self.join(from, name, cookie, datagram.len(), now, out);
        }
        if request == Ok(Request::Quit) {
            // Whoever says it: the BYE before may have been lost.
            out.send(from, "BYE");
            return self.remove(from, Change::Left, now, out);
        }
        let Some(member) = self.members.get_mut(&from) else {
            self.totals.strangers += 1;
            // For the others there is no answer: they may be anybody's bytes.
            if matches!(request, Ok(Request::Ping | Request::Say { .. })) {
                refuse(from, Code::NoJoin, 0, datagram.len(), out);
            }
            return;
        };
        member.heard = now;
        match request {
            Ok(Request::Ack(id)) => {
                if member.outbox.ack(id).is_some() {
                    member.pace.count(now);
                    self.totals.delivered += 1;
                }
            }
            Ok(Request::Say { id, text }) => {
                let msg = Arc::new(Numbered::msg(&member.name, text));
                self.say(from, id, Some(msg), now, out);
            }
            Ok(Request::Ping) => out.send(from, "PONG"),
            Ok(Request::Join { .. } | Request::Quit) => {}
            Err(Bad { id: 0 }) => out.send(from, "ERR BAD 0"),
            Err(Bad { id }) => self.say(from, id, None, now, out),
        }
    }
    // ANCHOR_END: receive

    /// A member says something; nothing if it is refused.
    fn say(
        &mut self,
        from: Peer,
        id: u32,
        msg: Option<Arc<Numbered>>,
        now: Instant,
        out: &mut impl Effects,
    ) {
        let is_held = self.is_held(now);
        let Some(member) = self.members.get_mut(&from) else {
            return;
        };
        let arrival = member.inbox.judge(id);
        if arrival == Arrival::Beyond {
            return;
        }
        if arrival == Arrival::New {
            // ANCHOR: held
            // Too much from this member, or for another one. Without an ACK it
            // will come again.
            if msg.is_some() && (self.closing || is_held || !member.rate.allow(now)) {
                self.totals.held += 1;
                return;
            }
            // ANCHOR_END: held
        }
        match &msg {
            Some(_) => reply(from, &Reply::Ack(id), &mut self.datagram, out),
            None => reply(from, &refusal(Code::Bad, id), &mut self.datagram, out),
        }
        member.inbox.keep(id, msg);
        while let Some(next) = self.members.get_mut(&from).and_then(|m| m.inbox.deliver()) {
            if let Some(msg) = next {
                self.totals.messages += 1;
                let (name, text) = msg.fields().split_once(' ').unwrap_or_default();
                out.show(News::Said { from, name, text });
                self.tell_others(from, &msg, now, out);
            }
        }
    }

    /// Whether a member that keeps up has as much waiting as it should.
    fn is_held(&self, now: Instant) -> bool {
        let mut members = self.members.values();
        members.any(|member| member.outbox.waiting() > HOLD && member.keeps_up(now))
    }

    /// From now on nobody joins and nothing new is taken; what was, is still
    /// sent.
    pub fn close(&mut self) {
        self.closing = true;
    }

    /// Whether every member that is still heard of has been told everything.
    #[must_use]
    pub fn is_settled(&self, now: Instant) -> bool {
        let mut members = self.members.values();
        members.all(|member| member.outbox.is_empty() || member.heard + ALIVE < now)
    }

    /// How many MSGs and NOTEs are on their way, to all members together.
    #[must_use]
    pub fn untold(&self) -> usize {
        self.members
            .values()
            .map(|member| member.outbox.len())
            .sum()
    }

    /// What was counted so far.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Says goodbye to everybody, once, and gives what was counted.
    pub fn end(self, out: &mut impl Effects) -> Totals {
        let mut totals = self.totals;
        for (peer, member) in &self.members {
            out.send(*peer, "BYE");
            totals.resent += member.outbox.resent();
        }
        totals
    }

    /// The names of all members, in the order of their addresses.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.values().map(|member| member.name.as_str())
    }
}

/// Sends a reply to a member.
fn reply(to: Peer, reply: &Reply<'_>, datagram: &mut String, out: &mut impl Effects) {
    use std::fmt::Write as _;
    datagram.clear();
    // A String takes everything.
    let _ = write!(datagram, "{reply}");
    out.send(to, datagram);
}

fn refusal(code: Code, id: u32) -> Reply<'static> {
    Reply::Err { code, id, text: "" }
}
