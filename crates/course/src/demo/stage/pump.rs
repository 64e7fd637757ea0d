//! The waiting: every source of events at once, with a deadline, and what is done with them.

use std::time::{Duration, Instant};

use checker::proxy::stream::{Event, What};
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
                recv(self.tap.1) -> event => if let Ok(event) = event { self.see(&event) },
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

    fn see(&mut self, event: &Event) {
        let Some((_, started)) = self.proxy else {
            return;
        };
        if matches!(event.what, What::Opened { .. }) {
            self.opened += 1;
        }
        let happened = started + event.at;
        let number = event.connection as usize;
        let client = match self.connections.get(number.wrapping_sub(1)) {
            Some(name) => name.clone(),
            None => format!("#{number}"),
        };
        if let Some(entry) = Entry::wire(self.since(happened), &client, &event.what) {
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
