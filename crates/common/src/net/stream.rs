//! A connected stream: TCP or Unix, the same calls either way.

use std::{
    io::{self, Read as _, Write as _},
    mem::MaybeUninit,
    net::Shutdown,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use socket2::{SockAddr, Socket, TcpKeepalive};

use super::{Endpoint, Limit, path::RemoveOnDrop};
use crate::stop::{Stop, Wake};

/// How often to look for input on a stream that is no longer read.
const LOOK: Duration = Duration::from_millis(10);

/// How a connected stream behaves.
#[derive(Debug, Clone, Copy, Default)]
pub struct StreamOptions {
    /// Send small writes at once instead of waiting for the acknowledgement of
    /// earlier ones (`TCP_NODELAY`,
    /// [tcp(7)](https://man7.org/linux/man-pages/man7/tcp.7.html)).
    pub nodelay: bool,
    /// Probe a silent peer after this long (`SO_KEEPALIVE`, `TCP_KEEPIDLE`).
    pub keepalive: Option<Duration>,
    /// Time for each [`Stream::write_all`].
    pub write_limit: Limit,
}

/// A connected stream socket. Every method takes `&self`, so that one thread
/// can read while another writes and a third shuts it down.
#[derive(Debug)]
pub struct Stream {
    socket: Socket,
    peer: Endpoint,
    write_limit: Limit,
    cut: AtomicBool,
    _path: Option<RemoveOnDrop>,
}

impl Stream {
    pub(super) fn new(socket: Socket, peer: &SockAddr, path: Option<RemoveOnDrop>) -> Self {
        Stream {
            peer: Endpoint::new(peer),
            socket,
            write_limit: None,
            cut: AtomicBool::new(false),
            _path: path,
        }
    }

    /// The address at the other end.
    #[must_use]
    pub fn peer(&self) -> &Endpoint {
        &self.peer
    }

    /// The address at this end.
    ///
    /// # Errors
    ///
    /// [getsockname(2)](https://man7.org/linux/man-pages/man2/getsockname.2.html)'s.
    pub fn local(&self) -> io::Result<Endpoint> {
        Ok(Endpoint::new(&self.socket.local_addr()?))
    }

    /// Applies options, before the stream is shared. The TCP ones mean nothing
    /// to a Unix socket and are passed over there.
    ///
    /// # Errors
    ///
    /// [setsockopt(2)](https://man7.org/linux/man-pages/man2/setsockopt.2.html)'s.
    pub fn configure(&mut self, options: StreamOptions) -> io::Result<()> {
        self.write_limit = options.write_limit;
        self.socket
            .set_write_timeout(options.write_limit.map(at_least_a_tick))?;
        // ANCHOR: options
        if matches!(self.peer, Endpoint::Inet(_)) {
            self.socket.set_tcp_nodelay(options.nodelay)?;
            if let Some(idle) = options.keepalive {
                self.socket
                    .set_tcp_keepalive(&TcpKeepalive::new().with_time(idle))?;
            }
        }
        // ANCHOR_END: options
        Ok(())
    }

    /// Limits each following [`read`](Self::read).
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn set_read_limit(&self, limit: Limit) -> io::Result<()> {
        self.socket.set_read_timeout(limit.map(at_least_a_tick))
    }

    /// Reads what has come, at least one byte; 0 is the end of input.
    ///
    /// # Errors
    ///
    /// `TimedOut` when the limit has passed; `ConnectionReset` when the peer
    /// threw the connection away.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match (&self.socket).read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result.map_err(timed_out),
            }
        }
    }

    /// Writes all of `bytes` within [`StreamOptions::write_limit`], however
    /// little the peer takes at a time.
    ///
    /// # Errors
    ///
    /// `TimedOut` when the peer has not taken them in time; `BrokenPipe` or
    /// `ConnectionReset` when it is gone.
    pub fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        // ANCHOR: write_all
        let started = Instant::now();
        loop {
            match (&self.socket).write(bytes) {
                Ok(count) if count == bytes.len() => return Ok(()),
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(timed_out(error)),
            }
            // The system limits each call. A peer that takes a byte now and
            // then must not get the whole limit anew each time.
            if let Some(limit) = self.write_limit
                && started.elapsed() >= limit
            {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
        // ANCHOR_END: write_all
    }

    /// Ends one or both directions, also for threads blocked on them
    /// ([shutdown(2)](https://man7.org/linux/man-pages/man2/shutdown.2.html)).
    ///
    /// # Errors
    ///
    /// `NotConnected` when the peer is gone already.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        if how != Shutdown::Write {
            self.cut.store(true, Ordering::SeqCst);
        }
        self.socket.shutdown(how)
    }

    /// Whether this end has stopped reading. An end of input is then our own
    /// doing, and what came before it may be half of something.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut.load(Ordering::SeqCst)
    }

    /// Ends the conversation when `stop` is given, for as long as the returned
    /// values live: reading ends at once, and [`is_cut`](Self::is_cut) says so;
    /// an answer that is being written gets `grace` more.
    #[must_use]
    pub fn end_on(self: &Arc<Self>, stop: &Stop, grace: Duration) -> [Wake; 2] {
        let end = |how| {
            let stream = Arc::downgrade(self);
            // A failure means that the peer was faster.
            move || _ = stream.upgrade().map(|live| live.shutdown(how))
        };
        [
            stop.on_stop(end(Shutdown::Read)),
            stop.on_stop_after(grace, end(Shutdown::Both)),
        ]
    }

    // ANCHOR: finish
    /// Ends our side and reads, into the void, until the peer ends its side or
    /// `limit` has passed.
    ///
    /// To be called before closing while the peer may still be sending: a
    /// socket closed with unread input answers with a reset, and a reset makes
    /// the peer throw away what it has not read of our last answers
    /// ([RFC 1122 §4.2.2.13](https://www.rfc-editor.org/rfc/rfc1122#section-4.2.2.13)).
    pub fn finish(&self, limit: Duration) {
        let deadline = Instant::now() + limit;
        let mut scrap = [MaybeUninit::uninit(); 4096];
        if self.shutdown(Shutdown::Write).is_err() {
            return;
        }
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || self.set_read_limit(Some(left)).is_err() {
                return;
            }
            match self.socket.recv(&mut scrap) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // The end is our own, and nothing tells when the peer ends its side.
                // Linux answers what it still sends with a reset.
                Ok(0) if self.is_cut() => thread::sleep(LOOK.min(left)),
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
    }
    // ANCHOR_END: finish
}

