//! A proxy must not be its own upstream.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Refuses a proxy that would be its own upstream: whatever it passes on, it would
/// have to pass on again, without end.
///
/// # Errors
/// That, in words.
pub(super) fn not_itself(listen: SocketAddr, upstream: SocketAddr) -> io::Result<()> {
    if !reaches(listen, upstream) {
        return Ok(());
    }
    let why = format!("it would connect to itself at {upstream}");
    Err(io::Error::new(io::ErrorKind::InvalidInput, why))
}

/// Whether what is sent to `upstream` comes out at a socket on `address`.
fn reaches(address: SocketAddr, upstream: SocketAddr) -> bool {
    let everywhere = address.ip().is_unspecified()
        && address.is_ipv4() == upstream.is_ipv4()
        && upstream.ip().is_loopback();
    // Connecting to "any address" is connecting to this machine.
    let upstream = reachable(upstream);
    address.port() == upstream.port() && (reachable(address).ip() == upstream.ip() || everywhere)
}

/// Where a socket bound to "any address" is reached from here.
pub(super) fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    address
}
