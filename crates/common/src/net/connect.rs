//! The active side: socket, perhaps bind, connect.

use std::{io, time::Instant};

use socket2::{SockAddr, Socket, Type};

use super::{Limit, Stream, resolve};
use crate::address::Address;

/// How to connect.
#[derive(Debug, Clone, Default)]
pub struct ConnectOptions {
    /// The client's own address. Usually none: the system then chooses a free
    /// port, which is what lets two clients run side by side.
    pub bind: Option<Address>,
    /// For all addresses of the name together.
    pub timeout: Limit,
}

/// Connects to the first address of `address` that answers.
///
/// # Errors
///
/// The resolver's; the last address's error if none answers; `TimedOut` when
/// the time is over.
pub fn connect(address: &Address, options: &ConnectOptions) -> io::Result<Stream> {
    let deadline = options.timeout.map(|limit| Instant::now() + limit);
    let locals = options.bind.as_ref().map(resolve).transpose()?;
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for candidate in resolve(address)? {
        let local = match &locals {
            None => None,
            Some(locals) => match locals.iter().find(|l| l.domain() == candidate.domain()) {
                None => continue, // 127.0.0.1 cannot talk to [::1]
                some => some,
            },
        };
        match connect_to(&candidate, local, deadline) {
            Ok(socket) => return Stream::new(socket, &candidate),
            Err(error) => last = error,
        }
    }
    Err(last)
}

// ANCHOR: connect
fn connect_to(
    address: &SockAddr,
    local: Option<&SockAddr>,
    deadline: Option<Instant>,
) -> io::Result<Socket> {
    let socket = Socket::new(address.domain(), Type::STREAM, None)?;
    if let Some(local) = local {
        socket.bind(local)?;
    }
    match deadline {
        None => socket.connect(address)?,
        Some(deadline) => {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            socket.connect_timeout(address, left)?;
        }
    }
    Ok(socket)
}
// ANCHOR_END: connect
