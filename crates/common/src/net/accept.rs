//! Accepting connections until somebody says stop.

use std::{io, net::UdpSocket, time::Duration};

use rustix::event::{PollFd, PollFlags, poll};

use super::{Listener, Stream};
use crate::stop::{Stop, Wake};

/// Pause after an accept that failed for want of descriptors or memory, so that
/// a full machine is not kept busy by the failing.
const BACK_OFF: Duration = Duration::from_millis(100);

/// Takes connections from any number of listeners, one after the other.
///
/// A thread blocked in `accept` cannot be told to stop. So this one blocks in
/// [poll(2)](https://man7.org/linux/man-pages/man2/poll.2.html), on the
/// listeners and on one more socket that the stop signal makes readable.
#[derive(Debug)]
pub struct Acceptor {
    listeners: Vec<Listener>,
    stop: Stop,
    alarm: UdpSocket,
    _wake: Wake,
}

impl Acceptor {
    /// An acceptor for these listeners, to be ended by `stop`.
    ///
    /// # Errors
    ///
    /// The system's, when it has no socket left.
    pub fn new(listeners: Vec<Listener>, stop: &Stop) -> io::Result<Self> {
        // Connected to itself: whatever it sends, it receives, and nobody
        // else's datagrams get in. A pipe would do on Unix only.
        let alarm = UdpSocket::bind("127.0.0.1:0")?;
        alarm.connect(alarm.local_addr()?)?;
        let bell = alarm.try_clone()?;
        let wake = stop.on_stop(move || {
            let _ = bell.send(b"!");
        });
        for listener in &listeners {
            // A client may be gone between poll and accept; a blocking accept
            // would then wait for the next one and hear no alarm.
            listener.socket.set_nonblocking(true)?;
        }
        Ok(Acceptor {
            listeners,
            stop: stop.clone(),
            alarm,
            _wake: wake,
        })
    }

    /// The next connection, or `None` once stopped.
    ///
    /// Connections that failed before they were accepted are passed over.
    /// When the system has no descriptor or memory left, `report` is told, and
    /// after a pause accepting goes on: a full server must recover by itself.
    pub fn accept(&self, mut report: impl FnMut(&io::Error)) -> Option<Stream> {
        while !self.stop.is_set() {
            match self.try_accept() {
                Ok(Some(stream)) => return Some(stream),
                Ok(None) => {}
                Err(error) => {
                    report(&error);
                    let _ = self.stop.channel().recv_timeout(BACK_OFF);
                }
            }
        }
        None
    }

    /// Waits once. `None` means nothing to take after all.
    fn try_accept(&self) -> io::Result<Option<Stream>> {
        let mut sockets: Vec<PollFd<'_>> = self
            .listeners
            .iter()
            .map(|listener| PollFd::new(&listener.socket, PollFlags::IN))
            .chain([PollFd::new(&self.alarm, PollFlags::IN)])
            .collect();
        match poll(&mut sockets, None) {
            Ok(_) => {}
            Err(error) if error == rustix::io::Errno::INTR => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        for (listener, socket) in self.listeners.iter().zip(&sockets) {
            if socket.revents().is_empty() {
                continue;
            }
            match listener.socket.accept() {
                Ok((socket, peer)) => {
                    // Some systems hand the listener's mode on, Linux does not.
                    socket.set_nonblocking(false)?;
                    return Ok(Some(Stream::new(socket, &peer)?));
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
