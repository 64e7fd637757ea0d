//! A free port for a program that will bind it a moment later.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::ops::Range;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use socket2::{Domain, Socket, Type};

use super::system::receives;

/// For streams and for datagrams: below every common ephemeral range, above the
/// ports of well-known services.
///
/// A port from the ephemeral range could be given to any program's outgoing
/// connection between our choice and the subject's bind; and a client that
/// retries a connection inside it may even connect to itself.
const STREAMS: Range<u16> = 10_000..21_000;
const DATAGRAMS: Range<u16> = 21_000..32_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port that no other judge picks while this exists.
///
/// The program under check binds the port, so the judge cannot; it binds the same
/// number for the other transport, which is a space of its own. A judge in another
/// process finds that taken and goes on to the next number.
pub(crate) struct Port {
    pub(crate) number: u16,
    _reserved: Socket,
}

/// Where the number of a program of datagrams is reserved: not where it would
/// listen, if by mistake it opened a TCP socket, or it could not be told so.
/// Elsewhere than on Linux only one address is loopback's.
const BESIDE: Ipv4Addr = if cfg!(target_os = "linux") {
    Ipv4Addr::new(127, 0, 0, 3)
} else {
    Ipv4Addr::LOCALHOST
};

impl Port {
    /// Picks a port nobody uses now, different at each call.
    ///
    /// # Errors
    /// When no port of the whole range can be bound.
    pub(crate) fn pick() -> io::Result<Self> {
        Self::pick_from(STREAMS, Self::reserve)
    }

    /// As [`Port::pick`], for a program of datagrams.
    pub(crate) fn pick_datagram() -> io::Result<Self> {
        Self::pick_from(DATAGRAMS, Self::reserve_datagram)
    }

    fn pick_from(range: Range<u16>, reserve: fn(u16) -> io::Result<Self>) -> io::Result<Self> {
        let ports = range.end - range.start;
        // Judges that run side by side start far apart: 7919 is a prime.
        let offset = std::process::id().wrapping_mul(7919) % u32::from(ports);
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        for _ in 0..ports {
            let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
            let number = (offset + step) % u32::from(ports) + u32::from(range.start);
            let number = u16::try_from(number).expect("the range ends below 65,536");
            let _alone = while_nobody_is_started();
            match reserve(number) {
                Ok(port) => return Ok(port),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Binds without SO_REUSEADDR, so that even a port in TIME_WAIT is refused: a
    /// subject that does not set the option must still be able to start.
    fn reserve(number: u16) -> io::Result<Self> {
        let reserved = bound(Type::DGRAM, Ipv4Addr::LOCALHOST, number)?;
        drop(bound(Type::STREAM, Ipv4Addr::LOCALHOST, number)?);
        Ok(Self {
            number,
            _reserved: reserved,
        })
    }

    fn reserve_datagram(number: u16) -> io::Result<Self> {
        let reserved = bound(Type::STREAM, BESIDE, number)?;
        match is_free(SocketAddr::from((Ipv4Addr::LOCALHOST, number))) {
            true => Ok(Self {
                number,
                _reserved: reserved,
            }),
            false => Err(io::ErrorKind::AddrInUse.into()),
        }
    }
}

/// Until this is dropped, no thread starts a program: a child has a copy of every
/// socket until it becomes its program, and a copy keeps the port of a socket
/// that was closed here.
pub(super) fn while_nobody_is_started() -> MutexGuard<'static, ()> {
    static STARTS: Mutex<()> = Mutex::new(());
    STARTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether nobody receives the datagrams of an address. Binding it tells, but a
/// child that is being started may hold a copy of that socket for a moment, so
/// the system is asked where it tells.
pub(crate) fn is_free(address: SocketAddr) -> bool {
    match receives(address) {
        Some(received) => !received,
        None => UdpSocket::bind(address).is_ok(),
    }
}

fn bound(kind: Type, ip: Ipv4Addr, number: u16) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, kind, None)?;
    socket.bind(&SocketAddr::from((ip, number)).into())?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::sync::atomic::AtomicBool;
    use std::thread;

    #[test]
    fn ports_differ_and_are_free() {
        let (a, b) = (Port::pick().unwrap(), Port::pick().unwrap());
        assert_ne!(a.number, b.number);
        assert!(STREAMS.contains(&a.number));
        let taken = TcpListener::bind(("127.0.0.1", a.number)).unwrap();
        drop(a);
        let number = taken.local_addr().unwrap().port();
        assert!(Port::reserve(number).is_err(), "a program listens there");
    }

    #[test]
    fn a_receiver_is_seen_while_others_come_and_go() {
        let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = receiver.local_addr().unwrap();
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let sockets = (0..200).map(|_| UdpSocket::bind("127.0.0.1:0"));
                    drop(sockets.collect::<Vec<_>>());
                }
            });
            let mistakes = (0..1000).filter(|_| is_free(address)).count();
            over.store(true, Ordering::Relaxed);
            assert_eq!(mistakes, 0);
        });
        drop(receiver);
        assert!(is_free(address));
        let at_any = UdpSocket::bind(("0.0.0.0", address.port())).unwrap();
        assert!(!is_free(address));
        drop(at_any);
    }

    #[test]
    fn a_picked_port_is_not_picked_again() {
        let port = Port::pick().unwrap();
        assert!(Port::reserve(port.number).is_err());
        let port = Port::pick_datagram().unwrap();
        assert!(Port::reserve_datagram(port.number).is_err());
    }
}
