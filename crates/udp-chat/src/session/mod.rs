//! A client's membership, from the first JOIN to the last QUIT.
//!
//! A state machine, as [`crate::room`] is one for the server: datagrams, typed
//! lines and the time go in, datagrams and news come out.
//!
//! ```text
//! asking --COOKIE--> joining --WELCOME--> in --leave(), all acknowledged--> leaving --BYE--> over
//!    JOIN name         JOIN name cookie      SAY, ACK, PING                   QUIT, 5 times
//! ```

mod news;
mod transmit;

use std::time::{Duration, Instant};

use crate::{
    delivery::{Arrival, FIRST_WAIT, Inbox, Outbox, SILENCE, WINDOW},
    numbered::Numbered,
    protocol::{Change, Code, Reply, Request},
};

pub use news::News;

/// A cookie is used for so long at least before a newer one takes its place.
/// Each JOIN without one brings another, and each new one would begin another
/// session.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the session has done to the world.
pub trait Effects {
    /// Sends a datagram to the server.
    fn send(&mut self, datagram: &str);
    /// Tells the user.
    fn show(&mut self, news: News<'_>);
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As it should.
    Left,
    /// The server did not let us in.
    Refused(Code),
    /// Nobody answered.
    NoAnswer,
    /// Nothing came any more.
    Silent,
    /// The server does not know us any more.
    Forgotten,
    /// The server has ended the session.
    Closed,
}

#[derive(Debug)]
enum Phase {
    Asking,
    Joining { cookie: String, since: Instant },
    In,
    Leaving { quits: u32 },
    Over(End),
}

/// What came, until it can be shown.
#[derive(Debug)]
enum Item {
    Said { from: Box<str>, text: Box<str> },
    Changed { change: Change, name: Box<str> },
}

/// How long a session waits.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For being let in; `None` for ever.
    pub join: Option<Duration>,
    /// For any datagram once it is in.
    pub silence: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            join: Some(Duration::from_secs(10)),
            silence: SILENCE,
        }
    }
}

/// All of it.
#[derive(Debug)]
pub struct Session {
    name: String,
    patience: Patience,
    phase: Phase,
    began: Instant,
    /// When the last datagram came.
    heard: Instant,
    /// When to send JOIN, PING or QUIT next, whichever the phase sends.
    due: Instant,
    /// How long to wait after that.
    wait: Duration,
    /// Whether to leave once all is acknowledged, and when to leave in any case.
    leave: Option<Option<Instant>>,
    outbox: Outbox<Numbered>,
    inbox: Inbox<Item>,
    /// Whether anything ever came.
    answered: bool,
}

impl Session {
    /// A session that has sent nothing yet.
    #[must_use]
    pub fn new(name: &str, patience: Patience, now: Instant) -> Self {
        Session {
            name: name.to_owned(),
            patience,
            phase: Phase::Asking,
            began: now,
            heard: now,
            due: now,
            wait: FIRST_WAIT,
            leave: None,
            outbox: Outbox::default(),
            inbox: Inbox::default(),
            answered: false,
        }
    }

