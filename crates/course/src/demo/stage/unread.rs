//! Lines that have happened and wait to be read: the eye is slower than the network.
//!
//! The scene itself goes on, so that reading it changes nothing in it: a time limit of one second
//! is one second, however many lines are still to be shown.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crossbeam_channel::never;

use super::{Done, Stage, Woken};
use crate::demo::entry::Entry;

/// The lines, and when the next one is due.
pub(super) struct Unread {
    lines: VecDeque<Entry>,
    pace: Duration,
    next: Instant,
}

impl Unread {
    /// Each line stands for `pace` before the next one.
    pub(super) fn new(pace: Duration) -> Unread {
        Unread {
            lines: VecDeque::new(),
            pace,
            next: Instant::now(),
        }
    }

    pub(super) fn push(&mut self, entry: Entry) {
        self.lines.push_back(entry);
    }

    /// When the next line is due, if there is one.
    pub(super) fn due(&self) -> Option<Instant> {
        (!self.lines.is_empty()).then_some(self.next)
    }

    fn take_due(&mut self) -> Option<Entry> {
        let now = Instant::now();
        if now < self.next {
            return None;
        }
        let entry = self.lines.pop_front()?;
        self.next = now + self.pace;
        Some(entry)
    }
}

impl Stage<'_> {
    /// Shows what is due.
    pub(super) fn show_due(&mut self) -> Done<()> {
        while let Some(entry) = self.unread.take_due() {
            self.screen.entry(&entry)?;
        }
        Ok(())
    }

    /// Goes on until every line that has happened was shown and could be read.
    pub(in crate::demo) fn catch_up(&mut self) -> Done<()> {
        while let Some(due) = self.unread.due() {
            self.rest_until(due)?;
        }
        self.rest_until(self.unread.next)
    }

    /// Shows at once what is still unread.
    pub(in crate::demo) fn flush(&mut self) -> Done<()> {
        self.unread.pace = Duration::ZERO;
        self.unread.next = Instant::now();
        self.show_due()
    }

    /// Gives the reader so much time.
    pub(in crate::demo) fn rest(&mut self, time: Duration) -> Done<()> {
        self.rest_until(Instant::now() + time)
    }

    fn rest_until(&mut self, until: Instant) -> Done<()> {
        while Instant::now() < until {
            if self.pump(Some(until), &never())? == Woken::Late {
                break;
            }
        }
        self.show_due()
    }
}
