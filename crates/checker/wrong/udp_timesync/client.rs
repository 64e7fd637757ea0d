//! The right client, and what wrong ones do instead.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use super::calendar::{fill, since_1970};
use super::packet::{SIZE, now};
use super::table::Bug;
use crate::common::{hang, is_idle, is_refused, resolve};
use crate::show::{say, say_text};

/// How long the first try waits; each further one waits twice as long as that.
const WAIT: Duration = Duration::from_millis(200);

pub(crate) fn run(host: &str, port: u16, format: &str, bug: Bug) -> io::Result<()> {
    let server = resolve(host, port)?;
    let client = Client { server, bug };
    // The first of a row of ports that are its own, one for each try.
    let _own = match bug {
        Bug::FixedPort => Some(UdpSocket::bind((Ipv4Addr::LOCALHOST, 7188))?),
        _ => None,
    };
    loop {
        match format {
            "sntp" if bug != Bug::SntpAsText => client.ask_for_offset()?,
            _ => client.ask_for_time(format)?,
        }
        if bug != Bug::AsksForEver {
            return Ok(());
        }
        thread::sleep(Duration::from_secs(1));
    }
}

/// One run.
pub(super) struct Client {
    server: SocketAddr,
    pub(super) bug: Bug,
}

/// What became of a try.
enum Tried {
    Done,
    NoAnswer,
}

