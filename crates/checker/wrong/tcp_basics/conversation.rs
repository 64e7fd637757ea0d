//! What the server says: an answer for each line, until a marker or the end.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use socket2::SockRef;

use super::table::Bug;
use crate::common::is_idle;
use crate::lines::{Line, Lines};
use crate::show::{say_in_blocks, say_text};

/// How long a program listens that takes silence for an end.
pub(crate) const SILENCE: Duration = Duration::from_millis(900);

/// Why a conversation is over.
#[derive(PartialEq, Eq)]
pub(crate) enum End {
    /// The client has ended its side.
    OfInput,
    /// A marker came, or a line that cannot be answered.
    Marker,
}

pub(crate) struct Conversation<'a> {
    socket: &'a TcpStream,
    bug: Bug,
    lines: Lines,
    /// Answers to be sent after the lines of this read.
    out: Vec<u8>,
    first_answer: Option<Vec<u8>>,
    marked: bool,
}

impl<'a> Conversation<'a> {
    pub(crate) fn new(socket: &'a TcpStream, bug: Bug) -> Conversation<'a> {
        Conversation {
            socket,
            bug,
            lines: Lines::new(super::habits(bug)),
            out: Vec::new(),
            first_answer: None,
            marked: false,
        }
    }

    pub(crate) fn run(mut self) -> io::Result<End> {
        if self.bug == Bug::Greets {
            self.socket.write_all(b"Welcome to the server\n")?;
        }
        let mut chunk = vec![0; 64 * 1024];
        if matches!(self.bug, Bug::SilenceEnds | Bug::SilenceCloses) {
            self.socket.set_read_timeout(Some(SILENCE))?;
        }
        loop {
            let count = match self.socket.read(&mut chunk) {
                Err(error) if is_idle(&error) => {
                    if self.bug == Bug::SilenceCloses {
                        return Ok(End::OfInput);
                    }
                    if self.bug == Bug::SilenceEnds
                        && let Some(line) = self.lines.last()
                    {
                        self.answer(line)?;
                        self.send()?;
                    }
                    continue;
                }
                outcome => outcome?,
            };
            if count == 0 {
                return self.end_of_input();
            }
            if self.bug == Bug::RawEcho {
                self.socket.write_all(&chunk[..count])?;
                continue;
            }
            self.lines.push(&chunk[..count]);
            let mut open = true;
            while open && let Some(line) = self.lines.next() {
                open = self.answer(line)?;
            }
            open &= !self.marked;
            if open || self.bug != Bug::MarkerLosesAnswers {
                self.send()?;
            }
            if !open {
                return Ok(End::Marker);
            }
        }
    }

    fn end_of_input(mut self) -> io::Result<End> {
        while self.bug == Bug::EofSpins {
            self.socket.write_all(b"\n")?;
        }
        if let Some(line) = self.lines.last() {
            self.answer(line)?;
        }
        self.send()?;
        Ok(End::OfInput)
    }

    /// Collects the answer to a line; false if the conversation is over.
    fn answer(&mut self, line: Line) -> io::Result<bool> {
        let Line::Text(text) = line else {
            if self.bug != Bug::TooLongSilent {
                self.out.extend_from_slice(b"ERR too long\n");
            }
            return Ok(false);
        };
        if let Err(error) = std::str::from_utf8(&text)
            && self.bug != Bug::AcceptsAnyBytes
        {
            if self.bug == Bug::DiesOnBytes {
                return Err(io::Error::new(ErrorKind::InvalidData, error));
            }
            let reply = format!("ERR not text at byte {}\n", error.valid_up_to());
            self.out.extend_from_slice(reply.as_bytes());
            return Ok(false);
        }
        if is_marker(&text, self.bug) {
            if self.bug == Bug::AnswersMarker {
                self.add(&text);
            }
            self.marked = true;
            return Ok(self.bug == Bug::ReadsPastMarker);
        }
        match self.bug {
            Bug::PrintsRawInBlocks => say_in_blocks("message: ", &text),
            bug => say_text("message: ", &text, bug == Bug::PrintsRaw),
        }
        if text.is_empty() && self.bug == Bug::EmptyEnds {
            return Ok(false);
        }
        if !text.is_empty() || self.bug != Bug::SkipsEmpty {
            self.add(&text);
        }
        Ok(self.bug != Bug::OneAnswer)
    }

    fn add(&mut self, text: &[u8]) {
        let mut answer = match self.bug {
            Bug::Silent => return,
            Bug::Prefix | Bug::NeverQuiet => [b"Server: ", text].concat(),
            Bug::BytesRepr => format!("b'{}'", text.escape_ascii()).into_bytes(),
            Bug::AsciiOnly => without_accents(text),
            Bug::StaleAnswer => self.first_answer.get_or_insert(text.to_vec()).clone(),
            _ => text.to_vec(),
        };
        match self.bug {
            Bug::NoNewline => {}
            Bug::CrlfAnswers => answer.extend_from_slice(b"\r\n"),
            _ => answer.push(b'\n'),
        }
        self.out.append(&mut answer);
    }

    fn send(&mut self) -> io::Result<()> {
        if self.bug == Bug::PartialWrite {
            // What does not fit into the send buffer now is lost.
            SockRef::from(self.socket).set_send_buffer_size(128 * 1024)?;
            self.socket.set_nonblocking(true)?;
            let _ = self.socket.write(&self.out);
            self.socket.set_nonblocking(false)?;
        } else if self.bug == Bug::Trickles {
            for byte in &self.out {
                std::thread::sleep(Duration::from_millis(300));
                self.socket.write_all(&[*byte])?;
            }
        } else {
            self.socket.write_all(&self.out)?;
        }
        while self.bug == Bug::NeverQuiet {
            std::thread::sleep(Duration::from_millis(50));
            self.socket.write_all(b"and ")?;
        }
        self.out.clear();
        Ok(())
    }
}

pub(crate) fn is_marker(text: &[u8], bug: Bug) -> bool {
    let markers: [&[u8]; 3] = [b"exit", b"end", b"q"];
    match bug {
        Bug::NoMarker => false,
        Bug::OnlyExit => text == b"exit",
        Bug::MarkerPrefix => markers.iter().any(|marker| text.starts_with(marker)),
        Bug::MarkerAnyCase => markers.contains(&text.to_ascii_lowercase().as_slice()),
        Bug::MarkerTrimmed => markers.contains(&text.trim_ascii()),
        _ => markers.contains(&text),
    }
}

fn without_accents(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let ascii = text.chars().map(|c| if c.is_ascii() { c } else { '?' });
    ascii.collect::<String>().into_bytes()
}
