//! Several UDP sockets, served by one thread.

use std::{io, slice, time::Instant};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fd::AsFd as _,
};

use super::{Datagram, DatagramBuffer, DatagramError, DatagramSocket};
use crate::stop::Stop;

/// Sockets whose datagrams one thread takes, and which can be asked without
/// waiting: for a server that has something else to do in between.
#[derive(Debug)]
pub struct DatagramSockets {
    sockets: Vec<DatagramSocket>,
    /// The socket to ask first, so that none is forgotten over a busy one.
    turn: usize,
}

impl DatagramSockets {
    /// Takes these sockets, which then never wait by themselves. A datagram
    /// that the system has no room to send is lost, as it might be on its way.
    ///
    /// # Errors
    ///
    /// The system's, which there is no cause for.
    pub fn new(sockets: Vec<DatagramSocket>) -> io::Result<Self> {
        for socket in &sockets {
            socket.socket.set_nonblocking(true)?;
        }
        Ok(DatagramSockets { sockets, turn: 0 })
    }

    /// One of them, to send by.
    #[must_use]
    pub fn get(&self, socket: usize) -> Option<&DatagramSocket> {
        self.sockets.get(socket)
    }

    /// All of them.
    pub fn iter(&self) -> slice::Iter<'_, DatagramSocket> {
        self.sockets.iter()
    }

    /// A datagram that is here already, and which socket it came in by.
    ///
    /// # Errors
    ///
    /// [`DatagramError`].
    pub fn take<'a>(
        &mut self,
        buffer: &'a mut DatagramBuffer,
    ) -> Result<Option<(usize, Datagram<'a>)>, DatagramError> {
        for _ in 0..self.sockets.len() {
            let at = self.turn;
            // Also after a datagram or an error: a flood of either on one socket
            // would keep it the turn for ever.
            self.turn = (at + 1) % self.sockets.len();
            if let Some((count, from)) = self.sockets[at].take(buffer)? {
                let datagram = self.sockets[at].datagram(buffer, count, from);
                return Ok(Some((at, datagram)));
            }
        }
        Ok(None)
    }

    /// Waits until a datagram is there, the deadline has passed, or the stop is
    /// given. Perhaps a little less: the caller asks [`take`](Self::take) again.
    ///
    /// # Errors
    ///
    /// That of [poll(2)](https://man7.org/linux/man-pages/man2/poll.2.html).
    pub fn wait(&self, deadline: Option<Instant>, stop: Option<&Stop>) -> io::Result<()> {
        let alarm = stop.map(Stop::alarm).transpose()?;
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        // A time too long for the system is none.
        let limit = left.and_then(|left| Timespec::try_from(left).ok());
        let sockets = self.sockets.iter().map(|socket| socket.socket.as_fd());
        let mut polled: Vec<_> = sockets
            .chain(alarm.as_ref().map(|alarm| alarm.as_fd()))
            .map(|socket| PollFd::from_borrowed_fd(socket, PollFlags::IN))
            .collect();
        match poll(&mut polled, limit.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
