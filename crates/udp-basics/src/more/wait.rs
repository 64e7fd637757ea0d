//! A wait that a busy machine does not cut short.

use std::time::Instant;

use common::{
    net::{Datagram, DatagramBuffer, DatagramError, DatagramSocket},
    stop::Stop,
};

/// Datagrams that are looked at although the time is over: about as many as a
/// socket holds.
const BACKLOG: u32 = 256;

/// A wait for datagrams. What came in time counts, also if this machine was too
/// busy to look. But others' datagrams must not hold us here for ever.
pub(crate) struct Wait {
    deadline: Instant,
    overtime: u32,
}

impl Wait {
    pub(crate) fn until(deadline: Instant) -> Self {
        Wait {
            deadline,
            overtime: BACKLOG,
        }
    }

    /// The next one, or `None` when the time is over.
    pub(crate) fn receive<'a>(
        &mut self,
        socket: &DatagramSocket,
        buffer: &'a mut DatagramBuffer,
        stop: &Stop,
    ) -> Result<Option<Datagram<'a>>, DatagramError> {
        if self.overtime == 0 || stop.is_set() {
            return Ok(None);
        }
        self.overtime -= u32::from(Instant::now() >= self.deadline);
        socket.receive_until(buffer, self.deadline, stop)
    }
}
