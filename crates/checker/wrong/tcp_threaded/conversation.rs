//! What the server says to one client: a greeting, then an answer to each name.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::server::House;
use super::table::Bug;
use super::{GREETING, is_marker};
use crate::common::is_idle;
use crate::lines::{Line, Lines};
use crate::show::say_text;

/// The longest answer, in bytes.
const LIMIT: usize = 65_536;
/// How long a client may take to read its last answers before the close.
const DRAIN: Duration = Duration::from_secs(1);
/// How long a program listens that takes silence for an end.
const SILENCE: Duration = Duration::from_millis(900);

/// Whether the conversation goes on.
#[derive(PartialEq, Eq)]
pub(super) enum Next {
    GoesOn,
    EndOfInput,
    /// A marker came, or a line that cannot be answered.
    Over,
}

pub(super) struct Conversation {
    pub(super) socket: TcpStream,
    house: Arc<House>,
    lines: Lines,
    greeted: bool,
    /// A marker came.
    marked: bool,
    answers: usize,
    /// Answers to be sent after the lines of this read.
    out: Vec<u8>,
}

impl Conversation {
    /// Greets.
    pub(super) fn begin(socket: TcpStream, house: Arc<House>) -> io::Result<Self> {
        let mut conversation = Self {
            socket,
            lines: Lines::new(super::habits(house.bug)),
            greeted: false,
            marked: false,
            answers: 0,
            out: Vec::new(),
            house,
        };
        match conversation.house.bug {
            Bug::GreetsNobody | Bug::GreetsLate => {}
            _ => conversation.greet()?,
        }
        if conversation.house.bug == Bug::SilenceEnds {
            conversation.socket.set_read_timeout(Some(SILENCE))?;
        }
        Ok(conversation)
    }

    fn greet(&mut self) -> io::Result<()> {
        self.greeted = true;
        self.out = [GREETING, b"\n"].concat();
        self.send()
    }

    pub(super) fn house(&self) -> Arc<House> {
        self.house.clone()
    }

    /// Whether the beginning of a name has come, and not its end.
    pub(super) fn is_inside_name(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Reads once and answers what is complete.
    pub(super) fn step(&mut self) -> io::Result<Next> {
        let mut chunk = vec![0; 16 * 1024];
        let count = match self.socket.read(&mut chunk) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(Next::GoesOn),
            Err(error) if is_idle(&error) && self.house.bug == Bug::SilenceEnds => {
                if let Some(rest) = self.lines.last() {
                    self.answer(rest)?;
                    self.send()?;
                }
                return Ok(Next::GoesOn);
            }
            outcome => outcome?,
        };
        if self.house.bug == Bug::GreetsLate && !self.greeted {
            self.greet()?;
        }
        let shared = self.house.bug == Bug::SharedBuffer;
        if shared {
            // As if the buffer were the server's.
            std::mem::swap(&mut self.lines, &mut *lock(&self.house.buffer));
        }
        let outcome = self.answer_all(&chunk[..count]);
        if shared {
            std::mem::swap(&mut self.lines, &mut *lock(&self.house.buffer));
        }
        let next = outcome?;
        self.send()?;
        Ok(next)
    }

    /// Collects the answers to what one read returned.
    fn answer_all(&mut self, read: &[u8]) -> io::Result<Next> {
        if read.is_empty() {
            if let Some(rest) = self.lines.last() {
                self.answer(rest)?;
            }
            return Ok(Next::EndOfInput);
        }
        self.lines.push(read);
        while let Some(line) = self.lines.next() {
            if !self.answer(line)? {
                return Ok(Next::Over);
            }
        }
        Ok(Next::GoesOn)
    }

