//! Waits that end: a test that hangs says nothing about what went wrong.
//!
//! As `checker::program` has it for the lessons. This crate has its own, because
//! the judge must not become part of what it judges.

use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

/// The deadline of every wait: more than anything takes on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Work that a thread of its own does, see [`begin`].
pub(crate) struct Begun<T>(Receiver<T>);

/// Begins something that may block, in a thread of its own. Nobody joins it: it
/// may never end, and ends with the test's process.
pub(crate) fn begin<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Begun<T> {
    let (sender, result) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    Begun(result)
}

impl<T> Begun<T> {
    /// Its result; fails if that takes longer than [`SOON`].
    #[track_caller]
    pub(crate) fn end(self) -> T {
        match self.0.recv_timeout(SOON) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => panic!("waited in vain for {SOON:?}"),
            Err(RecvTimeoutError::Disconnected) => panic!("what it waited for has panicked"),
        }
    }
}
