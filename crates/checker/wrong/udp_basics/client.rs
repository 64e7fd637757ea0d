//! The right client, and what wrong ones do instead: one request after the
//! other, each sent until its answer comes or it is given up.

use std::collections::VecDeque;
use std::io::{self, Read as _};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::ahead;
use super::table::Bug;
use crate::common::{hang, is_idle, is_refused, resolve};
use crate::show::{say, say_text};

/// How long the first try waits; each further one waits twice as long.
const WAIT: Duration = Duration::from_millis(200);

pub(crate) fn run(host: &str, port: u16, bug: Bug) -> io::Result<()> {
    let server = resolve(host, port)?;
    let own = if bug == Bug::FixedPort { 7183 } else { 0 };
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, own))?;
    let connected = !matches!(bug, Bug::Unconnected | Bug::HostOnly | Bug::IgnoresRefused);
    if connected {
        socket.connect(server)?;
    }
    if bug == Bug::Silent {
        // A greeting that never comes.
        socket.recv(&mut [0; 1024])?;
    }
    let input = read_input(bug)?;
    if matches!(bug, Bug::PrintsAsTheyCome | Bug::AheadInOrder) {
        return ahead::run(&socket, &input, bug == Bug::AheadInOrder);
    }
    if bug == Bug::Banner {
        say("hello");
    }
    let mut client = Client {
        socket,
        server,
        bug,
        earlier: Vec::new(),
        resent: 0,
        answered: 0,
    };
    let mut unanswered = 0;
    for (number, line) in input {
        match client.ask(number, &line) {
            Ok(true) => {}
            Ok(false) => unanswered += 1,
            Err(error) if is_refused(&error) && bug == Bug::RefusedExitZero => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    client.end(unanswered)
}

/// The lines of standard input with their numbers.
fn read_input(bug: Bug) -> io::Result<VecDeque<(usize, Vec<u8>)>> {
    let mut lines = VecDeque::new();
    let mut number = if bug == Bug::FromZero { 0 } else { 1 };
    let mut text = Vec::new();
    io::stdin().lock().read_to_end(&mut text)?;
    if bug == Bug::CrEndsLine {
        text.iter_mut()
            .filter(|byte| **byte == b'\r')
            .for_each(|byte| *byte = b'\n');
    }
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let mut line = line.strip_suffix(b"\n").unwrap_or(line).to_vec();
        if line.is_empty() && bug == Bug::SkipsEmptyUncounted {
            continue;
        }
        match bug {
            Bug::StripsEnd => line = line.trim_ascii_end().to_vec(),
            Bug::TrimsLines => line = line.trim_ascii().to_vec(),
            Bug::NewlineInside => line.push(b'\n'),
            _ => {}
        }
        if !(line.is_empty() && bug == Bug::SkipsEmpty) {
            lines.push_back((number, line));
        }
        number += 1;
    }
    if bug == Bug::OneLineOnly {
        lines.truncate(1);
    }
    Ok(lines)
}

/// What is sent for a line.
pub(crate) fn request(number: usize, line: &[u8]) -> Vec<u8> {
    [number.to_string().as_bytes(), b" ", line].concat()
}

struct Client {
    socket: UdpSocket,
    server: SocketAddr,
    bug: Bug,
    /// The requests before this one.
    earlier: Vec<Vec<u8>>,
    resent: usize,
    answered: usize,
}

impl Client {
    /// Sends a line until its answer comes; false when it is given up.
    fn ask(&mut self, number: usize, line: &[u8]) -> io::Result<bool> {
        let mut request = match self.bug {
            Bug::NoNumber => line.to_vec(),
            Bug::BlankMissing if line.is_empty() => request(number, line).trim_ascii_end().to_vec(),
            _ => request(number, line),
        };
        if self.bug == Bug::BytesRepr {
            request = format!("b'{}'", request.escape_ascii()).into_bytes();
        }
        if self.bug == Bug::PrintsEarly {
            say_text("", line, false);
        }
        let mut wait = WAIT;
        for attempt in 0..self.tries() {
            if attempt > 0 {
                self.resent += 1;
                if self.bug == Bug::Renumbers {
                    request = self::request(number + attempt, line);
                }
            }
            self.send(&request)?;
            if let Some(answer) = self.answer(&request, wait)? {
                self.answered += 1;
                self.earlier.push(request);
                self.print(&answer);
                return Ok(true);
            }
            wait = wait.saturating_mul(2);
        }
        eprintln!("no answer to request {number}");
        self.earlier.push(request);
        Ok(false)
    }

