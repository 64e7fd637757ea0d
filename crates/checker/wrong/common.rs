//! What the programs of several lessons do in the same way.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::Place;
#[cfg(unix)]
use crate::show::say;

/// A server on this port, with its one bug.
type Server<Bug> = fn(u16, Bug) -> io::Result<()>;
/// A client of this host and port.
type Client<Bug> = fn(&str, u16, Bug) -> io::Result<()>;

/// Runs whichever the place is for: a server gets no host.
pub(crate) fn run<Bug>(
    bug: Bug,
    place: &Place<'_>,
    server: Server<Bug>,
    client: Client<Bug>,
) -> io::Result<()> {
    match place.host {
        None => server(place.port, bug),
        Some(host) => client(host, place.port, bug),
    }
}

/// The first address of a host.
pub(crate) fn resolve(host: &str, port: u16) -> io::Result<SocketAddr> {
    let address = (host, port).to_socket_addrs()?.next();
    address.ok_or(io::Error::other("no address for this name"))
}

/// Connects, from a port of its own choice if there is one, or knocks for ever.
pub(crate) fn connect(
    host: &str,
    port: u16,
    own: Option<u16>,
    for_ever: bool,
) -> io::Result<TcpStream> {
    let address = resolve(host, port)?;
    if let Some(own) = own {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        // Lets it follow itself at once, but never run twice to one server. The
        // port is none of those that the judge hands out.
        socket.set_reuse_address(true)?;
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, own)).into())?;
        socket.connect(&address.into())?;
        return Ok(socket.into());
    }
    loop {
        let outcome = TcpStream::connect(address);
        if outcome.is_ok() || !for_ever {
            return outcome;
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// What a server does when it is asked to stop.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtSignal {
    /// It stops.
    Stops,
    /// It knows no signals, which kill it.
    IsKilled,
    /// It knows SIGTERM only.
    OnlySigterm,
    /// It catches the signal and goes on.
    Stays,
}

#[cfg(unix)]
pub(crate) fn stop_on_signal(what: AtSignal) -> io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    if what == AtSignal::IsKilled {
        return Ok(());
    }
    let mut signals = Signals::new([SIGTERM])?;
    if what != AtSignal::OnlySigterm {
        signals.add_signal(SIGINT)?;
    }
    thread::spawn(move || {
        for _ in signals.forever() {
            if what != AtSignal::Stays {
                say("stopped");
                std::process::exit(0);
            }
        }
    });
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn stop_on_signal(_what: AtSignal) -> io::Result<()> {
    Ok(())
}

/// A read that ended without a byte and without an end.
pub(crate) fn is_idle(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

/// The report of a datagram that found nobody, as the systems word it.
pub(crate) fn is_refused(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}

pub(crate) fn hang() -> ! {
    loop {
        thread::park();
    }
}
