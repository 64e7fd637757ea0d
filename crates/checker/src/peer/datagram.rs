//! One UDP socket in the judge's hand.
//!
//! The system queues what comes, so no thread is needed to read along: whoever
//! waits for a datagram receives it, and that is when it is recorded.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::diagnose::Missed;
use crate::history::{History, brief};
use crate::limits::{ANSWER, Deadline, QUIET};
use crate::subject::{Exit, Output};

/// More than any datagram holds.
const LARGEST: usize = 1 << 16;
/// How often a wait looks whether the program has ended.
const LOOK: Duration = Duration::from_millis(20);

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
    /// Sent since the last answer that was right.
    sent: Vec<Vec<u8>>,
    /// Answers that were right.
    answered: Vec<Vec<u8>>,
    /// Where the last datagram came from.
    from: Option<SocketAddr>,
    /// Received, and not yet given out.
    kept: Option<Vec<u8>>,
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
            answered: Vec::new(),
            from: None,
            kept: None,
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
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        if let Some(peer) = self.peer
            && self.send_to(bytes, peer).is_ok()
        {
            self.sent.push(bytes.to_vec());
        }
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

    /// Waits at most `limit` for whatever comes.
    pub(crate) fn receive(&mut self, limit: Duration) -> Came {
        if let Some(kept) = self.kept.take() {
            return Came::Datagram(kept);
        }
        let deadline = self.deadline.within(limit);
        let mut buffer = vec![0; LARGEST];
        loop {
            // Looked at before receiving: a program may answer and end at once.
            let over = self.exit().is_some() || deadline <= Instant::now();
            match self.receive_from(&mut buffer, over) {
                Ok((count, from)) => {
                    buffer.truncate(count);
                    self.note(&format!("received {}", shown(&buffer)));
                    self.history.answered(&self.name);
                    self.from = Some(from);
                    return Came::Datagram(buffer);
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

    /// Receives, without waiting when it is over.
    fn receive_from(&self, buffer: &mut [u8], over: bool) -> io::Result<(usize, SocketAddr)> {
        if !over {
            return self.socket.recv_from(buffer);
        }
        self.socket.set_nonblocking(true)?;
        let came = self.socket.recv_from(buffer);
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

    /// Waits for one datagram that holds exactly `expected`.
    ///
    /// # Errors
    /// What was seen instead.
    pub(crate) fn expect(&mut self, expected: &[u8]) -> Result<(), Box<Missed>> {
        match self.receive_datagram(ANSWER) {
            Some(bytes) if bytes == expected => {
                self.answered.push(bytes);
                self.sent.clear();
                Ok(())
            }
            came => Err(self.missed(expected, came)),
        }
    }

    /// Sends `fence` and waits for its answer.
    ///
    /// # Returns
    /// Everything that came before it.
    ///
    /// # Errors
    /// When the answer does not come.
    pub(crate) fn until_answered(&mut self, fence: &[u8]) -> Result<Vec<Vec<u8>>, Box<Missed>> {
        self.send(fence);
        let mut before = Vec::new();
        while let Some(bytes) = self.receive_datagram(ANSWER) {
            if bytes == fence {
                self.answered.push(bytes);
                return Ok(before);
            }
            before.push(bytes);
        }
        Err(self.missed(fence, None))
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

    /// What was seen since the last right answer. Receives on until it is quiet,
    /// so that the card shows the whole of a wrong answer.
    pub(crate) fn missed(&mut self, expected: &[u8], came: Option<Vec<u8>>) -> Box<Missed> {
        let mut got: Vec<_> = came.into_iter().collect();
        while !got.is_empty()
            && got.len() < 16
            && let Some(more) = self.receive_datagram(QUIET)
        {
            got.push(more);
        }
        Box::new(Missed {
            sent: self.sent.clone(),
            answered: self.answered.clone(),
            expected: expected.to_vec(),
            got,
            exit: self.exit(),
        })
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
fn is_refused(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}
