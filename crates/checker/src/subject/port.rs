//! A free port for a program that will bind it a moment later.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
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

/// Picks a port nobody uses now, different at each call.
///
/// # Errors
/// When no port of the whole range can be bound.
pub(crate) fn pick() -> io::Result<u16> {
    let ports = PORTS.end - PORTS.start;
    // Judges that run side by side start far apart: 7919 is a prime.
    let offset = std::process::id().wrapping_mul(7919) % u32::from(ports);
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..ports {
        let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = (offset + step) % u32::from(ports) + u32::from(PORTS.start);
        let port = u16::try_from(port).expect("the range ends below 65,536");
        match try_bind(port) {
            Ok(()) => return Ok(port),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Binds without SO_REUSEADDR, so that even a port in TIME_WAIT is refused: a
/// subject that does not set the option must still be able to start.
fn try_bind(port: u16) -> io::Result<()> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn ports_differ_and_are_free() {
        let (a, b) = (pick().unwrap(), pick().unwrap());
        assert_ne!(a, b);
        assert!(PORTS.contains(&a));
        let taken = TcpListener::bind(("127.0.0.1", a)).unwrap();
        assert!(try_bind(a).is_err());
        drop(taken);
    }
}
