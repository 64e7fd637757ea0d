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

#[cfg(test)]
mod tests {
    use super::*;
    use common::net::DatagramOptions;
    use std::net::UdpSocket;

    #[test]
    fn a_flood_holds_nobody_beyond_the_backlog() {
        let flood = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = flood.local_addr().unwrap().to_string().parse().unwrap();
        let socket = DatagramSocket::open(&address, &DatagramOptions::default()).unwrap();
        let socket = socket.into_iter().next().unwrap();
        let (client, stop) = (socket.local().to_string(), Stop::new());
        let mut buffer = DatagramBuffer::new(10);
        // Over already: what is taken from here on was sent too late.
        let mut wait = Wait::until(Instant::now());
        let mut taken = 0;
        loop {
            flood.send_to(b"x", &client).unwrap();
            match wait.receive(&socket, &mut buffer, &stop).unwrap() {
                Some(_) => taken += 1,
                None => break,
            }
            assert!(taken <= BACKLOG, "it goes on for ever");
        }
        assert!(taken > 0, "what is there already counts");
    }
}
