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
const HOLD: Duration = Duration::from_millis(20);
/// What one place in a conversation counts as, in time. All of them are within `HOLD`.
const PLACE: Duration = Duration::from_millis(3);

/// Events that are not yet shown.
#[derive(Debug, Default)]
pub(super) struct Held {
    entries: Vec<One>,
}

#[derive(Debug)]
struct One {
    /// The time that decides the order.
    key: Instant,
    happened: Instant,
    entry: Entry,
}

impl Held {
    /// Adds an event that happened at a time.
    pub(super) fn push(&mut self, happened: Instant, entry: Entry) {
        let own = happened + PLACE * place(&entry);
        let before = self
            .entries
            .iter()
            .filter(|held| comes_before(held, happened, &entry));
        let key = before
            .map(|held| held.key)
            .chain([own])
            .max()
            .unwrap_or(own);
        if is_question(&entry) {
            // The server's words about it may be here already.
            for held in &mut self.entries {
                if is_said_by_server(&held.entry) && held.happened >= happened {
                    held.key = held.key.max(key);
                }
            }
        }
        self.entries.push(One {
            key,
            happened,
            entry,
        });
    }

    /// Takes out what has been held long enough, in order.
    pub(super) fn ripe(&mut self, now: Instant) -> Vec<Entry> {
        // What the server says comes behind the question, also where a question that had to wait
        // for the wire's order has the same key. Otherwise stable: events stay as they came.
        self.entries
            .sort_by_key(|held| (held.key, is_said_by_server(&held.entry)));
        let ripe = self.entries.partition_point(|held| held.key + HOLD <= now);
        self.entries.drain(..ripe).map(|held| held.entry).collect()
    }

    /// When the next one is ripe.
    pub(super) fn next_ripe(&self) -> Option<Instant> {
        self.entries.iter().map(|held| held.key + HOLD).min()
    }

    /// Whether everything was taken out.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Whether what is held must be shown before a new event, whatever their times say.
fn comes_before(held: &One, happened: Instant, entry: &Entry) -> bool {
    // Lines of one source never change places, and a program's end comes last. The wire is one
    // source: the proxy reports in the order of causes.
    let one_source = held.entry.kind == entry.kind || entry.actor == WIRE;
    let own = held.entry.actor == entry.actor && (one_source || entry.kind == Kind::Exit);
    let cause = is_said_by_server(entry) && is_question(&held.entry) && held.happened <= happened;
    own || cause
}

fn is_question(entry: &Entry) -> bool {
    entry.actor == WIRE && entry.kind == Kind::Data && !entry.is_answer()
}

fn is_said_by_server(entry: &Entry) -> bool {
    entry.actor == SERVER && entry.kind == Kind::Output
}

/// An event's place in a conversation.
fn place(entry: &Entry) -> u32 {
    match (entry.kind, entry.actor.as_str()) {
        (Kind::Command | Kind::Typed | Kind::Act, _) => 0,
        // Told before it is done.
        (Kind::Complaint, _) if entry.text.contains(", sending ") => 0,
        (_, WIRE) if entry.is_answer() => 3,
        (_, WIRE) => 1,
        (Kind::Exit, _) => 5,
        // Complaints come through a pipe of their own, most often as a last word.
        (Kind::Complaint, SERVER) => 3,
        (_, SERVER) => 2,
        (Kind::Complaint, _) => 5,
        _ => 4,
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
        assert_eq!(held.next_ripe(), Some(late + PLACE + HOLD));
    }

    #[test]
    fn the_server_speaks_behind_its_question_also_when_the_wire_is_behind() {
        let now = Instant::now();
        let soon = now + PLACE / 3;
        let answer = data(Direction::ToClient);
        let question = data(Direction::ToServer);
        let words = said(SERVER, Kind::Output);
        let right = [answer.clone(), question.clone(), words.clone()];
        for question_first in [true, false] {
            let mut held = Held::default();
            held.push(now, answer.clone());
            if question_first {
                held.push(soon, question.clone());
                held.push(soon, words.clone());
            } else {
                held.push(soon, words.clone());
                held.push(soon, question.clone());
            }
            assert_eq!(held.ripe(now + Duration::from_secs(1)), right);
        }
    }
}
