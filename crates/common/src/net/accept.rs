//! Accepting connections until somebody says stop.

use std::{io, net::UdpSocket, sync::Arc};

use rustix::event::{PollFd, PollFlags, poll};

use super::{Listener, Stream};
use crate::stop::Stop;

/// Takes connections from any number of listeners, one after the other.
///
/// A thread blocked in `accept` cannot be told to stop. So this one blocks in
/// [poll(2)](https://man7.org/linux/man-pages/man2/poll.2.html), on the
/// listeners and on one more socket that the stop signal makes readable.
#[derive(Debug)]
pub struct Acceptor {
    listeners: Vec<Listener>,
    /// The one to look at first.
    next: usize,
    stop: Stop,
    alarm: Arc<UdpSocket>,
    /// Whether the last connection was had only after failures.
    failing: bool,
}

impl Acceptor {
    /// An acceptor for these listeners, to be ended by `stop`.
    ///
    /// # Errors
    ///
    /// The system's, when it has no socket left.
    pub fn new(listeners: Vec<Listener>, stop: &Stop) -> io::Result<Self> {
        for listener in &listeners {
            // A client may be gone between poll and accept; a blocking accept
            // would then wait for the next one and hear no alarm.
            listener.socket.set_nonblocking(true)?;
        }
        Ok(Acceptor {
            listeners,
            next: 0,
            stop: stop.clone(),
            alarm: stop.alarm()?,
            failing: false,
        })
    }

    /// What it listens on, in the order of its making.
    #[must_use]
    pub fn listeners(&self) -> &[Listener] {
        &self.listeners
    }

    /// The next connection, or `None` once stopped.
    ///
    /// Connections that failed before they were accepted are passed over.
    /// When the system has no descriptor or memory left, accepting goes on
    /// after a pause: a full server must recover by itself. `report` is told
    /// once, and not again before a connection was accepted at the first try.
    pub fn accept(&mut self, mut report: impl FnMut(&io::Error)) -> Option<Stream> {
        let mut failed = false;
        while !self.stop.is_set() {
            match self.try_accept() {
                Ok(Some(stream)) => {
                    self.failing = failed;
                    return Some(stream);
                }
                Ok(None) => {}
                Err(error) => {
                    if !self.failing && !failed {
                        report(&error);
                    }
                    failed = true;
                    self.stop.back_off();
                }
            }
        }
        None
    }

    /// Waits once. `None` means nothing to take after all.
    fn try_accept(&mut self) -> io::Result<Option<Stream>> {
        let mut sockets: Vec<PollFd<'_>> = self
            .listeners
            .iter()
            .map(|listener| PollFd::new(&listener.socket, PollFlags::IN))
            .chain([PollFd::new(&*self.alarm, PollFlags::IN)])
            .collect();
        match poll(&mut sockets, None) {
            Ok(_) => {}
            Err(error) if error == rustix::io::Errno::INTR => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        let ready: Vec<bool> = sockets
            .iter()
            .map(|socket| !socket.revents().is_empty())
            .collect();
        // Behind the last one served, or a busy listener would starve the rest.
        let (first, count) = (self.next, self.listeners.len());
        for index in (first..first + count).map(|index| index % count) {
            if !ready[index] {
                continue;
            }
            match self.listeners[index].socket.accept() {
                Ok((socket, peer)) => {
                    self.next = index + 1;
                    // Some systems hand the listener's mode on, Linux does not,
                    // and some refuse the call when the client is gone already.
                    if socket.set_nonblocking(false).is_ok() {
                        return Ok(Some(Stream::new(socket, &peer, None)));
                    }
                }
                Err(error) if is_about_one_connection(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

/// Errors that belong to a connection that died while it waited, which
/// [accept(2)](https://man7.org/linux/man-pages/man2/accept.2.html) says to
/// treat like "try again".
fn is_about_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{
        ConnectionAborted, ConnectionReset, HostUnreachable, Interrupted, NetworkUnreachable,
        TimedOut, WouldBlock,
    };
    matches!(
        error.kind(),
        ConnectionAborted
            | ConnectionReset
            | HostUnreachable
            | Interrupted
            | NetworkUnreachable
            | TimedOut
            | WouldBlock
    )
}
