//! One UDP socket in the judge's hand.
//!
//! The system queues what comes, so no thread is needed to read along: whoever
//! waits for a datagram receives it, and that is when it is recorded.

mod expect;

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::history::{History, brief};
use crate::limits::Deadline;
use crate::subject::{Exit, Output};

/// More than any datagram holds.
const LARGEST: usize = 1 << 16;
/// How often a wait looks whether the program has ended.
const LOOK: Duration = Duration::from_millis(20);
/// Datagrams that are given out although the wait for them is over: what the
/// system has queued meanwhile, and not what comes for ever.
const QUEUED: usize = 1024;

/// A socket whose every datagram is recorded.
pub(crate) struct Datagrams {
    name: String,
    socket: UdpSocket,
    /// Where [`Datagrams::send`] sends to: the server, or the client that was
    /// heard last.
    peer: Option<SocketAddr>,
    history: History,
    /// The end of the check.
    deadline: Deadline,
    /// The program at the other end, whose end ends every wait.
    program: Option<Arc<Output>>,
    /// Sent since the last answer that was right; after it, before it.
    sent: Vec<Vec<u8>>,
    /// What was sent is answered: what is sent next begins anew.
    settled: bool,
    /// Answers that were right.
    answered: Vec<Vec<u8>>,
    /// Where the last datagram came from.
    from: Option<SocketAddr>,
    /// Received, and not yet given out.
    kept: Option<Vec<u8>>,
    /// How many were given out since a wait was over.
    late: usize,
    buffer: Box<[u8]>,
}

/// What a wait brought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// A datagram.
    Datagram(Vec<u8>),
    /// The system's report that nobody is at the address ("port unreachable").
    Refused,
    /// The time is over, or the program has ended and nothing is left.
    Nothing,
}

impl Datagrams {
    /// A socket on loopback; port 0 lets the system choose.
    pub(crate) fn open(
        name: String,
        port: u16,
        history: &History,
        deadline: Deadline,
    ) -> io::Result<Self> {
        Self::open_at(name, (Ipv4Addr::LOCALHOST, port).into(), history, deadline)
    }

    /// A socket at an address of the caller's choice.
    pub(crate) fn open_at(
        name: String,
        address: SocketAddr,
        history: &History,
        deadline: Deadline,
    ) -> io::Result<Self> {
        let socket = UdpSocket::bind(address)?;
        socket.set_read_timeout(Some(LOOK))?;
        Ok(Self {
            name,
            socket,
            peer: None,
            history: history.clone(),
            deadline,
            program: None,
            sent: Vec::new(),
            settled: false,
            answered: Vec::new(),
            from: None,
            kept: None,
            late: 0,
            buffer: vec![0; LARGEST].into(),
        })
    }

    /// Talks to `peer` from now on, and stops waiting when `program` ends.
    pub(crate) fn aim(&mut self, peer: SocketAddr, program: &Arc<Output>) {
        self.peer = Some(peer);
        self.program = Some(program.clone());
    }

    /// Stops waiting when `program` ends.
    pub(crate) fn watch(&mut self, program: &Arc<Output>) {
        self.program = Some(program.clone());
    }

    /// Hears nobody else, and is told when nobody is there.
    pub(crate) fn connect(&self) -> io::Result<()> {
        match self.peer {
            Some(peer) => self.socket.connect(peer),
            None => Ok(()),
        }
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Where the last datagram came from.
    pub(crate) fn from(&self) -> Option<SocketAddr> {
        self.from
    }

    /// Sends one datagram. A peer that is gone shows in what comes back, so it is
    /// recorded but no error.
    ///
    /// # Returns
    /// Whether the system has taken it; one that is too large it may not.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        let taken = self
            .peer
            .is_some_and(|peer| self.send_to(bytes, peer).is_ok());
        if taken {
            if std::mem::take(&mut self.settled) {
                self.sent.clear();
            }
            self.sent.push(bytes.to_vec());
        }
        taken
    }