    /// Collects the answer to a line; false if the conversation is over.
    fn answer(&mut self, line: Line) -> io::Result<bool> {
        let bug = self.house.bug;
        let text = match line {
            Line::Text(text) if text.len() + 8 <= LIMIT || bug == Bug::NoLimit => text,
            _ => {
                if bug != Bug::TooLongSilent {
                    self.out.extend_from_slice(b"ERR too long\n");
                }
                return Ok(false);
            }
        };
        if let Err(error) = std::str::from_utf8(&text)
            && bug != Bug::AcceptsAnyBytes
        {
            if bug == Bug::DiesOnBytes {
                return Err(io::Error::new(ErrorKind::InvalidData, error));
            }
            if bug == Bug::PoisonsLock {
                let _names = self.house.names.lock();
                panic!("invalid utf-8 sequence: {error}");
            }
            let reply = format!("ERR not text at byte {}\n", error.valid_up_to());
            self.out.extend_from_slice(reply.as_bytes());
            return Ok(false);
        }
        let marked = match bug {
            Bug::NoMarker => false,
            Bug::MarkerAnyCase => is_marker(&text.to_ascii_lowercase()),
            _ => is_marker(&text),
        };
        self.marked = marked;
        if marked && bug != Bug::AnswersMarker {
            return Ok(false);
        }
        match bug {
            Bug::PoisonsLock => *self.house.names.lock().expect("nobody panics") += 1,
            _ => *lock(&self.house.names) += 1,
        }
        say_text("name: ", &text, bug == Bug::PrintsRaw);
        if text.is_empty() && bug == Bug::EmptyEnds {
            return Ok(false);
        }
        if !text.is_empty() || bug != Bug::SkipsEmpty {
            self.add(&text);
        }
        Ok(!marked && bug != Bug::OneAnswer)
    }

    fn add(&mut self, text: &[u8]) {
        let around = |before: &[u8], after: &[u8]| [before, text, after].concat();
        let answer = match self.house.bug {
            Bug::BytesRepr => format!("Hello, b'{}'!\n", text.escape_ascii()).into_bytes(),
            Bug::LowerCase => around(b"hello, ", b"!\n"),
            Bug::NoPunctuation => around(b"Hello ", b"\n"),
            Bug::NewlineInside => around(b"Hello, ", b"\n!\n"),
            Bug::Echoes => around(b"", b"\n"),
            Bug::NoMark => around(b"Hello, ", b"\n"),
            Bug::Tires if self.answers >= 100 => around(b"Hello, ", b"\n"),
            Bug::CString => {
                let name = text.split(|&byte| byte == 0).next().unwrap_or_default();
                [b"Hello, ", name, b"!\n"].concat()
            }
            _ => around(b"Hello, ", b"!\n"),
        };
        self.answers += 1;
        self.out.extend_from_slice(&answer);
    }

    fn send(&mut self) -> io::Result<()> {
        let out = std::mem::take(&mut self.out);
        match self.house.bug {
            Bug::WrongClient => {
                let latest = lock(&self.house.latest);
                let mut socket = latest.as_ref().unwrap_or(&self.socket);
                socket.write_all(&out)
            }
            Bug::SendsToAll if self.answers > 0 => {
                for mut guest in lock(&self.house.guests).values() {
                    // Who has left is told nothing.
                    let _ = guest.write_all(&out);
                }
                Ok(())
            }
            Bug::WritesLocked => {
                let _lock = lock(&self.house.log);
                self.socket.write_all(&out)
            }
            _ => self.socket.write_all(&out),
        }
    }

    /// Ends the connection so that the last answers arrive: closing with input
    /// unread would reset it.
    pub(super) fn end(mut self, next: &Next) -> io::Result<()> {
        if self.house.bug == Bug::KeepsOpen && *next == Next::EndOfInput {
            std::mem::forget(self.socket);
            return Ok(());
        }
        self.socket.shutdown(Shutdown::Write)?;
        let deadline = Instant::now() + DRAIN;
        while let Some(left) = deadline.checked_duration_since(Instant::now()) {
            let tick = Duration::from_millis(1);
            self.socket.set_read_timeout(Some(left.max(tick)))?;
            if !matches!(self.socket.read(&mut [0; 4096]), Ok(1..)) {
                break;
            }
        }
        if self.house.bug == Bug::MarkerEndsAll && self.marked {
            std::process::exit(0);
        }
        if self.house.bug == Bug::LeaksSockets {
            std::mem::forget(self.socket);
        }
        Ok(())
    }
}

/// From the greeting to the close.
pub(super) fn converse(socket: TcpStream, house: &Arc<House>) -> io::Result<()> {
    let bug = house.bug;
    let mut conversation = Conversation::begin(socket, house.clone())?;
    let next = loop {
        let lock = match bug {
            Bug::LocksWhileReading => {
                // A name begins: it is read and answered under the lock.
                conversation.socket.peek(&mut [0])?;
                Some(lock(&house.log))
            }
            _ => None,
        };
        let mut next = conversation.step()?;
        while lock.is_some() && next == Next::GoesOn && conversation.is_inside_name() {
            next = conversation.step()?;
        }
        if next != Next::GoesOn {
            break next;
        }
    };
    conversation.end(&next)
}

/// A thread that panicked while it held the lock has left plain data behind.
pub(super) fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
