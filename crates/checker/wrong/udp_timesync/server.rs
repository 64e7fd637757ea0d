//! The right server, and what wrong ones do instead.

use std::collections::HashSet;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use super::calendar::{fill, since_1970};
use super::limit::Limit;
use super::packet::{SIZE, now, reply};
use super::table::Bug;
use crate::common::{AtSignal, hang, stop_on_signal};
use crate::datagram;
use crate::show::{say, say_text};

pub(crate) fn run(port: u16, bug: Bug) -> io::Result<()> {
    if bug == Bug::LeavesChild {
        return datagram::let_a_child_work("time-server-ignores-sigterm", port);
    }
    let host = match bug {
        Bug::AnyAddress => Ipv4Addr::UNSPECIFIED,
        _ => Ipv4Addr::LOCALHOST,
    };
    let socket = datagram::bind((host, port).into(), bug == Bug::ReusesAddress)?;
    stop_on_signal(match bug {
        Bug::IgnoresSigterm => AtSignal::Stays,
        _ => AtSignal::Stops,
    })?;
    say(&format!("listening on {}", socket.local_addr()?));
    Server {
        socket,
        bug,
        began: unix(),
        first: None,
        answered: 0,
        known: HashSet::new(),
        limit: Limit::default(),
    }
    .serve()
}

fn unix() -> i64 {
    i64::try_from(since_1970().as_secs()).unwrap_or(0)
}

struct Server {
    socket: UdpSocket,
    bug: Bug,
    began: i64,
    first: Option<SocketAddr>,
    answered: usize,
    known: HashSet<Vec<u8>>,
    limit: Limit,
}

impl Server {
    fn serve(mut self) -> io::Result<()> {
        let size = match self.bug {
            Bug::Buffer128 => 128,
            _ => 1 << 16,
        };
        let mut buffer = vec![0; size];
        loop {
            let (data, sender) = datagram::receive(&self.socket, &mut buffer)?;
            let received = now(self.bug);
            if self.bug == Bug::IgnoresRepeats && !self.known.insert(data.clone()) {
                continue;
            }
            let is_limited = matches!(
                self.bug,
                Bug::Limited | Bug::BansForEver | Bug::ComplainsAboutLimit
            );
            // Whatever runs on this machine may ask as often as it wants.
            let is_limited = is_limited && sender.ip() != Ipv4Addr::LOCALHOST;
            let over = is_limited && self.limit.is_over(sender.ip(), self.bug);
            if over && self.bug != Bug::ComplainsAboutLimit {
                continue;
            }
            say_text("request: ", &data, self.bug == Bug::PrintsRaw);
            self.die_of(&data)?;
            self.first.get_or_insert(sender);
            self.answered += 1;
            let answer = match over {
                true => Some(b"ERR too many requests".to_vec()),
                false => self.answer(&data, received)?,
            };
            let Some(answer) = answer else { continue };
            if let Err(error) = self.send(&answer, sender) {
                match self.bug {
                    Bug::DiesOnRefused => return Err(error),
                    Bug::DeafAfterRefused => hang(),
                    _ => say(&format!("not sent: {error}")),
                }
            }
        }
    }

    /// As if an error were not caught.
    fn die_of(&self, data: &[u8]) -> io::Result<()> {
        match self.bug {
            Bug::ExitWord if data == b"exit" => std::process::exit(0),
            // A request of ntpq or ntpdc, as monitoring programs send them.
            Bug::DiesOfControl if data.starts_with(b"\x17\0\x03\x2a") => {
                Err(io::Error::other("index 12 out of range"))
            }
            _ => Ok(()),
        }
    }