    /// Sends one datagram to somebody.
    ///
    /// # Errors
    /// When the system does not take it, as for one that is too large.
    pub(crate) fn send_to(&self, bytes: &[u8], to: SocketAddr) -> io::Result<()> {
        // Noted first: a fast answer would otherwise stand before its question.
        self.note(&format!("sent {}", shown(bytes)));
        self.history.sent(&self.name, bytes);
        self.history.cut(&self.name);
        let connected = self.socket.peer_addr().is_ok();
        let send = || match connected {
            true => self.socket.send(bytes),
            false => self.socket.send_to(bytes, to),
        };
        // A send reports what became of the one before; then it is made again.
        let outcome = match send() {
            Err(error) if is_refused(&error) => send(),
            outcome => outcome,
        };
        if let Err(error) = &outcome {
            self.note(&format!("could not send it: {error}"));
        }
        outcome.map(drop)
    }

    /// Waits at most `limit` for whatever comes. When that time, the check's or the
    /// program's is over, what the system has queued still comes, up to a bound:
    /// a peer that sends all the time must not make a loop of waits endless.
    pub(crate) fn receive(&mut self, limit: Duration) -> Came {
        if let Some(kept) = self.kept.take() {
            return Came::Datagram(kept);
        }
        let deadline = self.deadline.within(limit);
        loop {
            // Looked at before receiving: a program may answer and end at once.
            let over = self.exit().is_some() || deadline <= Instant::now();
            if !over {
                self.late = 0;
            } else if self.late == QUEUED {
                return Came::Nothing;
            }
            match self.receive_from(over) {
                Ok((count, from)) => {
                    self.late += usize::from(over);
                    let bytes = self.buffer[..count].to_vec();
                    self.note(&format!("received {}", shown(&bytes)));
                    self.history.answered(&self.name);
                    self.from = Some(from);
                    return Came::Datagram(bytes);
                }
                Err(error) if is_refused(&error) => {
                    self.note("the system reports that nobody is there (port unreachable)");
                    return Came::Refused;
                }
                Err(_) if over => return Came::Nothing,
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {}
                    _ => return Came::Nothing,
                },
            }
        }
    }

    /// Takes what is queued; waits for it only when `at_once` is not asked for.
    fn receive_from(&mut self, at_once: bool) -> io::Result<(usize, SocketAddr)> {
        if !at_once {
            return self.socket.recv_from(&mut self.buffer);
        }
        self.socket.set_nonblocking(true)?;
        let came = self.socket.recv_from(&mut self.buffer);
        // Sending blocks as ever.
        self.socket.set_nonblocking(false)?;
        came
    }

    /// Sends `first` and waits at most `limit` for whatever comes, which stays the
    /// next to be received.
    pub(crate) fn probe(&mut self, first: &[u8], limit: Duration) -> Came {
        self.send(first);
        self.kept = None;
        let came = self.receive(limit);
        match &came {
            Came::Datagram(bytes) => self.kept = Some(bytes.clone()),
            // It was not seen by anybody.
            Came::Refused => self.sent.clear(),
            Came::Nothing => {}
        }
        came
    }

    /// What comes within `limit`, where nothing may.
    pub(crate) fn late(&mut self, limit: Duration) -> Option<Vec<u8>> {
        self.receive_datagram(limit)
    }

    /// What has come already.
    pub(crate) fn waiting(&mut self) -> Option<Vec<u8>> {
        self.receive_datagram(Duration::ZERO)
    }

    /// A report that nobody is there is no datagram; the wait goes on.
    fn receive_datagram(&mut self, limit: Duration) -> Option<Vec<u8>> {
        let deadline = Instant::now() + limit;
        loop {
            match self.receive(deadline.saturating_duration_since(Instant::now())) {
                Came::Datagram(bytes) => return Some(bytes),
                Came::Nothing => return None,
                Came::Refused => {}
            }
        }
    }

    /// How the program at the other end ended, if it has.
    pub(crate) fn exit(&self) -> Option<Exit> {
        let program = self.program.as_ref()?;
        program.look(|state| state.exit)
    }

    fn note(&self, text: &str) {
        self.history.note(format!("{}: {text}", self.name));
    }
}

/// One datagram as an event shows it.
fn shown(bytes: &[u8]) -> String {
    match bytes {
        [] => "an empty datagram".into(),
        _ => brief(bytes),
    }
}

/// The report of a datagram that found nobody, as the systems word it.
pub(crate) fn is_refused(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}