impl Client {
    fn socket(&self, is_sntp: bool) -> io::Result<UdpSocket> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        let connected = match self.bug {
            Bug::Unconnected | Bug::IgnoresRefused => false,
            Bug::SntpUnconnected => !is_sntp,
            _ => true,
        };
        if connected {
            socket.connect(self.server)?;
        }
        Ok(socket)
    }

    fn tries(&self) -> usize {
        match self.bug {
            Bug::OneTry => 1,
            Bug::TwoTries => 2,
            Bug::IgnoresRefused => 3,
            Bug::NeverGivesUp => usize::MAX,
            _ => 4,
        }
    }

    fn wait(&self, attempt: usize) -> Duration {
        match self.bug {
            Bug::HangsOnLoss => Duration::from_secs(3600),
            Bug::IgnoresRefused => Duration::from_millis(1900),
            Bug::NeverGivesUp => WAIT,
            _ => WAIT * (1 << attempt.min(1)),
        }
    }

    fn give_up(&self) -> io::Result<()> {
        match self.bug {
            Bug::GivesUpExitZero => Ok(()),
            _ => Err(io::Error::other("no answer")),
        }
    }

    fn ask_for_time(&self, format: &str) -> io::Result<()> {
        let mut request = match self.bug {
            Bug::BytesRepr => format!("b'{format}'").into_bytes(),
            Bug::LineEnd => format!("{format}\n").into_bytes(),
            Bug::CString => format!("{format}\0").into_bytes(),
            Bug::Strips => format.trim().into(),
            Bug::FirstWord => format.split(' ').next().unwrap_or_default().into(),
            Bug::FixedFormat => b"%c".to_vec(),
            _ => format.as_bytes().to_vec(),
        };
        let mut kept = None;
        for attempt in 0..self.tries() {
            if self.bug != Bug::SameSocket {
                kept = None;
            }
            let socket = match &mut kept {
                Some(socket) => socket,
                none => none.insert(self.socket(false)?),
            };
            if self.bug == Bug::NumbersTries && attempt > 0 {
                request.extend(attempt.to_string().bytes());
            }
            self.send(socket, &request)?;
            if let Tried::Done = self.wait_for_time(socket, format, attempt)? {
                return self.end();
            }
        }
        self.give_up()
    }

    fn send(&self, socket: &UdpSocket, request: &[u8]) -> io::Result<()> {
        match socket.peer_addr() {
            Ok(_) => socket.send(request),
            Err(_) => socket.send_to(request, self.server),
        }
        .map(drop)
    }

    fn wait_for_time(&self, socket: &UdpSocket, format: &str, attempt: usize) -> io::Result<Tried> {
        let size = match self.bug {
            Bug::Buffer256 => 256,
            _ => 1 << 16,
        };
        let until = Instant::now() + self.wait(attempt);
        let Some((answer, _)) = self.receive(socket, until, size)? else {
            return Ok(Tried::NoAnswer);
        };
        if answer.starts_with(b"ERR ") {
            match self.bug {
                Bug::ErrorIsTime => {}
                Bug::ErrorSilent => std::process::exit(1),
                Bug::ErrorExitZero => {
                    eprintln!("the server has refused");
                    say_text("", &answer, false);
                    return Ok(Tried::Done);
                }
                bug => {
                    say_text("refused: ", &answer, bug == Bug::PrintsRaw);
                    std::process::exit(1)
                }
            }
        }
        match self.bug {
            Bug::PrintsNothing => {}
            Bug::OwnClock => {
                let unix = i64::try_from(since_1970().as_secs()).unwrap_or(0);
                say(&fill(format, unix, Bug::Right).unwrap_or_default());
            }
            bug => say_text("", &answer, bug == Bug::PrintsRaw),
        }
        Ok(Tried::Done)
    }

    fn end(&self) -> io::Result<()> {
        match self.bug {
            Bug::NeverLeaves => hang(),
            Bug::ExitOne => Err(io::Error::other("done")),
            _ => Ok(()),
        }
    }

    /// The next datagram that could be an answer, and when it came.
    fn receive(
        &self,
        socket: &UdpSocket,
        until: Instant,
        size: usize,
    ) -> io::Result<Option<(Vec<u8>, f64)>> {
        let mut buffer = vec![0; size];
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            socket.set_read_timeout(Some(left))?;
            let (count, sender) = match socket.recv_from(&mut buffer) {
                Ok(came) => came,
                Err(error) if is_idle(&error) => continue,
                Err(error) if is_refused(&error) && self.bug == Bug::RefusedExitZero => {
                    std::process::exit(0)
                }
                Err(error) => return Err(error),
            };
            if self.bug == Bug::IgnoresRefused && sender != self.server {
                continue;
            }
            buffer.truncate(count);
            return Ok(Some((buffer, unix())));
        }
    }

    fn ask_for_offset(&self) -> io::Result<()> {
        let kept = random();
        let mut first = None;
        let socket = self.socket(true)?;
        for attempt in 0..self.tries() {
            let nonce = match self.bug {
                Bug::ClockAsNonce => now(Bug::Right),
                Bug::NoNonce => 0,
                // What a generator gives that begins with the same seed each time.
                Bug::SameSeed => 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(attempt as u64 + 1),
                Bug::FixedNonce => 0x0123_4567_89ab_cdef + attempt as u64,
                Bug::CountsUp => (kept & 0xffff) + attempt as u64,
                Bug::SameNonce => kept,
                _ => random(),
            };
            let sent = unix();
            let t1 = match self.bug {
                Bug::FirstT1 => *first.get_or_insert(sent),
                _ => sent,
            };
            self.send(&socket, &self.request(nonce))?;
            if let Tried::Done = self.wait_for_offset(&socket, nonce, t1, attempt)? {
                return self.end();
            }
        }
        self.give_up()
    }

    fn wait_for_offset(
        &self,
        socket: &UdpSocket,
        nonce: u64,
        t1: f64,
        attempt: usize,
    ) -> io::Result<Tried> {
        let until = Instant::now() + self.wait(attempt);
        while let Some((reply, t4)) = self.receive(socket, until, 1 << 16)? {
            if self.bug == Bug::DiesOnShort && reply.len() < SIZE {
                return Err(io::Error::other("unpack requires a buffer of 48 bytes"));
            }
            let Some(verdict) = self.look_at(&reply, nonce) else {
                continue;
            };
            if !verdict && self.bug == Bug::KissAsksAtOnce {
                return Ok(Tried::NoAnswer);
            }
            if !verdict {
                eprintln!("the server wants no more requests");
                say_text("it says: ", &reply[12..16], self.bug == Bug::KissRaw);
                std::process::exit(i32::from(self.bug != Bug::KissExitZero));
            }
            let (offset, delay) = self.compute(&reply, t1, t4);
            match self.bug {
                Bug::PrintsNothing => {}
                Bug::PrintsTime => say(&format!("the time is {}", unix() + offset)),
                _ => say(&format!("offset {offset:+.6} s, delay {delay:.6} s")),
            }
            return Ok(Tried::Done);
        }
        Ok(Tried::NoAnswer)
    }
}

fn unix() -> f64 {
    since_1970().as_secs_f64()
}

/// 64 bits from the system's random numbers, by what the standard library has.
fn random() -> u64 {
    RandomState::new().hash_one(0)
}
