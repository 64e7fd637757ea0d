//! Waits that end: a test that hangs says nothing about what went wrong.

use std::{
    net::{TcpListener, TcpStream},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
};

use super::SOON;

/// Work that a thread of its own does, see [`begin`].
#[derive(Debug)]
#[must_use]
pub struct Begun<T>(Receiver<T>);

/// Begins something that may block, in a thread of its own.
pub fn begin<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Begun<T> {
    let (sender, result) = mpsc::channel();
    // Nobody joins it: it may never end, and ends with the test's process.
    thread::spawn(move || sender.send(work()));
    Begun(result)
}

impl<T> Begun<T> {
    /// Its result.
    ///
    /// # Panics
    ///
    /// If that takes longer than [`SOON`], or the work has panicked.
    #[track_caller]
    pub fn end(self) -> T {
        match self.0.recv_timeout(SOON) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => panic!("waited in vain for {SOON:?}"),
            Err(RecvTimeoutError::Disconnected) => panic!("what it waited for has panicked"),
        }
    }
}

/// Does something that may block.
///
/// # Panics
///
/// If that takes longer than [`SOON`], or the work panics.
#[track_caller]
pub fn within<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    begin(work).end()
}

/// The next client of a listener, with a time limit on every read.
///
/// # Panics
///
/// If that takes longer than [`SOON`], or fails.
#[track_caller]
pub fn accept(listener: &TcpListener) -> TcpStream {
    let listener = listener.try_clone().expect("a descriptor");
    let (stream, _) = within(move || listener.accept()).expect("a client");
    stream.set_read_timeout(Some(SOON)).expect("limit");
    stream
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_comes_and_a_panic_is_told() {
        assert_eq!(within(|| 3), 3);
        let panicked = thread::spawn(|| within(|| panic!("as expected"))).join();
        assert!(panicked.is_err());
    }
}
