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
}

#[derive(Default)]
struct Kept {
    first: Vec<Event>,
    last: VecDeque<Event>,
    dropped: usize,
}

impl History {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            kept: Arc::default(),
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
    fn long_chunks_are_shortened() {
        assert_eq!(brief(b"a\n"), "a⏎");
        assert!(brief(&[b'x'; 100]).ends_with("x… (100 bytes)"));
    }
}
