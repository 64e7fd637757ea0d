//! What happened, when: the record every card ends with.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::show;

/// Events kept from the beginning of a check, and as many from its end.
const KEPT: usize = 24;
/// Bytes of a chunk that are shown in one event.
const SHOWN: usize = 40;

/// One thing that happened during a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Time since the check began.
    pub at: Duration,
    /// What happened, with the program's bytes escaped.
    pub text: String,
}

/// A record that several threads write to; clones share it.
#[derive(Clone)]
pub(crate) struct History {
    start: Instant,
    kept: Arc<Mutex<Kept>>,
    sent: Arc<Mutex<Sent>>,
}

#[derive(Default)]
struct Kept {
    first: Vec<Event>,
    last: VecDeque<Event>,
    dropped: usize,
}

/// What one connection has sent since its last right answer.
#[derive(Default)]
struct Sent {
    by: String,
    /// Each was held back from its successor.
    pieces: Vec<Vec<u8>>,
    next: Piece,
}

/// Where the next bytes go.
#[derive(Default, PartialEq, Eq)]
enum Piece {
    /// To the ones before.
    #[default]
    Same,
    /// Behind a cut.
    Next,
    /// To the place of what is there, which was answered.
    First,
}

impl History {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            kept: Arc::default(),
            sent: Arc::default(),
        }
    }

    pub(crate) fn note(&self, text: impl Into<String>) {
        let event = Event {
            at: self.start.elapsed(),
            text: text.into(),
        };
        let mut kept = lock(&self.kept);
        if kept.first.len() < KEPT {
            kept.first.push(event);
            return;
        }
        kept.last.push_back(event);
        if kept.last.len() > KEPT {
            kept.last.pop_front();
            kept.dropped += 1;
        }
    }

    /// Remembers what the connection `by` sends.
    pub(crate) fn sent(&self, by: &str, bytes: &[u8]) {
        let mut sent = lock(&self.sent);
        if sent.by != by || sent.next == Piece::First {
            by.clone_into(&mut sent.by);
            sent.pieces.clear();
        }
        let goes_on = sent.next == Piece::Same;
        sent.next = Piece::Same;
        match sent.pieces.last_mut() {
            Some(last) if goes_on => last.extend_from_slice(bytes),
            _ => sent.pieces.push(bytes.to_vec()),
        }
    }

    /// What `by` has sent is held back from what it sends next.
    pub(crate) fn cut(&self, by: &str) {
        let mut sent = lock(&self.sent);
        if sent.by == by && sent.next == Piece::Same {
            sent.next = Piece::Next;
        }
    }

    /// What `by` has sent was answered rightly.
    pub(crate) fn answered(&self, by: &str) {
        let mut sent = lock(&self.sent);
        if sent.by == by {
            sent.next = Piece::First;
        }
    }

    /// Forgets what was sent: another program is started, which did not get it.
    pub(crate) fn start_over(&self) {
        *lock(&self.sent) = Sent::default();
    }

    /// What was sent last, and where it was cut.
    pub(crate) fn last_sent(&self) -> Vec<Vec<u8>> {
        lock(&self.sent).pieces.clone()
    }

    /// The events in order; a gap in the middle is an event that says so.
    pub(crate) fn events(&self) -> Vec<Event> {
        let kept = lock(&self.kept);
        let mut events = kept.first.clone();
        if kept.dropped > 0 {
            events.push(Event {
                at: kept.last.front().map_or(Duration::ZERO, |event| event.at),
                text: format!("… {} events left out", kept.dropped),
            });
        }
        events.extend(kept.last.iter().cloned());
        events
    }
}

/// Bytes as one event shows them: the beginning, and how many there were.
pub(crate) fn brief(bytes: &[u8]) -> String {
    if bytes.len() <= SHOWN {
        return show::escape(bytes);
    }
    let (head, _) = bytes.split_at(SHOWN);
    format!("{}… ({} bytes)", show::escape(head), bytes.len())
}

/// A thread that panicked while it held the lock has left plain data behind.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until `look` finds something in what `changed` announces, but not
/// beyond `deadline`.
pub(crate) fn wait_until<S, T>(
    state: &Mutex<S>,
    changed: &Condvar,
    deadline: Instant,
    mut look: impl FnMut(&S) -> Option<T>,
) -> Option<T> {
    let mut state = lock(state);
    loop {
        if let Some(found) = look(&state) {
            return Some(found);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        (state, _) = changed
            .wait_timeout(state, left)
            .unwrap_or_else(PoisonError::into_inner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_events_keeps_both_ends() {
        let history = History::new();
        for i in 0..1000 {
            history.note(i.to_string());
        }
        let events = history.events();
        assert_eq!(events.len(), 2 * KEPT + 1);
        assert_eq!(events[0].text, "0");
        assert!(events[KEPT].text.contains("952"), "{:?}", events[KEPT]);
        assert_eq!(events[2 * KEPT].text, "999");
    }

    #[test]
    fn what_was_sent_last_keeps_its_cuts() {
        let history = History::new();
        history.sent("a", b"x");
        history.sent("a", b"y");
        history.cut("a");
        history.sent("a", b"z");
        assert_eq!(history.last_sent(), [b"xy".to_vec(), b"z".to_vec()]);
        // Answered, it is still what was sent last.
        history.answered("a");
        assert_eq!(history.last_sent().concat(), b"xyz");
        history.sent("a", b"new");
        assert_eq!(history.last_sent(), [b"new".to_vec()]);
        history.sent("b", b"other");
        assert_eq!(history.last_sent(), [b"other".to_vec()]);
        history.start_over();
        assert!(history.last_sent().is_empty());
    }

    #[test]
    fn long_chunks_are_shortened() {
        assert_eq!(brief(b"a\n"), "a⏎");
        assert!(brief(&[b'x'; 100]).ends_with("x… (100 bytes)"));
    }
}
