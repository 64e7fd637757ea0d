//! The right client, turn by turn, and what wrong ones do instead.

use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use super::table::Bug;
use super::{BUSY, is_marker};
use crate::common::{connect, hang, is_idle};
use crate::lines::{Line, Lines};
use crate::show::say_text;

/// How long a program listens that takes silence for an end.
const SILENCE: Duration = Duration::from_millis(900);

/// How long a slow interpreter takes until the program does anything.
const START: Duration = Duration::from_secs(6);

struct Client {
    socket: TcpStream,
    lines: Lines,
    bug: Bug,
}

pub(super) fn run(host: &str, port: u16, bug: Bug) -> io::Result<()> {
    let own = (bug == Bug::FixedPort).then_some(7183);
    let for_ever = bug == Bug::RetriesForEver;
    let socket = match connect(host, port, own, for_ever) {
        Err(error) if bug == Bug::RefusedExitZero => {
            eprintln!("{error}");
            return Ok(());
        }
        Err(error) if bug == Bug::SlowStart => {
            // Here only, or each of its checks would take so long.
            thread::sleep(START);
            return Err(error);
        }
        outcome => outcome?,
    };
    socket.set_nodelay(true)?;
    if bug == Bug::SilenceEnds {
        socket.set_read_timeout(Some(SILENCE))?;
    }
    let mut client = Client {
        socket,
        lines: Lines::new(super::habits(bug)),
        bug,
    };
    match client.talk() {
        Err(error) if bug == Bug::GoneExitZero && error.kind() == ErrorKind::UnexpectedEof => {
            eprintln!("{error}");
            Ok(())
        }
        outcome => outcome,
    }
}

impl Client {
    fn talk(&mut self) -> io::Result<()> {
        let sends_ahead = matches!(
            self.bug,
            Bug::SendsAhead | Bug::FirstLineOnly | Bug::LeavesEarly
        );
        if sends_ahead {
            return self.talk_both_ways();
        }
        if self.bug == Bug::ReadsToEnd {
            let mut greeting = Vec::new();
            self.socket.read_to_end(&mut greeting)?;
            say_text("", greeting.trim_ascii_end(), false);
        } else if !self.greeting()? {
            return Ok(());
        }
        for line in io::stdin().lock().split(b'\n') {
            let line = line?;
            if is_marker(&line) && !self.marker(&line)? {
                return Ok(());
            }
            if !is_marker(&line) {
                self.turn(&line)?;
            }
            if self.bug == Bug::OneLineOnly {
                break;
            }
        }
        if self.bug == Bug::NeverLeaves {
            hang();
        }
        self.socket.shutdown(Shutdown::Write)?;
        while self.receive()?.is_some() {}
        Ok(())
    }

    /// Takes and prints the greeting; false when the server is busy and the
    /// client thinks that this is no failure.
    fn greeting(&mut self) -> io::Result<bool> {
        let greeting = match self.due() {
            Err(error) if self.bug == Bug::UngreetedExitZero => {
                eprintln!("{error}");
                return Ok(false);
            }
            outcome => outcome?,
        };
        if greeting == BUSY && self.bug != Bug::BusyIsGreeting {
            match self.bug {
                Bug::BusyExitZero => {
                    say_text("", &greeting, false);
                    return Ok(false);
                }
                Bug::BusyHidden => return Err(io::Error::other("cannot talk to the server")),
                _ => return Err(io::Error::other(String::from_utf8_lossy(&greeting))),
            }
        }
        if self.bug != Bug::DropsGreeting {
            self.print(&greeting)?;
        }
        Ok(true)
    }

    /// Sends a marker and waits for the close; true to go on.
    fn marker(&mut self, line: &[u8]) -> io::Result<bool> {
        if self.bug == Bug::MarkerNotSent {
            return Ok(false);
        }
        self.send(line)?;
        match self.bug {
            Bug::GoesOnAfterMarker => return Ok(true),
            Bug::MarkerAwaited => return Err(gone()),
            _ => {}
        }
        while self.receive()?.is_some() {}
        if self.bug == Bug::MarkerWaits {
            hang();
        }
        Ok(false)
    }

