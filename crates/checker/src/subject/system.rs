//! What the system can tell about a running program from outside.

#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
pub(crate) use linux::{Processes, children, descendants, receivers};

/// How many sockets receive the datagrams of an IPv4 address: nobody knows.
#[cfg(not(target_os = "linux"))]
pub(crate) fn receivers(_address: std::net::SocketAddr) -> Option<usize> {
    None
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

    /// The addresses they receive datagrams at: nobody knows.
    pub(crate) fn receiving(&self) -> Vec<std::net::SocketAddr> {
        Vec::new()
    }

    /// The TCP addresses they listen on: nobody knows.
    pub(crate) fn listening(&self) -> Vec<std::net::SocketAddr> {
        Vec::new()
    }
}
