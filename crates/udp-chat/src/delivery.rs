//! Each once and in order, over a network that promises neither: selective
//! repeat ([Outbox] and [Inbox]).
//!
//! Both sides use both: a client for what it says and what it is sent, a server
//! for each of its members. No socket here, and the time is handed in, so that a
//! test can play an hour of bad network in a millisecond.
//!
//! ```text
//! Outbox:   acknowledged | under way, at most 64 | waiting, at most 256
//!                        ^ first                 ^ never sent yet
//! Inbox:    delivered    | some came, some did not | ignored
//!                   last ^                         ^ last + 64
//! ```
//!
//! Why so wide a window: at 30 % loss each way about half of what is sent is
//! acknowledged at the first try. With one under way at a time, each loss stops
//! everything behind it for 100 ms and more. With 64, the others pass it.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Most that is under way without an acknowledgement.
pub const WINDOW: usize = 64;

/// Most that waits behind the window.
pub const QUEUE: usize = 256;

/// How long to wait for an acknowledgement the first time.
pub const FIRST_WAIT: Duration = Duration::from_millis(100);

/// How long to wait at most. It does not double for ever: who sends again does
/// so because the network loses, and not because it is full.
pub const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// After so long a silence the other side is taken for gone.
pub const SILENCE: Duration = Duration::from_secs(30);

/// The wait after this one.
#[must_use]
pub fn longer(wait: Duration) -> Duration {
    (wait * 3 / 2).min(LONGEST_WAIT)
}

/// Nothing more fits into an [`Outbox`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// What is to be sent, until it is acknowledged.
#[derive(Debug)]
pub struct Outbox<T> {
    /// The id of the first slot.
    first: u32,
    slots: VecDeque<Slot<T>>,
    /// How many slots were sent at least once. All before the others.
    sent: usize,
    /// How many slots are acknowledged, and only wait for the first.
    ahead: usize,
    /// No slot is to be sent again before this moment.
    again: Option<Instant>,
    /// How often something was sent again.
    resent: u64,
}

#[derive(Debug)]
struct Slot<T> {
    /// `None` once it is acknowledged and others before it are not.
    item: Option<T>,
    /// When to send it, again or for the first time.
    due: Instant,
    /// How long to wait after that.
    wait: Duration,
}

impl<T> Default for Outbox<T> {
    fn default() -> Self {
        Outbox {
            first: 1,
            slots: VecDeque::new(),
            sent: 0,
            ahead: 0,
            again: None,
            resent: 0,
        }
    }
}

impl<T> Outbox<T> {
    /// Adds an item. It has the next id, and is due at once or as soon as the
    /// window reaches it.
    ///
    /// # Errors
    ///
    /// [`Full`] when [`QUEUE`] wait already.
    pub fn push(&mut self, item: T, now: Instant) -> Result<(), Full> {
        if self.slots.len() >= WINDOW + QUEUE {
            return Err(Full);
        }
        self.slots.push_back(Slot {
            item: Some(item),
            due: now,
            wait: FIRST_WAIT,
        });
        Ok(())
    }

    /// Takes an acknowledgement. Gives the item if it is the first one for it.
    pub fn ack(&mut self, id: u32) -> Option<T> {
        let place = id.checked_sub(self.first)? as usize;
        if place >= self.sent {
            return None; // nobody can have got it yet
        }
        let item = self.slots[place].item.take()?;
        self.ahead += 1;
        while self.slots.front().is_some_and(|slot| slot.item.is_none()) {
            self.slots.pop_front();
            self.sent -= 1;
            self.ahead -= 1;
            self.first += 1;
        }
        Some(item)
    }

    // ANCHOR: next
    /// The next item that is to be sent at this moment, with its id. To be
    /// called until there is none.
    pub fn next(&mut self, now: Instant) -> Option<(u32, &T)> {
        let place = self.find_late(now).or_else(|| self.find_new())?;
        let slot = &mut self.slots[place];
        slot.due = now + slot.wait;
        slot.wait = longer(slot.wait);
        self.again = Some(self.again.map_or(slot.due, |again| again.min(slot.due)));
        Some((self.first + place as u32, slot.item.as_ref()?))
    }

