//! A UDP socket: single datagrams, each whole or not at all.

mod error;
mod open;
mod several;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use rustix::event::PollFlags;

use super::{Endpoint, wait_for};
use crate::{
    stop::{Stop, Wake},
    wire::{Direction, Wire},
};

pub use error::DatagramError;
pub use open::{DatagramOptions, Target};
pub use several::DatagramSockets;

/// The most bytes that one datagram can carry: its length field has 16 bits and
/// counts the header of 8 bytes too
/// ([RFC 768](https://www.rfc-editor.org/rfc/rfc768)). Over IPv4 it is 20 fewer,
/// because IP's own length field counts IP's header.
pub const LARGEST_DATAGRAM: usize = 65_527;

/// The shortest wait that a system knows: to it, a limit of zero means none.
const TICK: Duration = Duration::from_millis(1);

/// How often a socket that cannot be woken looks whether it should stop.
const LOOK: Duration = Duration::from_millis(300);

/// Room for one datagram of a limited size, and for one byte more: a datagram
/// that needs that byte was too large, and without it nobody would know. The
/// system throws away what does not fit
/// ([recv(2)](https://man7.org/linux/man-pages/man2/recv.2.html)).
#[derive(Debug)]
pub struct DatagramBuffer(Vec<u8>);

impl DatagramBuffer {
    /// Room for datagrams of up to `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        DatagramBuffer(vec![0; limit + 1])
    }

    fn limit(&self) -> usize {
        self.0.len() - 1
    }
}

/// One datagram, as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Its bytes. None at all is a datagram too, and no end.
    pub bytes: &'a [u8],
    /// Where it came from, or says so: anybody can write any sender there.
    pub from: SocketAddr,
}

/// A bound UDP socket, perhaps with a peer to send to.
#[derive(Debug)]
pub struct DatagramSocket {
    socket: UdpSocket,
    /// Where answers leave, if not here: those to a group come from the
    /// member's own address.
    own: Option<UdpSocket>,
    local: SocketAddr,
    peer: Option<SocketAddr>,
    /// Whether the system knows the peer too, and lets in nobody else.
    connected: bool,
    /// Whether the system knows already that a read takes a tick at most.
    ticks: AtomicBool,
    wire: Wire,
}

impl DatagramSocket {
    /// The address at this end.
    #[must_use]
    pub fn local(&self) -> Endpoint {
        Endpoint::Inet(self.local)
    }

    /// Where [`send`](Self::send) sends, if it was opened for that.
    #[must_use]
    pub fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// Whether a datagram came from the peer, or says so. A connected socket
    /// receives no others.
    #[must_use]
    pub fn is_peer(&self, from: SocketAddr) -> bool {
        // Not the whole address: the flow label of IPv6 says nothing about who.
        self.peer
            .is_some_and(|peer| (peer.ip(), peer.port()) == (from.ip(), from.port()))
    }

    /// Shows every datagram from now on.
    pub fn show_on(&mut self, wire: Wire) {
        self.wire = wire;
    }

    /// How many bytes the system may keep of what has come and was not taken yet
    /// (`SO_RCVBUF`, [socket(7)](https://man7.org/linux/man-pages/man7/socket.7.html)).
    /// It counts its own memory as well, most of a KiB for the smallest datagram,
    /// and gives less where its own limit is lower.
    ///
    /// # Errors
    ///
    /// The system's, when it refuses instead.
    pub fn set_receive_buffer(&self, bytes: usize) -> io::Result<()> {
        socket2::SockRef::from(&self.socket).set_recv_buffer_size(bytes)
    }

    /// Sends one datagram to the peer.
    ///
    /// # Errors
    ///
    /// [`DatagramError::Refused`] for an *earlier* datagram; this one was then
    /// not sent. [`DatagramError::Io`], `NotConnected` without a peer.
    pub fn send(&self, bytes: &[u8]) -> Result<(), DatagramError> {
        let peer = self
            .peer
            .ok_or(io::Error::from(io::ErrorKind::NotConnected))?;
        if !self.connected {
            return self.send_to(bytes, peer);
        }
        // Shown first: the answer may come before this thread goes on.
        self.wire.show(Direction::Sent, &peer, bytes);
        self.socket.send(bytes)?;
        Ok(())
    }

    /// Sends one datagram to `to`. That it was sent does not mean that it
    /// arrives.
    ///
    /// # Errors
    ///
    /// [`DatagramError::Io`]
    /// ([sendto(2)](https://man7.org/linux/man-pages/man2/sendto.2.html)) for one
    /// that is larger than the protocol can carry, or that has no way to go.
    pub fn send_to(&self, bytes: &[u8], to: SocketAddr) -> Result<(), DatagramError> {
        self.wire.show(Direction::Sent, &to, bytes);
        // Never a part: a datagram goes whole or not at all.
        let socket = self.own.as_ref().unwrap_or(&self.socket);
        socket.send_to(bytes, to)?;
        Ok(())
    }

