//! A free port for a program that will bind it a moment later.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::ops::Range;
use std::sync::atomic::{AtomicU16, Ordering};

use socket2::{Domain, Socket, Type};

/// Below every common ephemeral range, above the ports of well-known services.
///
/// A port from the ephemeral range could be given to any program's outgoing
/// connection between our choice and the subject's bind; and a client that
/// retries a connection inside it may even connect to itself.
const PORTS: Range<u16> = 10_000..32_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port that no other judge picks while this exists.
///
/// The program under check binds the port for TCP, so the judge cannot; it binds
/// the same number for UDP, which is a space of its own. A judge in another
/// process finds that taken and goes on to the next number.
pub(crate) struct Port {
    pub(crate) number: u16,
    _reserved: UdpSocket,
}

impl Port {
    /// Picks a port nobody uses now, different at each call.
    ///
    /// # Errors
    /// When no port of the whole range can be bound.
    pub(crate) fn pick() -> io::Result<Self> {
        let ports = PORTS.end - PORTS.start;
        // Judges that run side by side start far apart: 7919 is a prime.
        let offset = std::process::id().wrapping_mul(7919) % u32::from(ports);
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        for _ in 0..ports {
            let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
            let number = (offset + step) % u32::from(ports) + u32::from(PORTS.start);
            let number = u16::try_from(number).expect("the range ends below 65,536");
            match Self::reserve(number) {
                Ok(port) => return Ok(port),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Binds without SO_REUSEADDR, so that even a port in TIME_WAIT is refused: a
    /// subject that does not set the option must still be able to start.
    fn reserve(number: u16) -> io::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, number));
        let reserved = UdpSocket::bind(address)?;
        let probe = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        probe.bind(&address.into())?;
        // A child that is being started may hold a copy until it becomes its program;
        // so marked, the copy is not in the way of a subject that sets the option.
        #[cfg(unix)]
        probe.set_reuse_address(true)?;
        Ok(Self {
            number,
            _reserved: reserved,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn ports_differ_and_are_free() {
        let (a, b) = (Port::pick().unwrap(), Port::pick().unwrap());
        assert_ne!(a.number, b.number);
        assert!(PORTS.contains(&a.number));
        let taken = TcpListener::bind(("127.0.0.1", a.number)).unwrap();
        drop(a);
        let number = taken.local_addr().unwrap().port();
        assert!(Port::reserve(number).is_err(), "a program listens there");
    }

    #[test]
    fn a_picked_port_is_not_picked_again() {
        let port = Port::pick().unwrap();
        assert!(Port::reserve(port.number).is_err());
    }
}