/// To the system a limit of zero means none, not "at once".
fn at_least_a_tick(limit: Duration) -> Duration {
    limit.max(Duration::from_millis(1))
}

/// A read or write over its time limit is `WouldBlock` on Unix and `TimedOut`
/// on Windows; here it is always `TimedOut`, without a system's number. With
/// one it is the connection that has died (ETIMEDOUT).
fn timed_out(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
        io::ErrorKind::TimedOut if cfg!(windows) => io::ErrorKind::TimedOut.into(),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn options_reach_the_socket() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        for (nodelay, keepalive) in [(false, None), (true, Some(Duration::from_secs(77)))] {
            let socket = TcpStream::connect(address).unwrap();
            let mut stream = Stream::new(socket.into(), &address.into(), None);
            let options = StreamOptions {
                nodelay,
                keepalive,
                write_limit: None,
            };
            stream.configure(options).unwrap();
            assert_eq!(stream.socket.tcp_nodelay().unwrap(), nodelay);
            assert_eq!(stream.socket.keepalive().unwrap(), keepalive.is_some());
            // Windows takes the time and does not tell it again.
            #[cfg(unix)]
            if let Some(idle) = keepalive {
                assert_eq!(stream.socket.tcp_keepalive_time().unwrap(), idle);
            }
        }
    }
}