    /// Waits for one datagram, for ever if need be; `None` once `stop` was given,
    /// if [`wake_on`](Self::wake_on) was called before.
    ///
    /// # Errors
    ///
    /// [`DatagramError`].
    pub fn receive<'a>(
        &self,
        buffer: &'a mut DatagramBuffer,
        stop: &Stop,
    ) -> Result<Option<Datagram<'a>>, DatagramError> {
        loop {
            let taken = self.take(buffer);
            // Before it is shown: the alarm is not for anybody's eyes.
            if stop.is_set() {
                return Ok(None);
            }
            if let Some((count, from)) = taken? {
                return Ok(Some(self.datagram(buffer, count, from)));
            }
        }
    }

    /// Waits for one datagram until `deadline`; `None` when that has passed, or
    /// `stop` was given. One that is there already is taken also after the
    /// deadline.
    ///
    /// # Errors
    ///
    /// [`DatagramError`].
    pub fn receive_until<'a>(
        &self,
        buffer: &'a mut DatagramBuffer,
        deadline: Instant,
        stop: &Stop,
    ) -> Result<Option<Datagram<'a>>, DatagramError> {
        while wait_for(&self.socket, PollFlags::IN, Some(deadline), stop)? {
            // One with a wrong checksum is there until somebody looks: then it
            // is not, and a call without a limit would wait for the next one.
            if !self.ticks.load(Ordering::Relaxed) {
                self.socket.set_read_timeout(Some(TICK))?;
                self.ticks.store(true, Ordering::Relaxed);
            }
            if let Some((count, from)) = self.take(buffer)? {
                return Ok(Some(self.datagram(buffer, count, from)));
            }
        }
        Ok(None)
    }

    /// What was taken, shown.
    fn datagram<'a>(
        &self,
        buffer: &'a DatagramBuffer,
        count: usize,
        from: SocketAddr,
    ) -> Datagram<'a> {
        let bytes = &buffer.0[..count];
        self.wire.show(Direction::Received, &from, bytes);
        Datagram { bytes, from }
    }

    // ANCHOR: receive
    /// One call; `None` when the read limit has passed.
    fn take(
        &self,
        buffer: &mut DatagramBuffer,
    ) -> Result<Option<(usize, SocketAddr)>, DatagramError> {
        let limit = buffer.limit();
        match self.socket.recv_from(&mut buffer.0) {
            Ok((count, from)) if count > limit => Err(DatagramError::TooLarge {
                limit,
                from: Some(from),
            }),
            Ok((count, from)) => Ok(Some((count, from))),
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock
                | io::ErrorKind::TimedOut
                | io::ErrorKind::Interrupted => Ok(None),
                _ if is_too_large(&error) => Err(DatagramError::TooLarge { limit, from: None }),
                _ => Err(error.into()),
            },
        }
    }
    // ANCHOR_END: receive

    /// Wakes the thread in [`receive`](Self::receive) when `stop` is given, for
    /// as long as the returned [`Wake`] lives: by an empty datagram to the
    /// socket's own address.
    ///
    /// It cannot be missed: it is lost only where others wait to be received,
    /// and each of them wakes the thread as well. And it costs nothing while
    /// nobody stops, which a call to wait before each receive would.
    ///
    /// # Errors
    ///
    /// The system's, when it has no descriptor left.
    pub fn wake_on(&self, stop: &Stop) -> io::Result<Wake> {
        let mut own = self.local;
        match own.ip() {
            // "Every address of this machine" is none to send to.
            IpAddr::V4(ip) if ip.is_unspecified() => own.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => own.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        // Others would hear it, too. So this one looks by itself.
        if own.ip().is_multicast() || is_broadcast(own) {
            self.socket.set_read_timeout(Some(LOOK))?;
            self.ticks.store(false, Ordering::Relaxed);
            return Ok(stop.on_stop(|| {}));
        }
        let bell = self.socket.try_clone()?;
        Ok(stop.on_stop(move || {
            let _ = bell.send_to(b"", own);
        }))
    }
}

/// Whether it is the address of everybody on a link. Only the system knows its
/// links, and it refuses what nobody has asked for with `SO_BROADCAST`.
fn is_broadcast(address: SocketAddr) -> bool {
    let asked = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|s| s.connect(address));
    address.is_ipv4() && asked.is_err()
}

/// Windows reports a datagram that did not fit as an error (`WSAEMSGSIZE`);
/// elsewhere the call just returns what fitted.
fn is_too_large(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error() == Some(10040)
}
