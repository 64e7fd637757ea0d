//! One client of the proxy, and its socket towards the server.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::late::Datagram;
use super::{Direction, LOOK};
use crate::history::lock;

#[derive(Debug)]
pub(super) struct Link {
    pub(super) number: u32,
    pub(super) client: SocketAddr,
    /// Connected to the server.
    pub(super) upstream: UdpSocket,
    /// When the last datagram came, in either direction.
    touched: Mutex<Instant>,
    /// Of each direction, the one that waits until the next has passed.
    held: Mutex<[Option<Datagram>; 2]>,
    closed: AtomicBool,
}

impl Link {
    pub(super) fn new(number: u32, client: SocketAddr, server: SocketAddr) -> io::Result<Link> {
        let any: SocketAddr = match server {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let upstream = UdpSocket::bind(any)?;
        upstream.connect(server)?;
        upstream.set_read_timeout(Some(LOOK))?;
        Ok(Link {
            number,
            client,
            upstream,
            touched: Mutex::new(Instant::now()),
            held: Mutex::default(),
            closed: AtomicBool::new(false),
        })
    }

    pub(super) fn touch(&self) {
        *lock(&self.touched) = Instant::now();
    }

    pub(super) fn touched(&self) -> Instant {
        *lock(&self.touched)
    }

    /// Keeps one until the next has passed.
    pub(super) fn hold(&self, datagram: Datagram) {
        let place = datagram.direction.index();
        lock(&self.held)[place] = Some(datagram);
    }

    /// What is held in a direction; with an index only if it is that one.
    pub(super) fn take_held(&self, direction: Direction, index: Option<u64>) -> Option<Datagram> {
        lock(&self.held)[direction.index()]
            .take_if(|held| index.is_none_or(|index| held.index == index))
    }

    /// Ends its thread; what it holds is lost.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        *lock(&self.held) = Default::default();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }
}
