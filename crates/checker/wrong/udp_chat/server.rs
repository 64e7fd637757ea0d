//! The right server, and what wrong ones do instead.

use std::collections::HashSet;
use std::hash::RandomState;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::members::Member;
use super::table::Bug;
use super::words::{field, id, text};
use crate::show::{say, say_in_blocks, say_text};

/// How often it looks what is due.
const TURN: Duration = Duration::from_millis(10);

pub(crate) fn run(port: u16, bug: Bug) -> io::Result<()> {
    match bug {
        Bug::ExitsAtStart => return Err(io::Error::other("name 'sokcet' is not defined")),
        Bug::LeavesChild => return let_a_child_work(port),
        _ => {}
    }
    let host = match bug {
        Bug::AnyAddress => Ipv4Addr::UNSPECIFIED,
        _ => Ipv4Addr::LOCALHOST,
    };
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    socket.set_reuse_address(bug == Bug::ReusesAddress)?;
    socket.bind(&SocketAddr::from((host, port)).into())?;
    let socket = UdpSocket::from(socket);
    socket.set_read_timeout(Some(TURN))?;
    stop_on_signal(bug)?;
    say(&format!("listening on {}", socket.local_addr()?));
    Server {
        socket,
        bug,
        secret: RandomState::new(),
        asked: 0,
        members: Vec::new(),
        used: HashSet::new(),
        shared: 0,
        accepted: 0,
    }
    .serve()
}

#[cfg(unix)]
fn stop_on_signal(bug: Bug) -> io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    if bug == Bug::KilledBySignal {
        return Ok(());
    }
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    thread::spawn(move || {
        for _ in signals.forever() {
            if bug != Bug::IgnoresSigterm {
                say("stopped");
                std::process::exit(0);
            }
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn stop_on_signal(_bug: Bug) -> io::Result<()> {
    Ok(())
}

/// Ends at a signal, while the process that holds the socket does not.
fn let_a_child_work(port: u16) -> io::Result<()> {
    stop_on_signal(Bug::Right)?;
    let mut child = std::process::Command::new(std::env::current_exe()?)
        .args(["chat-server-ignores-sigterm", &port.to_string()])
        .spawn()?;
    match child.wait()?.success() {
        true => Ok(()),
        false => Err(io::Error::other("the worker has failed")),
    }
}

pub(crate) struct Server {
    pub(crate) socket: UdpSocket,
    pub(crate) bug: Bug,
    pub(crate) secret: RandomState,
    /// Makes each cookie another.
    pub(crate) asked: u16,
    pub(crate) members: Vec<Member>,
    /// Cookies that have begun a session.
    pub(crate) used: HashSet<String>,
    /// The ids of all, where they are shared.
    pub(crate) shared: u32,
    pub(crate) accepted: u32,
}

impl Server {
    fn serve(mut self) -> io::Result<()> {
        let mut buffer = vec![0; 1 << 16];
        loop {
            match self.socket.recv_from(&mut buffer) {
                Ok((count, sender)) => self.take(buffer[..count].to_vec(), sender)?,
                Err(error) if is_idle(&error) => {}
                Err(error) => say(&format!("not received: {error}")),
            }
            self.drop_silent();
            for at in (0..self.members.len()).rev() {
                self.members[at].send_due(&self.socket, self.bug);
                if self.members[at].has_overflowed {
                    self.remove(at, "lost");
                }
            }
        }
    }

    fn take(&mut self, mut bytes: Vec<u8>, sender: SocketAddr) -> io::Result<()> {
        match self.bug {
            Bug::Silent => return Ok(()),
            Bug::DiesOnBytes => drop(std::str::from_utf8(&bytes).map_err(io::Error::other)?),
            Bug::DiesOnLarge if bytes.len() > 1200 => return Err(io::Error::other("too long")),
            Bug::Buffer512 => bytes.truncate(512),
            _ => {}
        }
        match self.bug {
            Bug::PrintsRawInBlocks => say_in_blocks("received: ", &bytes),
            bug => say_text("received: ", &bytes, bug == Bug::PrintsRaw),
        }
        let bare = match self.bug {
            Bug::KeepsLineEnds => std::str::from_utf8(&bytes).ok(),
            _ => text(&bytes),
        };
        let at = self
            .members
            .iter()
            .position(|member| member.address == sender);
        let Some(line) = bare.filter(|_| bytes.len() <= 1200) else {
            return Ok(());
        };
        let (word, rest) = field(line);
        if let Some(at) = at
            && !(word == "PING" && self.bug == Bug::PingNotHeard)
        {
            self.members[at].heard = Instant::now();
        }
        match (word, rest, at) {
            ("SAY", None, _) if self.bug == Bug::DiesOnFields => {
                return Err(io::Error::other("list index out of range"));
            }
            ("JOIN", Some(rest), _) => self.join(rest, sender, at),
            ("QUIT", None, _) => self.quit(sender, at),
            ("PING", None, Some(_)) if self.bug != Bug::NoPong => self.send("PONG", sender),
            ("PING", None, None) if self.bug == Bug::PongToAll => self.send("PONG", sender),
            ("SAY", Some(rest), Some(at)) => return self.heard(rest, at),
            ("SAY", Some(rest), None) if self.bug == Bug::RelaysStrangers => {
                self.relay_stranger(rest, sender);
            }
            ("SAY" | "PING", _, None) => {
                let mut refusal = "ERR NOJOIN 0".to_owned();
                if self.bug == Bug::ListsMembers {
                    refusal += " not one of:";
                    for member in &self.members {
                        refusal += &format!(" {}", member.name);
                    }
                }
                self.send(&refusal, sender);
            }
            ("ACK", Some(rest), Some(at)) => {
                if let Some(id) = id(rest) {
                    self.members[at].acknowledged(id, self.bug);
                }
            }
            (_, _, None) if self.bug == Bug::AnswersGarbage => self.send("ERR BAD 0", sender),
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn send(&self, line: &str, to: SocketAddr) {
        let mut line = line.to_owned();
        if self.bug == Bug::BytesRepr {
            line = format!("b'{line}'");
        } else if self.bug == Bug::Lines && self.members.iter().any(|m| m.address == to) {
            line += "\r\n";
        }
        if let Err(error) = self.socket.send_to(line.as_bytes(), to) {
            say(&format!("not sent: {error}"));
        }
    }
}

fn is_idle(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock
            | ErrorKind::TimedOut
            | ErrorKind::Interrupted
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionRefused
    )
}