    /// The first one whose acknowledgement is late.
    fn find_late(&mut self, now: Instant) -> Option<usize> {
        if self.again.is_none_or(|again| again > now) {
            return None;
        }
        let under_way = self.slots.iter().take(self.sent).enumerate();
        let mut waiting = under_way.filter(|(_, slot)| slot.item.is_some());
        if let Some((place, _)) = waiting.clone().find(|(_, slot)| slot.due <= now) {
            self.resent += 1;
            return Some(place);
        }
        self.again = waiting.by_ref().map(|(_, slot)| slot.due).min();
        None
    }

    /// The first one that was never sent, if the window reaches it.
    fn find_new(&mut self) -> Option<usize> {
        let place = self.sent;
        if place >= self.slots.len().min(WINDOW) {
            return None;
        }
        self.sent += 1;
        Some(place)
    }
    // ANCHOR_END: next

    /// When [`next`](Self::next) should be asked again; perhaps a little before
    /// it has something to give.
    #[must_use]
    pub fn next_wake(&self) -> Option<Instant> {
        let reached = self.slots.iter().take(WINDOW).nth(self.sent);
        let begin = reached.map(|slot| slot.due);
        begin.into_iter().chain(self.again).min()
    }

    /// Whether everything is acknowledged.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// How many wait behind the window.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.slots.len().saturating_sub(WINDOW)
    }

    /// How many are acknowledged although the first is not.
    #[must_use]
    pub fn ahead(&self) -> usize {
        self.ahead
    }

    /// How many are not acknowledged, or wait behind one that is not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// How often something was sent again.
    #[must_use]
    pub fn resent(&self) -> u64 {
        self.resent
    }
}

/// What has come, until it can be delivered.
#[derive(Debug)]
pub struct Inbox<T> {
    /// The id up to which everything is delivered.
    last: u32,
    /// What came out of order; the first place is for `last + 1`.
    kept: VecDeque<Option<T>>,
}

/// What a numbered datagram is to an [`Inbox`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It is new: keep it and acknowledge it.
    New,
    /// It came before: acknowledge it again, since the first acknowledgement
    /// was lost or late, and do nothing else.
    Again,
    /// It is too far ahead: act as if it had not come.
    Beyond,
}

impl<T> Default for Inbox<T> {
    fn default() -> Self {
        Inbox {
            last: 0,
            kept: VecDeque::new(),
        }
    }
}

impl<T> Inbox<T> {
    // ANCHOR: judge
    /// What a datagram with this id is.
    #[must_use]
    pub fn judge(&self, id: u32) -> Arrival {
        let Some(ahead) = id.checked_sub(self.last).filter(|ahead| *ahead > 0) else {
            return Arrival::Again;
        };
        let place = ahead as usize - 1;
        match self.kept.get(place) {
            Some(Some(_)) => Arrival::Again,
            _ if place < WINDOW => Arrival::New,
            _ => Arrival::Beyond,
        }
    }
    // ANCHOR_END: judge

    /// Keeps an item that is [`Arrival::New`]; any other changes nothing.
    pub fn keep(&mut self, id: u32, item: T) {
        if self.judge(id) != Arrival::New {
            return;
        }
        let place = (id - self.last) as usize - 1;
        if self.kept.len() <= place {
            self.kept.resize_with(place + 1, || None);
        }
        self.kept[place] = Some(item);
    }

    /// The next item in order, if it is here. To be called until there is none.
    pub fn deliver(&mut self) -> Option<T> {
        if !matches!(self.kept.front(), Some(Some(_))) {
            return None;
        }
        self.last += 1;
        self.kept.pop_front().flatten()
    }

    /// The id up to which everything is delivered.
    #[must_use]
    pub fn last(&self) -> u32 {
        self.last
    }
}