    /// One name and its answer.
    fn turn(&mut self, line: &[u8]) -> io::Result<()> {
        match self.bug {
            Bug::Silent => return Ok(()),
            Bug::SkipsEmpty if line.is_empty() => return Ok(()),
            Bug::EmptyWaits if line.is_empty() => hang(),
            Bug::BytesRepr => self.send(format!("b'{}'", line.escape_ascii()).as_bytes())?,
            Bug::Trims => self.send(line.trim_ascii())?,
            Bug::AsciiOnly => {
                let ascii = line.iter().copied().filter(u8::is_ascii);
                self.send(&ascii.collect::<Vec<_>>())?;
            }
            Bug::Gbk if !line.is_ascii() => {
                let error = "UnicodeEncodeError: illegal multibyte sequence";
                return Err(io::Error::other(error));
            }
            Bug::NoNewline => self.socket.write_all(line)?,
            _ => self.send(line)?,
        }
        let answer = self.due()?;
        match self.bug {
            Bug::PrintsNothing => Ok(()),
            Bug::BuildsAnswer => self.print(&[b"Hello, ", line, b"!"].concat()),
            _ => self.print(&answer),
        }
    }

    fn send(&mut self, line: &[u8]) -> io::Result<()> {
        self.socket.write_all(&[line, b"\n"].concat())
    }

    /// A line that must come.
    fn due(&mut self) -> io::Result<Vec<u8>> {
        self.receive()?.ok_or_else(|| {
            if self.bug == Bug::IgnoresEof {
                hang();
            }
            gone()
        })
    }

    /// The next line, or `None` at the end of input.
    fn receive(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut chunk = vec![0; 64 * 1024];
        loop {
            match self.lines.next() {
                Some(Line::Text(text)) => return Ok(Some(text)),
                Some(Line::TooLong) => return Err(io::Error::other("the line is too long")),
                None => {}
            }
            match self.socket.read(&mut chunk) {
                Ok(0) => return Ok(None),
                Ok(count) => self.lines.push(&chunk[..count]),
                Err(error) if is_idle(&error) => {
                    if let Some(Line::Text(rest)) = self.lines.last() {
                        return Ok(Some(rest));
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn print(&self, text: &[u8]) -> io::Result<()> {
        if let Err(error) = std::str::from_utf8(text) {
            match self.bug {
                Bug::HangsOnBytes => hang(),
                Bug::CrashesOnBytes => std::process::abort(),
                Bug::ReadIsLine => {}
                _ => return Err(io::Error::new(ErrorKind::InvalidData, error)),
            }
        }
        say_text("", text, self.bug == Bug::PrintsRaw);
        Ok(())
    }

    /// Sends without waiting for a greeting or an answer.
    fn talk_both_ways(&mut self) -> io::Result<()> {
        let (mut socket, bug) = (self.socket.try_clone()?, self.bug);
        let sender = thread::spawn(move || {
            let mut due = 0;
            for line in io::stdin().lock().split(b'\n') {
                let line = line?;
                socket.write_all(&[&line[..], b"\n"].concat())?;
                if is_marker(&line) {
                    return Ok(due);
                }
                due += 1;
            }
            if bug == Bug::LeavesEarly {
                std::process::exit(0);
            }
            socket.shutdown(Shutdown::Write)?;
            io::Result::Ok(due)
        });
        self.greeting()?;
        let mut answers = 0;
        while let Some(answer) = self.receive()? {
            answers += 1;
            self.print(&answer)?;
        }
        // One that has gone while it was sent to is found here, too.
        let due = sender.join().map_err(|_| gone())??;
        if answers < due && self.bug != Bug::FirstLineOnly {
            return Err(gone());
        }
        Ok(())
    }
}

fn gone() -> io::Error {
    io::Error::new(ErrorKind::UnexpectedEof, "the server has gone")
}
