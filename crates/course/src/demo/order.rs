//! Putting reports in the order of their causes.
//!
//! A conversation's events come to us on different ways: the programs' words through pipes and a
//! thread each, the wire from the proxy directly. So an answer may be reported before the line
//! that the server printed when it read the question. Events are therefore held for a moment, and
//! what happened within a few milliseconds is put in the order in which it must have happened:
//! question on the wire, server, answer on the wire, client.

use std::time::{Duration, Instant};

use super::entry::{Entry, Kind};
use super::script::{SERVER, WIRE};

/// How long an event is held back for one that happened before it and is reported after it.
const HOLD: Duration = Duration::from_millis(15);
/// What one place in a conversation counts as, in time. Five of them are within `HOLD`.
const PLACE: Duration = Duration::from_millis(3);

/// Events that are not yet shown.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// The time that decides the order, then the event.
    entries: Vec<(Instant, Entry)>,
}

impl Held {
    /// Adds an event that happened at a time.
    pub(super) fn push(&mut self, happened: Instant, entry: Entry) {
        let key = happened + PLACE * place(&entry);
        // Lines of one source never change places, and a program's end comes last. The wire is one
        // source: the proxy reports in the order of causes.
        let own = self.entries.iter().filter(|(_, held)| {
            let one_source = held.kind == entry.kind || entry.actor == WIRE;
            held.actor == entry.actor && (one_source || entry.kind == Kind::Exit)
        });
        let key = own.map(|(key, _)| *key).chain([key]).max().unwrap_or(key);
        self.entries.push((key, entry));
    }

    /// Takes out what has been held long enough, in order.
    pub(super) fn ripe(&mut self, now: Instant) -> Vec<Entry> {
        // Stable: events with the same key stay as they came.
        self.entries.sort_by_key(|(key, _)| *key);
        let ripe = self.entries.partition_point(|(key, _)| *key + HOLD <= now);
        self.entries.drain(..ripe).map(|(_, entry)| entry).collect()
    }

    /// When the next one is ripe.
    pub(super) fn next_ripe(&self) -> Option<Instant> {
        self.entries.iter().map(|(key, _)| *key + HOLD).min()
    }

    /// Whether everything was taken out.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// An event's place in a conversation.
fn place(entry: &Entry) -> u32 {
    match (entry.kind, entry.actor.as_str()) {
        (Kind::Command | Kind::Typed | Kind::Act, _) => 0,
        (_, WIRE) if entry.is_answer() => 2,
        (_, WIRE) => 0,
        (Kind::Exit, _) => 4,
        // Complaints come through a pipe of their own, most often as a last word.
        (Kind::Complaint, SERVER) => 2,
        (_, SERVER) => 1,
        // A note is about what the client does next, and comes before what comes of it.
        (Kind::Complaint, _) if entry.text.starts_with("note: ") => 1,
        (Kind::Complaint, _) => 4,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use checker::proxy::stream::{Direction, What};

    use super::*;

    fn data(direction: Direction) -> Entry {
        let bytes = b"x".to_vec();
        Entry::wire(Duration::ZERO, "A", &What::Data { direction, bytes }).unwrap()
    }

    fn said(actor: &str, kind: Kind) -> Entry {
        Entry::new(Duration::ZERO, actor, kind, "x".to_owned())
    }

    #[test]
    fn what_comes_late_is_put_where_it_belongs() {
        let now = Instant::now();
        let right = [
            said("A", Kind::Typed),
            data(Direction::ToServer),
            said(SERVER, Kind::Output),
            data(Direction::ToClient),
            said("A", Kind::Output),
            said("A", Kind::Exit),
        ];
        let mut held = Held::default();
        for at in [0, 4, 1, 3, 2, 5] {
            held.push(now, right[at].clone());
        }
        assert!(held.ripe(now).is_empty());
        assert_eq!(held.ripe(now + Duration::from_secs(1)), right);
        assert!(held.is_empty());
    }

    #[test]
    fn what_is_far_apart_stays_in_the_order_of_time() {
        let now = Instant::now();
        let late = now + Duration::from_millis(40);
        let mut held = Held::default();
        held.push(late, data(Direction::ToServer));
        held.push(now, said("A", Kind::Output));
        assert_eq!(held.ripe(now + HOLD + PLACE * 4), [said("A", Kind::Output)]);
        assert_eq!(held.next_ripe(), Some(late + HOLD));
    }
}
