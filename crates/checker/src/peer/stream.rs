//! One TCP connection in the judge's hand.

mod expect;
mod hold;

use std::io::{self, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket, Type};

use super::inbox::{self, End, Inbox};
use crate::history::{History, brief};
use crate::limits::{ANSWER, CONNECT, Deadline, HOLD};
use crate::speech::Speech;

/// A connection whose every event is recorded. Dropping it resets it, so that
/// neither side keeps the port in TIME_WAIT.
pub(crate) struct Stream {
    name: String,
    socket: TcpStream,
    inbox: Arc<Inbox>,
    reader: Option<JoinHandle<()>>,
    history: History,
    /// The process group at the other end.
    group: i32,
    deadline: Deadline,
    /// What the lesson's programs say.
    speech: Speech,
    /// How long a cut is held at most.
    hold: Duration,
    /// Sent since the last answer that was right, piece by piece.
    pieces: Vec<Vec<u8>>,
    /// Answers that were right.
    answered: Vec<Vec<u8>>,
    reset_on_drop: bool,
}

impl Stream {
    /// Connects to the program under check.
    pub(crate) fn connect(
        address: SocketAddr,
        name: String,
        group: i32,
        history: &History,
        deadline: Deadline,
    ) -> io::Result<Self> {
        let socket = TcpStream::connect_timeout(&address, CONNECT)?;
        history.note(format!("{name}: connected to {address}"));
        Self::new(socket, name, group, history, deadline)
    }

    /// Connects with small buffers, as [`narrow`] does.
    pub(crate) fn connect_narrow(
        address: SocketAddr,
        name: String,
        group: i32,
        history: &History,
        deadline: Deadline,
    ) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        narrow(&socket);
        socket.connect_timeout(&address.into(), CONNECT)?;
        history.note(format!(
            "{name}: connected to {address}, with small buffers"
        ));
        Self::new(socket.into(), name, group, history, deadline)
    }

    /// Takes over a connected socket.
    pub(crate) fn new(
        socket: TcpStream,
        name: String,
        group: i32,
        history: &History,
        deadline: Deadline,
    ) -> io::Result<Self> {
        // A cut must leave when it is made, not when Nagle's algorithm lets it.
        socket.set_nodelay(true)?;
        // Where shutting down does not wake a reader, it looks up by itself.
        socket.set_read_timeout(Some(Duration::from_millis(100)))?;
        let inbox = Arc::new(Inbox::new(deadline.clone()));
        let reader = thread::spawn({
            let (inbox, socket) = (inbox.clone(), socket.try_clone()?);
            let (name, history) = (name.clone(), history.clone());
            move || inbox.fill(socket, &name, &history)
        });
        Ok(Self {
            name,
            socket,
            inbox,
            reader: Some(reader),
            history: history.clone(),
            group,
            deadline,
            speech: Speech::ECHO,
            hold: HOLD,
            pieces: Vec::new(),
            answered: Vec::new(),
            reset_on_drop: true,
        })
    }

    /// Doubles the time a cut is held: for replays on slow machines.
    pub(crate) fn patient(mut self, factor: u32) -> Self {
        self.hold *= factor;
        self
    }

    /// Lets what comes be explained as the answers of a lesson that speaks so.
    pub(crate) fn speaking(mut self, speech: Speech) -> Self {
        self.speech = speech;
        self
    }

    /// Sends `bytes` in one write. A peer that is gone shows in what comes back,
    /// so it is recorded but no error.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        // Noted first: a fast answer would otherwise stand before its question.
        self.note(&format!("sent {}", brief(bytes)));
        self.history.sent(&self.name, bytes);
        if let Err(error) = self.try_send(bytes) {
            self.note(&format!("could not send it: {error}"));
        }
        self.pieces.push(bytes.to_vec());
    }

    /// Sends `bytes` from a thread of its own, for a peer that may not read them
    /// before it could send. The thread ends as [`Stream::try_send`] does.
    pub(crate) fn send_in_background(&mut self, bytes: &[u8]) -> io::Result<()> {
        let (socket, copy) = (self.socket.try_clone()?, bytes.to_vec());
        let deadline = self.deadline.clone();
        self.note(&format!("sending {}", brief(bytes)));
        self.pieces.push(bytes.to_vec());
        // A write that fails shows in what comes back.
        thread::spawn(move || write_all(&socket, &copy, &deadline));
        Ok(())
    }

    /// Sends as [`Stream::send`] does and tells whether the peer took it all.
    pub(crate) fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        write_all(&self.socket, bytes, &self.deadline)
    }

    /// What is waiting, untaken.
    pub(crate) fn waiting(&self) -> Vec<u8> {
        self.inbox.look(|state| state.waiting().to_vec())
    }

    /// How the peer's direction ended, if it has.
    pub(crate) fn end(&self) -> Option<End> {
        self.inbox.look(|state| state.end)
    }

    pub(crate) fn ended(&self) -> bool {
        self.end().is_some()
    }

    /// Waits at most `limit` for the peer's end, whatever comes before it.
    pub(crate) fn wait_end(&self, limit: Duration) -> Option<End> {
        self.inbox.wait(limit, |state| state.end)
    }

    /// The end of a wait of at most `limit`, for waits made of several.
    pub(crate) fn until(&self, limit: Duration) -> Instant {
        self.deadline.within(limit)
    }

    /// Whether the peer threw the connection away, be it after its end.
    pub(crate) fn was_reset(&self) -> bool {
        self.end() == Some(End::Reset) || matches!(self.socket.take_error(), Ok(Some(_)))
    }

    /// Reads ahead at most `bytes`; 0 makes this a peer that never reads.
    pub(crate) fn read_ahead(&self, bytes: usize) {
        self.inbox.read_ahead(bytes);
    }

    /// Ends our direction; the other stays open.
    pub(crate) fn half_close(&mut self) {
        // A peer that is gone shows in what comes back.
        let _ = self.socket.shutdown(Shutdown::Write);
        self.note("ended our side");
    }

    /// Closes as a well-behaved program does, instead of by reset.
    pub(crate) fn close(mut self) {
        self.note("closed");
        self.reset_on_drop = false;
    }

    /// Vanishes: the peer's next read or write finds a reset.
    pub(crate) fn reset(self) {
        self.note("reset the connection");
    }

    fn note(&self, text: &str) {
        self.history.note(format!("{}: {text}", self.name));
    }
}

/// Writes everything, while the peer takes some of it every [`ANSWER`] and the
/// check is not over.
fn write_all(mut socket: &TcpStream, mut bytes: &[u8], deadline: &Deadline) -> io::Result<()> {
    while !bytes.is_empty() {
        let left = deadline.within(ANSWER) - Instant::now();
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        socket.set_write_timeout(Some(left))?;
        match socket.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Makes a socket, before it connects or listens, take little in flight: a peer
/// that writes much is then held up soon. The segment size matters as well,
/// because Linux derives the peer's buffer from it, which loopback's segments of
/// 64 KiB make 2.5 MB.
pub(crate) fn narrow(socket: &Socket) {
    // Without it the check is weaker but still right.
    let _ = socket.set_recv_buffer_size(4096);
    let _ = socket.set_send_buffer_size(4096);
    #[cfg(unix)]
    let _ = socket.set_tcp_mss(1460);
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.reset_on_drop {
            // Closing with a linger time of zero sends a reset (RFC 9293, 3.6).
            let _ = SockRef::from(&self.socket).set_linger(Some(Duration::ZERO));
        }
        self.inbox.finish();
        inbox::wake(&self.socket);
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}
