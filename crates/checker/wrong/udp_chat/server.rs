//! The right server, and what wrong ones do instead.

use std::collections::HashSet;
use std::hash::RandomState;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::members::Member;
use super::table::Bug;
use super::words::{field, id, text};
use crate::common::{AtSignal, is_idle, is_refused, stop_on_signal};
use crate::datagram;
use crate::show::{say, say_in_blocks, say_text};

/// How often it looks what is due.
const TURN: Duration = Duration::from_millis(10);

pub(crate) fn run(port: u16, bug: Bug) -> io::Result<()> {
    match bug {
        Bug::ExitsAtStart => return Err(io::Error::other("name 'sokcet' is not defined")),
        Bug::LeavesChild => {
            return datagram::let_a_child_work("chat-server-ignores-sigterm", port);
        }
        _ => {}
    }
    let host = match bug {
        Bug::AnyAddress => Ipv4Addr::UNSPECIFIED,
        _ => Ipv4Addr::LOCALHOST,
    };
    let socket = datagram::bind((host, port).into(), bug == Bug::ReusesAddress)?;
    socket.set_read_timeout(Some(TURN))?;
    stop_on_signal(match bug {
        Bug::KilledBySignal => AtSignal::IsKilled,
        Bug::IgnoresSigterm => AtSignal::Stays,
        _ => AtSignal::Stops,
    })?;
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
                Err(error) if is_idle(&error) || is_refused(&error) => {}
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
