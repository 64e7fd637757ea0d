//! What the system can tell about a running program from outside.

use std::fmt;

#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
pub(crate) use linux::{Processes, children, descendants, receivers, receives};

/// Whether somebody would receive a datagram sent to this address: nobody knows.
#[cfg(not(target_os = "linux"))]
pub(crate) fn receives(_address: std::net::SocketAddr) -> Option<bool> {
    None
}

/// How many sockets receive the datagrams of an IPv4 address: nobody knows.
#[cfg(not(target_os = "linux"))]
pub(crate) fn receivers(_address: std::net::SocketAddr) -> Option<usize> {
    None
}

/// What a program and what it has started take of their system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) threads: usize,
    pub(crate) files: usize,
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} threads, {} open files", self.threads, self.files)
    }
}

/// A program and what it has started, on a system that tells nothing about them.
#[cfg(not(target_os = "linux"))]
pub(crate) struct Processes;

#[cfg(not(target_os = "linux"))]
impl Processes {
    pub(crate) fn of(_group: i32) -> Self {
        Self
    }

    /// Whether the program has read what was sent and sleeps: nobody knows.
    pub(crate) fn settled(&self, _near: u16, _far: u16, _ended: bool) -> Option<bool> {
        None
    }

    /// Whether it sleeps with input unread: nobody knows.
    pub(crate) fn stuck(&self, _near: u16, _far: u16) -> Option<bool> {
        None
    }

    /// What the program, if it sleeps, has not read: nobody knows.
    pub(crate) fn left_unread(&self, _near: u16, _far: u16) -> Option<Option<u64>> {
        None
    }

    /// How many threads and open files they have: nobody knows.
    pub(crate) fn usage(&self) -> Option<Usage> {
        None
    }

    /// The addresses they receive datagrams at: nobody knows.
    pub(crate) fn receiving(&self) -> Vec<std::net::SocketAddr> {
        Vec::new()
    }

    /// The TCP addresses they listen on: nobody knows.
    pub(crate) fn listening(&self) -> Vec<std::net::SocketAddr> {
        Vec::new()
    }
}

/// Lets this process, and the programs it starts from now on, open `wanted` files
/// at once.
///
/// # Errors
/// Why not, for a check that cannot be made without.
#[cfg(unix)]
pub(crate) fn allow_open_files(wanted: u64) -> Result<(), String> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let enough = |limit: Option<u64>| limit.is_none_or(|limit| limit >= wanted);
    if enough(limit.current) {
        return Ok(());
    }
    if !enough(limit.maximum) {
        let most = limit.maximum.unwrap_or_default();
        return Err(format!(
            "a program may open {most} files here, and this takes {wanted}"
        ));
    }
    // More than this check needs: others may run beside it in this process.
    let current = limit
        .maximum
        .map_or(4 * wanted, |most| most.min(4 * wanted));
    let raised = Rlimit {
        current: Some(current),
        ..limit
    };
    setrlimit(Resource::Nofile, raised)
        .map_err(|error| format!("the limit of open files cannot be raised: {error}"))
}

#[cfg(not(unix))]
pub(crate) fn allow_open_files(_wanted: u64) -> Result<(), String> {
    Ok(())
}