    // ANCHOR: receive
    /// Takes one datagram from the server, whatever it holds.
    pub fn receive(&mut self, datagram: &[u8], now: Instant, out: &mut impl Effects) {
        let Some(reply) = Reply::parse(datagram) else {
            return;
        };
        self.heard = now;
        self.answered = true;
        match (&self.phase, reply) {
            (Phase::Over(_), _) => {}
            (Phase::Asking, Reply::Cookie(cookie)) => self.join_with(cookie, now),
            (Phase::Joining { cookie: old, since }, Reply::Cookie(new)) => {
                if old != new && now >= *since + PATIENCE {
                    self.join_with(new, now);
                }
            }
            (Phase::Joining { .. }, Reply::Welcome { name, count }) => {
                self.phase = Phase::In;
                self.due = now;
                out.show(News::Welcome { name, count });
            }
            (Phase::Asking | Phase::Joining { .. }, Reply::Err { code, id: 0, .. }) => match code {
                Code::NoJoin => {}
                // Of a session that is over, from the same port.
                Code::Cookie => {
                    self.phase = Phase::Asking;
                    self.due = now;
                }
                code => self.phase = Phase::Over(End::Refused(code)),
            },
            (Phase::Asking | Phase::Joining { .. }, _) => {}
            (_, Reply::Ack(id)) => {
                self.outbox.ack(id);
            }
            (_, Reply::Msg { id, from, text }) => {
                let (from, text) = (from.into(), text.into());
                self.keep(id, Item::Said { from, text }, out);
            }
            (_, Reply::Note { id, change, name }) => {
                let name = name.into();
                self.keep(id, Item::Changed { change, name }, out);
            }
            (Phase::Leaving { .. }, Reply::Bye) => self.phase = Phase::Over(End::Left),
            (_, Reply::Bye) => self.phase = Phase::Over(End::Closed),
            (phase, Reply::Err { code, id: 0, .. }) => {
                if code == Code::NoJoin {
                    let leaving = matches!(phase, Phase::Leaving { .. });
                    let end = if leaving { End::Left } else { End::Forgotten };
                    self.phase = Phase::Over(end);
                }
            }
            (_, Reply::Err { code, id, .. }) => {
                if let Some(said) = self.outbox.ack(id) {
                    let said = said.fields();
                    out.show(News::Refused { said, code });
                }
            }
            (_, Reply::Cookie(_) | Reply::Welcome { .. } | Reply::Pong) => {}
        }
    }
    // ANCHOR_END: receive

    fn join_with(&mut self, cookie: &str, now: Instant) {
        self.phase = Phase::Joining {
            cookie: cookie.to_owned(),
            since: now,
        };
        self.due = now;
        self.wait = FIRST_WAIT;
    }

    // ANCHOR: keep
    /// Acknowledges, and shows what is now in order.
    fn keep(&mut self, id: u32, item: Item, out: &mut impl Effects) {
        match self.inbox.judge(id) {
            Arrival::Beyond => return,
            Arrival::Again => {}
            Arrival::New => self.inbox.keep(id, item),
        }
        out.send(&Request::Ack(id).to_string());
        while let Some(item) = self.inbox.deliver() {
            out.show(match &item {
                Item::Said { from, text } => News::Said { from, text },
                Item::Changed { change, name } => {
                    let change = *change;
                    News::Changed { change, name }
                }
            });
        }
    }
    // ANCHOR_END: keep

    /// Whether [`say`](Self::say) may be called: we are in, do not leave, and
    /// not too much is under way already.
    #[must_use]
    pub fn takes_more(&self) -> bool {
        let room = self.outbox.len() < WINDOW && self.leave.is_none();
        room && matches!(self.phase, Phase::In)
    }

    /// Says `text`, of 1 to [`MAX_TEXT`](crate::protocol::MAX_TEXT) bytes.
    /// A line that was split may exceed what [`takes_more`](Self::takes_more)
    /// promises a little: the queue has room for it.
    pub fn say(&mut self, text: &str, now: Instant) {
        // 256 fit behind the window; a line has at most 132 pieces (more::split).
        let _ = self.outbox.push(Numbered::say(text), now);
    }

    /// Leaves: once the server has all that was said, or at `latest` if that is
    /// given; then also without a BYE, a moment later. Of several moments the
    /// earliest counts.
    pub fn leave(&mut self, latest: Option<Instant>, now: Instant) {
        let before = self.leave.flatten();
        self.leave = Some(before.into_iter().chain(latest).min());
        if matches!(self.phase, Phase::Asking) {
            // Nobody knows us yet.
            self.phase = Phase::Over(End::Left);
        }
        if matches!(self.phase, Phase::Joining { .. }) && latest.is_some() {
            self.begin_to_leave(now);
        }
    }

    fn begin_to_leave(&mut self, now: Instant) {
        self.phase = Phase::Leaving { quits: 0 };
        self.due = now;
        self.wait = FIRST_WAIT;
    }

    /// How it ended, if it has.
    #[must_use]
    pub fn end(&self) -> Option<End> {
        match self.phase {
            Phase::Over(end) => Some(end),
            _ => None,
        }
    }

    /// Whether everything is said and only the BYE is missing.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        matches!(self.phase, Phase::Leaving { .. })
    }

    /// Whether the server ever answered.
    #[must_use]
    pub fn was_answered(&self) -> bool {
        self.answered
    }

    /// How much of what was said the server has not acknowledged.
    #[must_use]
    pub fn unsaid(&self) -> usize {
        self.outbox.len()
    }
}
