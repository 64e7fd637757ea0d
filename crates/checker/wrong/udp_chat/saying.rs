//! What a member says, until it has been sent on.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::members::OUTSTANDING;
use super::server::Server;
use super::table::Bug;
use super::words::{field, id};

impl Server {
    pub(crate) fn heard(&mut self, rest: &str, at: usize) -> io::Result<()> {
        let (number, said) = field(rest);
        if self.bug == Bug::DiesOnNumber {
            number.parse::<u32>().map_err(io::Error::other)?;
        }
        let (Some(id), Some(said)) = (id(number), said) else {
            return Ok(());
        };
        let member = &mut self.members[at];
        let sender = member.address;
        let window = match self.bug {
            Bug::NoWindow => u32::MAX,
            Bug::SmallWindow => 32,
            Bug::IgnoresGaps => 1,
            _ => OUTSTANDING as u32,
        };
        if id > member.last.saturating_add(window) {
            return Ok(());
        }
        if self.bug == Bug::Limits {
            if member.paused.elapsed() > Duration::from_millis(500) {
                (member.said, member.paused) = (0, Instant::now());
            }
            member.said += 1;
            if member.said > 100 {
                return Ok(());
            }
        }
        let again = id <= member.last || member.kept.contains_key(&id);
        let bad = !(1..=1000).contains(&said.len()) && self.bug != Bug::BadAccepted;
        if bad {
            if self.bug != Bug::BadHoldsUp && !again {
                member.kept.insert(id, None);
            }
            self.send(&format!("ERR BAD {id}"), sender);
        } else if !(self.bug == Bug::NoAck || again && self.bug == Bug::RepeatUnacked) {
            self.send(&format!("ACK {id}"), sender);
        }
        let text = match self.bug {
            Bug::Strips => said.trim(),
            _ => said,
        };
        self.keep(id, text, bad, at);
        Ok(())
    }

    /// Keeps a SAY until its turn, and sends on what has its turn now.
    fn keep(&mut self, id: u32, text: &str, bad: bool, at: usize) {
        let member = &mut self.members[at];
        let early = id > member.last + 1;
        match self.bug {
            Bug::NoOrder if !bad => {
                if member.seen.insert(id) {
                    member.last = member.last.max(id);
                    self.relay(text, at);
                }
                return;
            }
            Bug::NoDuplicates if id <= member.last => return self.relay(text, at),
            Bug::OnlyLastKnown if id < member.last => return self.relay(text, at),
            Bug::DropsKept if early => return,
            _ => {}
        }
        if id > member.last && !bad {
            member.kept.insert(id, Some(text.to_owned()));
        }
        let mut turns = if self.bug == Bug::OneKept && early {
            0
        } else {
            usize::MAX
        };
        while turns > 0 {
            let member = &mut self.members[at];
            let Some(text) = member.kept.remove(&(member.last + 1)) else {
                return;
            };
            member.last += 1;
            if let Some(text) = text {
                self.relay(&text, at);
            }
            if self.bug == Bug::OneKept && turns == usize::MAX {
                turns = 2;
            }
            turns -= 1;
        }
    }

    /// Sends what a member says to every other one.
    fn relay(&mut self, text: &str, at: usize) {
        self.accepted += 1;
        if self.bug == Bug::NeverRelays
            || self.bug == Bug::AckedOverLimit && self.accepted.is_multiple_of(150)
        {
            return;
        }
        let (bug, from) = (self.bug, self.members[at].name.clone());
        let tail = format!("{from} {text}");
        for (place, member) in self.members.iter_mut().enumerate() {
            if place == at && bug != Bug::Echoes {
                continue;
            }
            member.given += 1;
            self.shared += 1;
            let id = if bug == Bug::SharesIds {
                self.shared
            } else {
                member.given
            };
            member.push(id, "MSG", tail.clone(), bug);
            if bug == Bug::ToOne {
                return;
            }
        }
    }

    /// As if whoever says something belonged to the room.
    pub(crate) fn relay_stranger(&mut self, rest: &str, sender: SocketAddr) {
        let (number, said) = field(rest);
        self.send(&format!("ACK {number}"), sender);
        let tail = format!("stranger {}", said.unwrap_or_default());
        for member in &mut self.members {
            member.given += 1;
            member.push(member.given, "MSG", tail.clone(), self.bug);
        }
    }
}
