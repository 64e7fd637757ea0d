//! A client that is one of very many.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::End;
use crate::limits::{ANSWER, CONNECT, Deadline};

/// A connection without a reader of its own and without a record: a thousand of
/// them cost a thousand sockets and no more. Dropping it resets it.
pub(crate) struct Visitor {
    socket: TcpStream,
    deadline: Deadline,
    /// Came and was not asked for yet.
    pending: Vec<u8>,
}

/// What came when a line was waited for.
pub(crate) struct Heard {
    /// The line with its LF, or as much of it as came.
    pub(crate) bytes: Vec<u8>,
    /// How the peer's direction ended, if it did before the line was complete.
    pub(crate) end: Option<End>,
}

impl Visitor {
    pub(crate) fn connect(address: SocketAddr, deadline: Deadline) -> io::Result<Self> {
        let socket = TcpStream::connect_timeout(&address, CONNECT)?;
        socket.set_nodelay(true)?;
        Ok(Self {
            socket,
            deadline,
            pending: Vec::new(),
        })
    }

    /// Sends a few bytes. A peer that is gone shows in what comes back.
    pub(crate) fn say(&mut self, bytes: &[u8]) {
        let _ = self.socket.write_all(bytes);
    }

    /// Waits at most [`ANSWER`] for a line.
    pub(crate) fn line(&mut self) -> Heard {
        let until = self.deadline.within(ANSWER);
        let mut chunk = [0; 256];
        let end = loop {
            if let Some(at) = self.pending.iter().position(|&byte| byte == b'\n') {
                let rest = self.pending.split_off(at + 1);
                return Heard {
                    bytes: std::mem::replace(&mut self.pending, rest),
                    end: None,
                };
            }
            match self.read(&mut chunk, until) {
                Ok(0) => break Some(End::Closed),
                Ok(count) => self.pending.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_late(&error) => break None,
                Err(_) => break Some(End::Reset),
            }
        };
        Heard {
            bytes: std::mem::take(&mut self.pending),
            end,
        }
    }

    /// Waits at most [`ANSWER`] for the end, whatever comes before it.
    pub(crate) fn wait_end(&mut self) -> Option<End> {
        let until = self.deadline.within(ANSWER);
        let mut chunk = [0; 256];
        loop {
            match self.read(&mut chunk, until) {
                Ok(0) => return Some(End::Closed),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_late(&error) => return None,
                Err(_) => return Some(End::Reset),
            }
        }
    }

    fn read(&mut self, chunk: &mut [u8], until: Instant) -> io::Result<usize> {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        self.socket.set_read_timeout(Some(left))?;
        self.socket.read(chunk)
    }

    /// Ends our direction.
    pub(crate) fn half_close(&self) {
        // A peer that is gone shows in what comes back.
        let _ = self.socket.shutdown(Shutdown::Write);
    }
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

impl Drop for Visitor {
    fn drop(&mut self) {
        // Closing with a linger time of zero sends a reset (RFC 9293, 3.6).
        let _ = SockRef::from(&self.socket).set_linger(Some(Duration::ZERO));
    }
}
