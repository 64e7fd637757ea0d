//! The passive side: socket, bind, listen.

use std::io;

use socket2::{Domain, SockAddr, Socket, Type};

use super::{Endpoint, path::RemoveOnDrop, resolve};
use crate::address::Address;

/// Connections that the system may complete before anybody accepts them. Linux
/// caps it at `net.core.somaxconn`, 4096 by default.
const BACKLOG: i32 = 1024;

/// How to listen.
#[derive(Debug, Clone, Copy)]
pub struct ListenOptions {
    /// Whether a server may listen again at once on an address where an earlier
    /// connection is still in TIME-WAIT (`SO_REUSEADDR`,
    /// [socket(7)](https://man7.org/linux/man-pages/man7/socket.7.html)).
    pub reuse: bool,
}

impl Default for ListenOptions {
    fn default() -> Self {
        ListenOptions { reuse: true }
    }
}

/// A bound and listening socket. Dropping it closes it and, for a Unix socket,
/// removes its path.
#[derive(Debug)]
pub struct Listener {
    pub(super) socket: Socket,
    endpoint: Endpoint,
    _path: Option<RemoveOnDrop>,
}

impl Listener {
    /// The address it listens on, with the real port.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }
}

/// Listens on every address that `address` stands for: one for a number or a
/// path, perhaps several for a name.
///
/// # Errors
///
/// The resolver's and [bind(2)](https://man7.org/linux/man-pages/man2/bind.2.html)'s
/// errors; `AddrInUse` also for a Unix path on which a server answers,
/// `AlreadyExists` for one that is no socket.
pub fn listen(address: &Address, options: ListenOptions) -> io::Result<Vec<Listener>> {
    resolve(address)?
        .iter()
        .map(|candidate| listen_on(candidate, options))
        .collect()
}

// ANCHOR: listen
fn listen_on(address: &SockAddr, options: ListenOptions) -> io::Result<Listener> {
    let socket = Socket::new(address.domain(), Type::STREAM, None)?;
    // Without this, [::]:9001 would also take IPv4 clients on some systems and
    // not on others; two --listen say plainly what is wanted.
    if address.domain() == Domain::IPV6 {
        socket.set_only_v6(true)?;
    }
    // On Windows the same option would let a second server steal the port
    // while the first one lives.
    #[cfg(unix)]
    if address.is_ipv4() || address.is_ipv6() {
        socket.set_reuse_address(options.reuse)?;
    }
    #[cfg(not(unix))]
    let _ = options;

    let path = bind(&socket, address)?;
    socket.listen(BACKLOG)?;
    Ok(Listener {
        endpoint: Endpoint::new(&socket.local_addr()?),
        socket,
        _path: path,
    })
}
// ANCHOR_END: listen

#[cfg(unix)]
fn bind(socket: &Socket, address: &SockAddr) -> io::Result<Option<RemoveOnDrop>> {
    match bind_new(socket, address) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_abandoned(address)? => {
            if let Some(path) = address.as_pathname() {
                std::fs::remove_file(path)?;
            }
            bind_new(socket, address)
        }
        other => other,
    }
}

#[cfg(not(unix))]
use bind_new as bind;

/// Binds; a Unix path is created by that, and must not exist.
pub(super) fn bind_new(socket: &Socket, address: &SockAddr) -> io::Result<Option<RemoveOnDrop>> {
    socket.bind(address)?;
    #[cfg(unix)]
    if let Some(path) = address.as_pathname() {
        return Ok(Some(RemoveOnDrop::new(path.to_owned())));
    }
    Ok(None)
}

/// Whether a Unix socket's path is a leftover: a socket that nobody answers on.
/// A file of another kind is not ours to remove.
#[cfg(unix)]
fn is_abandoned(address: &SockAddr) -> io::Result<bool> {
    use std::os::unix::fs::FileTypeExt;

    let Some(path) = address.as_pathname() else {
        return Ok(false);
    };
    let kind = std::fs::symlink_metadata(path)?.file_type();
    if !kind.is_socket() {
        let what = if kind.is_dir() { "directory" } else { "file" };
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            format!("a {what} is there that is no socket"),
        ));
    }
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    // A server with a full backlog would let us wait: it lives.
    socket.set_nonblocking(true)?;
    let refused = socket.connect(address);
    Ok(refused.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused))
}
