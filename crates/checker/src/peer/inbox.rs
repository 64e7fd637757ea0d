//! What came on one connection, filled by a thread that reads all the time.
//!
//! The judge must go on reading while it writes, or it would itself be the peer
//! that never reads. A gate bounds what is read ahead, and a closed gate makes
//! it exactly that peer on purpose.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::history::{History, brief, lock, wait_until};
use crate::limits::Deadline;

/// Bytes read ahead of what the judge has taken, unless told otherwise: a
/// program that answers without end must not fill the judge's memory.
const READ_AHEAD: usize = 4 << 20;

/// How a direction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// End of input: the peer said that nothing more comes.
    Closed,
    /// The peer's system threw the connection away.
    Reset,
}

pub(super) struct Inbox {
    deadline: Deadline,
    state: Mutex<State>,
    changed: Condvar,
}

pub(super) struct State {
    bytes: Vec<u8>,
    taken: usize,
    pub(super) end: Option<End>,
    /// Read on only while less than this is waiting.
    ahead: usize,
    /// The judge is done with this connection.
    over: bool,
}

impl State {
    /// What came and was not taken yet.
    pub(super) fn waiting(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }
}

impl Inbox {
    pub(super) fn new(deadline: Deadline) -> Self {
        Self {
            deadline,
            state: Mutex::new(State {
                bytes: Vec::new(),
                taken: 0,
                end: None,
                ahead: READ_AHEAD,
                over: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// Waits at most `limit` for `look` to find something.
    pub(super) fn wait<T>(
        &self,
        limit: Duration,
        look: impl FnMut(&State) -> Option<T>,
    ) -> Option<T> {
        let deadline = self.deadline.within(limit);
        wait_until(&self.state, &self.changed, deadline, look)
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&lock(&self.state))
    }

    /// Takes `count` bytes that are known to be waiting.
    pub(super) fn take(&self, count: usize) -> Vec<u8> {
        let mut taken = Vec::new();
        self.change(|state| {
            taken = state.waiting()[..count].to_vec();
            state.taken += count;
            // Old bytes are of no use any more; keep the memory bounded.
            if state.taken > READ_AHEAD {
                state.bytes.drain(..state.taken);
                state.taken = 0;
            }
        });
        taken
    }

    pub(super) fn read_ahead(&self, bytes: usize) {
        self.change(|state| state.ahead = bytes);
    }

    pub(super) fn finish(&self) {
        self.change(|state| state.over = true);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut lock(&self.state));
        self.changed.notify_all();
    }

    /// Reads `socket` until it ends or the judge is done.
    pub(super) fn fill(&self, mut socket: impl Read, name: &str, history: &History) {
        let mut buffer = vec![0; 64 << 10];
        while self.may_read() {
            match socket.read(&mut buffer) {
                Ok(n) if n > 0 => {
                    history.note(format!("{name}: received {}", brief(&buffer[..n])));
                    self.change(|state| state.bytes.extend_from_slice(&buffer[..n]));
                }
                Err(error) if is_pause(error.kind()) => {}
                result => {
                    let (end, text) = match result {
                        Ok(_) => (End::Closed, "end of input"),
                        Err(_) => (End::Reset, "connection reset"),
                    };
                    if !self.look(|state| state.over) {
                        history.note(format!("{name}: {text}"));
                    }
                    self.change(|state| state.end = Some(end));
                    return;
                }
            }
        }
    }

    /// Waits for the gate to open; false when the judge is done.
    fn may_read(&self) -> bool {
        let state = lock(&self.state);
        let closed = |state: &mut State| !state.over && state.waiting().len() >= state.ahead;
        let state = self
            .changed
            .wait_while(state, closed)
            .unwrap_or_else(PoisonError::into_inner);
        !state.over
    }
}

/// A read that ended without a byte and without an end.
fn is_pause(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

/// Makes a blocked read of `socket` return at once, with nothing on the wire.
pub(super) fn wake(socket: &TcpStream) {
    // Already gone is as good.
    let _ = socket.shutdown(std::net::Shutdown::Read);
}
