//! One connection through the proxy: its two sockets and how they are ended.

use std::convert::Infallible;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded};
use socket2::SockRef;

use super::{Direction, Shared, What};

/// How often a blocked read or write looks whether the link was ended.
/// Ending also shuts down reading, which wakes readers at once on Unix.
const LOOK: Duration = Duration::from_millis(100);

/// Both sockets, shared by the four threads of the connection. They close when
/// the last of these threads lets go.
#[derive(Debug)]
pub(super) struct Link {
    number: u32,
    client: TcpStream,
    server: TcpStream,
    shared: Arc<Shared>,
    /// Taken to end the link: every wait on `halted` then ends.
    halt: Mutex<Option<Sender<Infallible>>>,
    halted: Receiver<Infallible>,
    /// The first reset is recorded and passed on; what it stirs up is not.
    reset: AtomicBool,
}

impl Link {
    pub(super) fn new(
        number: u32,
        client: &TcpStream,
        server: TcpStream,
        shared: Arc<Shared>,
    ) -> io::Result<Link> {
        let client = client.try_clone()?;
        for socket in [&client, &server] {
            socket.set_nodelay(true)?;
            socket.set_read_timeout(Some(LOOK))?;
            // Winsock leaves a timed-out send in an undefined state.
            #[cfg(unix)]
            socket.set_write_timeout(Some(LOOK))?;
        }
        let (halt, halted) = bounded(0);
        Ok(Link {
            number,
            client,
            server,
            shared,
            halt: Mutex::new(Some(halt)),
            halted,
            reset: AtomicBool::new(false),
        })
    }

    /// The socket that bytes of this direction come from.
    pub(super) fn source(&self, direction: Direction) -> &TcpStream {
        self.sink(direction.back())
    }

    /// The socket that bytes of this direction go to.
    pub(super) fn sink(&self, direction: Direction) -> &TcpStream {
        match direction {
            Direction::ToServer => &self.server,
            Direction::ToClient => &self.client,
        }
    }

    pub(super) fn record(&self, what: What) {
        self.shared.record(self.number, what);
    }

    pub(super) fn note(&self, direction: Direction, text: String) {
        self.record(What::Fault { direction, text });
    }

    /// Waits until `when`; false if the link was ended.
    pub(super) fn wait_until(&self, when: Instant) -> bool {
        self.halted.recv_deadline(when) != Err(RecvTimeoutError::Disconnected)
    }

    pub(super) fn ended(&self) -> bool {
        self.halted.try_recv() == Err(TryRecvError::Disconnected)
    }

    /// Ends the link with whatever close the systems choose.
    pub(super) fn close(&self) {
        self.end(Shutdown::Both);
    }

    /// Ends the link by a RST to both sides. `direction` is the one it travels.
    pub(super) fn reset(&self, direction: Direction) {
        if self.ended() || self.reset.swap(true, Ordering::SeqCst) {
            return;
        }
        self.record(What::Reset { direction });
        for socket in [&self.client, &self.server] {
            let _ = SockRef::from(socket).set_linger(Some(Duration::ZERO));
        }
        // Not `Both`: that would send a FIN, and an orderly end, before the RST.
        self.end(Shutdown::Read);
    }

    fn end(&self, how: Shutdown) {
        let halt = self
            .halt
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(halt);
        for socket in [&self.client, &self.server] {
            // Fails where the peer has already gone, which is as good.
            let _ = socket.shutdown(how);
        }
    }
}

/// Closes a socket by RST instead of FIN.
pub(super) fn close_by_reset(socket: TcpStream) {
    let _ = SockRef::from(&socket).set_linger(Some(Duration::ZERO));
    drop(socket);
}