    /// How often the next request may be sent.
    fn tries(&self) -> usize {
        match self.bug {
            Bug::OneTry => 1,
            Bug::TwoTries => 2,
            Bug::IgnoresRefused => 3,
            Bug::Tires => 3 - self.resent,
            Bug::NeverGivesUp => usize::MAX,
            Bug::Hasty => 500,
            _ => 4,
        }
    }

    fn send(&self, request: &[u8]) -> io::Result<()> {
        match self.socket.peer_addr() {
            Ok(_) => self.socket.send(request),
            Err(_) => self.socket.send_to(request, self.server),
        }
        .map(drop)
    }

    /// Waits for what counts as the answer.
    fn answer(&self, request: &[u8], wait: Duration) -> io::Result<Option<Vec<u8>>> {
        let wait = match self.bug {
            Bug::HangsOnLoss => Duration::from_secs(3600),
            Bug::IgnoresRefused => Duration::from_millis(1900),
            Bug::NeverGivesUp => WAIT,
            Bug::Hasty => Duration::from_millis(10),
            _ => wait,
        };
        let deadline = Instant::now() + wait;
        let size = if self.bug == Bug::Buffer1024 {
            1024
        } else {
            1 << 16
        };
        let mut buffer = vec![0; size];
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            self.socket.set_read_timeout(Some(left))?;
            let (count, sender) = match self.socket.recv_from(&mut buffer) {
                Ok(came) => came,
                Err(error) if is_idle(&error) => continue,
                Err(error) => return Err(error),
            };
            let came = &buffer[..count];
            match self.bug {
                Bug::HostOnly if sender.ip() != self.server.ip() => continue,
                Bug::IgnoresRefused if sender != self.server => continue,
                Bug::DiesOnStray => drop(std::str::from_utf8(came).map_err(io::Error::other)?),
                Bug::EmptyIsEnd | Bug::Banner if came.is_empty() => {
                    return Err(io::Error::other("the server has closed the connection"));
                }
                Bug::PrintsLate if self.earlier.iter().any(|old| old == came) => self.print(came),
                _ => {}
            }
            if self.counts(came, request) {
                return Ok(Some(came.to_vec()));
            }
        }
    }

    fn counts(&self, came: &[u8], request: &[u8]) -> bool {
        let old = || self.earlier.iter().any(|old| old == came);
        let number = |bytes: &[u8]| bytes.split(|&byte| byte == b' ').next().map(<[u8]>::to_vec);
        came == request
            || match self.bug {
                Bug::AnyDatagram => true,
                Bug::AnyOfMine => old(),
                Bug::OnlyLastIsOld => old() && self.earlier.last().is_some_and(|last| last != came),
                Bug::NumberOnly => number(came) == number(request),
                Bug::BeginningIsEnough => came.len() > 2 && request.starts_with(came),
                _ => false,
            }
    }

    fn print(&self, answer: &[u8]) {
        let blank = answer.iter().position(|&byte| byte == b' ');
        let mut text = &answer[blank.map_or(answer.len(), |at| at + 1)..];
        match self.bug {
            Bug::PrintsNothing | Bug::PrintsEarly => return,
            Bug::Prints1024 => text = &text[..text.len().min(1024)],
            _ => {}
        }
        say_text("", text, self.bug == Bug::PrintsRaw);
    }

    fn end(self, unanswered: usize) -> io::Result<()> {
        match self.bug {
            Bug::NeverLeaves if unanswered == 0 => hang(),
            Bug::ExitOne => Err(io::Error::other("done")),
            Bug::GivesUpExitZero => Ok(()),
            Bug::Tires if self.answered > 0 => {
                say("done");
                Ok(())
            }
            _ if unanswered > 0 => Err(io::Error::other("some requests had no answer")),
            _ => Ok(()),
        }
    }
}
