//! The waiting: every source of events at once, with a deadline, and what is done with them.

use std::time::{Duration, Instant};

use checker::proxy::{datagram, stream};
use crossbeam_channel::{Receiver, at, never, select};

use super::{Done, Stage, Trouble};
use crate::demo::actor::{Actor, Said, Speech};
use crate::demo::entry::{Entry, Kind};
use crate::error::Error;

/// How long anything that a scene waits for may take.
pub(in crate::demo) const DEADLINE: Duration = Duration::from_secs(10);
/// How often to look for a program's end after its last word; the system offers no event that
/// can be waited for together with a channel.
const LOOK: Duration = Duration::from_millis(5);

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Woken {
    /// Something happened and was shown.
    News,
    /// Enter was pressed.
    Enter,
    /// The deadline passed.
    Late,
}

impl Stage<'_> {
    /// Waits until `look` finds something in what has happened; `None` when the time is over.
    pub(in crate::demo) fn until<T>(
        &mut self,
        mut look: impl FnMut(&Self) -> Option<T>,
    ) -> Done<Option<T>> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(found) = look(self) {
                return Ok(Some(found));
            }
            if self.pump(Some(deadline), &never())? == Woken::Late {
                return Ok(None);
            }
        }
    }

    /// Waits for one thing to happen and shows it.
    pub(in crate::demo) fn pump(
        &mut self,
        deadline: Option<Instant>,
        enter: &Receiver<()>,
    ) -> Done<Woken> {
        loop {
            if self.show_ripe()? {
                return Ok(Woken::News);
            }
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) && self.held.is_empty() {
                return Ok(Woken::Late);
            }
            let timer = self.next_look(deadline).map_or_else(never, at);
            select! {
                recv(self.ears) -> said => if let Ok(said) = said { self.hear(said) },
                recv(self.network.streams.1) -> event => if let Ok(event) = event { self.see(&event) },
                recv(self.network.datagrams.1) -> event => if let Ok(event) = event {
                    self.see_datagram(&event);
                },
                recv(self.stop) -> _ => return Err(Trouble::Over(Error::stopped())),
                // An error is the end of the input: then nobody is asked any more.
                recv(enter) -> _ => return Ok(Woken::Enter),
                recv(timer) -> _ => {}
            }
            self.look_for_ends();
        }
    }

    /// When to wake up without an event.
    fn next_look(&self, deadline: Option<Instant>) -> Option<Instant> {
        let leaving = self.actors.iter().any(Actor::is_leaving);
        let look = leaving.then(|| Instant::now() + LOOK);
        let ripe = self.held.next_ripe();
        let due = self.unread.due();
        ripe.into_iter()
            .chain(look)
            .chain(due)
            .chain(deadline)
            .min()
    }

    fn hear(&mut self, said: Said) {
        let actor = &mut self.actors[said.actor];
        let (kind, text) = match said.what {
            Speech::Output(text) => (Kind::Output, text),
            Speech::Complaint(text) => (Kind::Complaint, text),
            Speech::Silence => return actor.falls_silent(),
        };
        let name = actor.name.clone();
        let entry = Entry::new(self.since(said.at), &name, kind, text);
        self.held.push(said.at, entry);
    }

    fn see(&mut self, event: &stream::Event) {
        if matches!(event.what, stream::What::Opened { .. }) {
            self.opened += 1;
        }
        let client = self.client_of(event.connection);
        self.saw(event.at, |at| Entry::wire(at, &client, &event.what));
    }

    fn see_datagram(&mut self, event: &datagram::Event) {
        let client = self.client_of(event.client);
        self.saw(event.at, |at| Entry::datagram(at, &client, &event.what));
    }

    /// The name of the client that the proxy calls by this number.
    fn client_of(&self, number: u32) -> String {
        let place = (number as usize).wrapping_sub(1);
        match self.connections.get(place) {
            Some(name) => name.clone(),
            None => format!("#{number}"),
        }
    }

    /// Notes what the proxy saw so long after its start.
    fn saw(&mut self, at: Duration, entry: impl FnOnce(Duration) -> Option<Entry>) {
        let Some(started) = self.network.started() else {
            return;
        };
        let happened = started + at;
        if let Some(entry) = entry(self.since(happened)) {
            self.held.push(happened, entry);
        }
    }

    fn look_for_ends(&mut self) {
        for number in 0..self.actors.len() {
            let actor = &mut self.actors[number];
            if !actor.has_just_left() {
                continue;
            }
            let name = actor.name.clone();
            if let Some(status) = actor.status() {
                let now = Instant::now();
                let entry = Entry::exit(self.since(now), &name, status);
                self.held.push(now, entry);
            }
        }
    }

    /// Shows what has been held long enough, in order; true if there was anything.
    fn show_ripe(&mut self) -> Done<bool> {
        let ripe = self.held.ripe(Instant::now());
        let is_news = !ripe.is_empty();
        for mut entry in ripe {
            // Where the order was put right, the clock must not run backwards.
            if let Some(last) = self.history.last() {
                entry.at = entry.at.max(last.at);
            }
            self.history.push(entry.clone());
            self.unread.push(entry);
        }
        self.show_due()?;
        Ok(is_news)
    }
}