    /// What is sent for a request, if anything; an error ends the server.
    fn answer(&self, data: &[u8], received: u64) -> io::Result<Option<Vec<u8>>> {
        if self.is_sntp(data) {
            let version = data[0] >> 3 & 7;
            return Ok(match self.bug {
                Bug::NoSntp => Some(b"ERR not text".to_vec()),
                Bug::DropsOldVersions if ![3, 4].contains(&version) => None,
                _ => Some(reply(data, received, self.bug)),
            });
        }
        match (self.format(data), self.bug) {
            (Err(why), Bug::DropsErrors) => {
                say(&why);
                Ok(None)
            }
            (Err(why), Bug::DiesOnConversion) if why.contains("conversion") => {
                Err(io::Error::other(why))
            }
            (Err(why), Bug::DiesOnBytes) if why.contains("UTF-8") => Err(io::Error::other(why)),
            (Err(why), Bug::EmptyEnds) if why.contains("empty") => Err(io::Error::other(why)),
            (Err(why), Bug::DiesOnLong) if why.contains("too long") => Err(io::Error::other(why)),
            (Err(why), Bug::LowerCaseError) => Ok(Some(format!("error: {why}").into_bytes())),
            (Err(why), _) => Ok(Some(format!("ERR {why}").into_bytes())),
            (Ok(filled), Bug::LineEnd) => Ok(Some(format!("{filled}\n").into_bytes())),
            (Ok(filled), Bug::BytesRepr) => Ok(Some(format!("b'{filled}'").into_bytes())),
            (Ok(filled), _) => Ok(Some(filled.into_bytes())),
        }
    }

    fn is_sntp(&self, data: &[u8]) -> bool {
        let mode = data.first().map(|first| first & 7);
        match self.bug {
            Bug::SntpByLength => data.len() == SIZE,
            Bug::SntpByMode => data.len() >= SIZE && mode == Some(3),
            Bug::SntpByLooks => {
                let is_text = std::str::from_utf8(data).is_ok_and(|text| !text.contains('\0'));
                data.len() == SIZE && mode == Some(3) && !is_text
            }
            Bug::SntpByByte => {
                data.len() == SIZE && [0x1b, 0x23, 0xdb, 0xe3, 0x5b, 0x63].contains(&data[0])
            }
            _ => data.len() == SIZE && mode == Some(3),
        }
    }

    /// The time in the format that came.
    fn format(&self, data: &[u8]) -> Result<String, String> {
        if data.is_empty() && self.bug != Bug::EmptyIsFormat {
            return Err("an empty format".into());
        }
        let limit = match self.bug {
            Bug::Limit100 => 100,
            Bug::NoLimit => usize::MAX,
            _ => 128,
        };
        let format = match (std::str::from_utf8(data), self.bug) {
            (Ok(format), _) => format.to_owned(),
            (Err(_), Bug::Replaces) => String::from_utf8_lossy(data).into_owned(),
            (Err(_), _) => return Err("not UTF-8".into()),
        };
        let length = match self.bug {
            Bug::CountsCharacters => format.chars().count(),
            _ => format.len(),
        };
        if length > limit {
            return Err("too long".into());
        }
        let format = match self.bug {
            Bug::Strips => format.trim().to_owned(),
            // As for C, where a string ends there.
            Bug::CString => format.split('\0').next().unwrap_or_default().to_owned(),
            _ => format,
        };
        if format.contains('\0') {
            return Err("a NUL".into());
        }
        if self.bug == Bug::FillsNothing {
            return Ok(format);
        }
        let unix = match self.bug {
            Bug::Frozen => self.began,
            Bug::HourLate => unix() - 3600,
            _ => unix(),
        };
        let filled = fill(&format, unix, self.bug)?;
        let longest = match self.bug {
            Bug::LongAnswers => usize::MAX,
            Bug::ShortAnswers => 511,
            _ => 512,
        };
        match filled.len() > longest {
            true => Err("the answer would be too long".into()),
            false => Ok(filled),
        }
    }

    fn send(&self, answer: &[u8], sender: SocketAddr) -> io::Result<()> {
        match (self.bug, self.first) {
            (Bug::AnswersOnce, _) if self.answered > 1 => Ok(0),
            (Bug::FirstClient, Some(first)) => self.socket.send_to(answer, first),
            (Bug::Connects, _) => datagram::connect_and_send(&self.socket, answer, sender),
            (Bug::DiesOnRefused | Bug::DeafAfterRefused, _) => {
                datagram::send_and_hear(&self.socket, answer, sender)
            }
            _ => self.socket.send_to(answer, sender),
        }
        .map(drop)
    }
}
