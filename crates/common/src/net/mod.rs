//! Sockets: listening, accepting, connecting, and the stream in between.
//!
//! Everything here is a thin, blocking layer over [`socket2`], which in turn is
//! a thin layer over the system calls that the lessons teach.

mod accept;
mod connect;
mod datagram;
mod descriptors;
mod listen;
mod path;
mod routes;
mod stream;

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fd::AsFd,
};
use socket2::SockAddr;

use crate::{address::Address, escape::escape, stop::Stop};

pub use accept::Acceptor;
pub use connect::{ConnectError, ConnectOptions, connect};
pub use datagram::{
    Datagram, DatagramBuffer, DatagramError, DatagramOptions, DatagramSocket, DatagramSockets,
    LARGEST_DATAGRAM, Target,
};
pub use descriptors::allow_descriptors;
pub use listen::{ListenOptions, Listener, listen};
pub(crate) use path::remove_paths;
pub use stream::{Stream, StreamOptions};

/// A time limit; `None` means none.
pub type Limit = Option<Duration>;

/// The address of a socket as the first line of a server prints it:
/// `IP:PORT`, `[IP6]:PORT` or `unix:/path`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// An IP address and a port.
    Inet(SocketAddr),
    /// A path, or `None` for a socket without a name, such as a client's.
    Unix(Option<PathBuf>),
}

impl Endpoint {
    fn new(address: &SockAddr) -> Self {
        match address.as_socket() {
            Some(inet) => Endpoint::Inet(inet),
            #[cfg(unix)]
            None => Endpoint::Unix(address.as_pathname().map(PathBuf::from)),
            #[cfg(not(unix))]
            None => Endpoint::Unix(None),
        }
    }

    /// Whether only this machine can reach it.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self {
            Endpoint::Inet(address) => address.ip().to_canonical().is_loopback(),
            Endpoint::Unix(_) => true,
        }
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Endpoint::Inet(address) => write!(f, "{address}"),
            // A client chooses its path, so it is a peer's text like any other.
            Endpoint::Unix(Some(path)) => write!(f, "unix:{}", escape(&path.to_string_lossy())),
            Endpoint::Unix(None) => write!(f, "unix:(unnamed)"),
        }
    }
}

/// Every address that `address` stands for, in the order of the resolver
/// ([getaddrinfo(3)](https://man7.org/linux/man-pages/man3/getaddrinfo.3.html)).
fn resolve(address: &Address) -> io::Result<Vec<SockAddr>> {
    match address {
        Address::Inet { host, port } => {
            let mut found: Vec<SocketAddr> = Vec::new();
            for candidate in std::net::ToSocketAddrs::to_socket_addrs(&(host.as_str(), *port))? {
                // The resolver lists an address once per socket type.
                if !found.contains(&candidate) {
                    found.push(candidate);
                }
            }
            if found.is_empty() {
                return Err(io::Error::other("the name has no address"));
            }
            Ok(found.into_iter().map(SockAddr::from).collect())
        }
        #[cfg(unix)]
        Address::Unix(path) => Ok(vec![SockAddr::unix(path)?]),
        #[cfg(not(unix))]
        Address::Unix(_) => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "Unix domain sockets are for Unix systems; use HOST:PORT",
        )),
    }
}

/// Waits until `socket` is ready for one of `flags`, the deadline has passed
/// (`false`), or `stop` is given (`false`, too).
fn wait_for(
    socket: &impl AsFd,
    flags: PollFlags,
    deadline: Option<Instant>,
    stop: &Stop,
) -> io::Result<bool> {
    let alarm = stop.alarm()?;
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        // A time too long for the system is none.
        let limit = left.and_then(|left| Timespec::try_from(left).ok());
        let mut sockets = [
            PollFd::new(socket, flags),
            PollFd::new(&*alarm, PollFlags::IN),
        ];
        match poll(&mut sockets, limit.as_ref()) {
            Ok(0) if left.is_some_and(|left| !left.is_zero()) => {} // too early
            Ok(_) => return Ok(!sockets[0].revents().is_empty() && !stop.is_set()),
            Err(error) if error == rustix::io::Errno::INTR => {}
            Err(error) => return Err(error.into()),
        }
    }
}
