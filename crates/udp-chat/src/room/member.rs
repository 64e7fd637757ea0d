//! What the room knows of one member.

use std::{sync::Arc, time::Instant};

use super::pace::{Pace, Rate};
use crate::{
    delivery::{Full, Inbox, Outbox, WINDOW},
    numbered::Numbered,
};

/// One session of one address.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// What it joined with, to know its JOIN again.
    pub(super) cookie: String,
    /// When the last datagram came from it.
    pub(super) heard: Instant,
    /// What it says: ready to be sent on, or refused and only counted.
    pub(super) inbox: Inbox<Option<Arc<Numbered>>>,
    /// What it is told.
    pub(super) outbox: Outbox<Arc<Numbered>>,
    pub(super) rate: Rate,
    pub(super) pace: Pace,
}

impl Member {
    pub(super) fn new(name: &str, cookie: &str, rate: Option<u32>, now: Instant) -> Self {
        Member {
            name: name.to_owned(),
            cookie: cookie.to_owned(),
            heard: now,
            inbox: Inbox::default(),
            outbox: Outbox::default(),
            rate: Rate::new(rate, now),
            pace: Pace::new(now),
        }
    }

    /// Tells it something.
    pub(super) fn tell(&mut self, item: Arc<Numbered>, now: Instant) -> Result<(), Full> {
        if self.outbox.waiting() == 0 {
            // Its pace matters from the moment on at which it has to hurry.
            self.pace = Pace::new(now);
        }
        self.outbox.push(item, now)
    }

    /// Whether it is worth waiting for.
    pub(super) fn keeps_up(&self, now: Instant) -> bool {
        let stuck = self.outbox.ahead() >= WINDOW / 2;
        self.pace.keeps_up(stuck, now)
    }
}
