//! What the client is sent.

use std::io;
use std::time::Instant;

use super::client::{Client, State};
use super::table::Bug;
use super::words::{field, id, text};
use crate::common::is_idle;
use crate::show::say_text;

impl Client {
    /// Takes in one datagram, or none for a moment.
    pub(crate) fn receive(&mut self) -> io::Result<()> {
        let mut buffer = vec![0; 1 << 16];
        let (count, sender) = match self.socket.recv_from(&mut buffer) {
            Ok(came) => came,
            Err(error) if is_idle(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        match self.bug {
            Bug::Unconnected => {}
            Bug::HostOnly if sender.ip() == self.server.ip() => {}
            _ if sender != self.server => return Ok(()),
            _ => {}
        }
        let count = if self.bug == Bug::Buffer1024 {
            count.min(1024)
        } else {
            count
        };
        let bytes = &buffer[..count];
        if bytes.is_empty() && self.bug == Bug::EmptyIsEnd {
            return Err(io::Error::other("the server has closed the connection"));
        }
        if self.bug == Bug::EndsOnBytes {
            std::str::from_utf8(bytes).map_err(io::Error::other)?;
        }
        let Some(line) = text(bytes).filter(|_| bytes.len() <= 1200) else {
            return Ok(());
        };
        self.heard = Instant::now();
        self.pinged = None;
        let (word, rest) = field(line);
        match (word, rest.unwrap_or_default()) {
            ("COOKIE", cookie) => self.take_cookie(cookie),
            ("WELCOME", _) if matches!(self.state, State::Joining { .. }) => {
                self.state = State::In;
                Ok(())
            }
            ("ACK", rest) => self.acknowledged(rest),
            ("MSG" | "NOTE", rest) => self.item(word == "MSG", rest),
            ("ERR", rest) => self.refused(rest),
            ("BYE", _) if matches!(self.state, State::Leaving { .. }) => {
                self.state = State::Gone;
                Ok(())
            }
            ("BYE", _) if self.bug == Bug::Unconnected => Err(io::Error::other("sent away")),
            _ => Ok(()),
        }
    }

    fn take_cookie(&mut self, cookie: &str) -> io::Result<()> {
        let asks = matches!(self.state, State::Joining { .. }) && !cookie.is_empty();
        if !asks
            || self.bug == Bug::KeepsCookie
            || self.cookie.is_some() && self.bug == Bug::CookieOnce
        {
            return Ok(());
        }
        self.cookie = Some(match self.bug {
            Bug::LowersCookie => cookie.to_lowercase(),
            _ => cookie.to_owned(),
        });
        (self.asked, self.due) = (0, Instant::now());
        Ok(())
    }

    fn acknowledged(&mut self, rest: &str) -> io::Result<()> {
        let Some(id) = id(rest) else { return Ok(()) };
        match self.bug {
            Bug::DeafToAcks => {}
            Bug::AcksAll => self.waiting.retain(|&waiting, _| waiting > id),
            _ => drop(self.waiting.remove(&id)),
        }
        Ok(())
    }

    fn refused(&mut self, rest: &str) -> io::Result<()> {
        let (code, rest) = field(rest);
        let Some(rest) = rest else { return Ok(()) };
        say_text("refused: ", code.as_bytes(), false);
        let of = field(rest).0;
        match (self.state, code) {
            (State::Joining { .. }, "COOKIE") => self.cookie = None,
            (State::Joining { .. }, "TAKEN" | "NAME" | "FULL") => match self.bug {
                Bug::RefusedExitZero => self.state = State::Gone,
                Bug::RefusalIgnored => {}
                _ => return Err(io::Error::other(format!("not let in: {code}"))),
            },
            (State::In, "NOJOIN") if self.bug != Bug::StaysForgotten => {
                return Err(io::Error::other("the server does not know me any more"));
            }
            _ if self.bug == Bug::ErrUnheard => {}
            _ => return self.acknowledged(of),
        }
        Ok(())
    }

    fn item(&mut self, is_msg: bool, rest: &str) -> io::Result<()> {
        let (number, rest) = field(rest);
        if self.bug == Bug::EndsOnNumber {
            number.parse::<u32>().map_err(io::Error::other)?;
        }
        let (Some(id), Some((first, second))) = (id(number), rest.and_then(|r| r.split_once(' ')))
        else {
            return Ok(());
        };
        let known = is_msg || ["joined", "left", "lost"].contains(&first);
        let window = match self.bug {
            Bug::KeepsFar => u32::MAX,
            Bug::DropsEarly => 1,
            _ => 64,
        };
        if !known || id > self.last.saturating_add(window) {
            return Ok(());
        }
        let silent = match self.bug {
            Bug::NeverAcks => true,
            Bug::AcksOnce => self.acked.contains(&id),
            Bug::NoteUnacked => !is_msg,
            _ => false,
        };
        if !silent {
            self.acked.push(id);
            self.send(&format!("ACK {id}"))?;
        }
        let line = match (is_msg, self.bug) {
            (true, Bug::NoSender) => format!("> {second}"),
            (true, _) => format!("{first}: {second}"),
            (false, Bug::NoNotePrinted) => String::new(),
            (false, _) => format!("* {second} {first}"),
        };
        let early = id > self.last + 1;
        match self.bug {
            Bug::PrintsAgain if id <= self.last => self.print(&line),
            Bug::OnlyLastPrinted if id < self.last => self.print(&line),
            Bug::LosesKept if early => {}
            Bug::PrintsEarly if !self.kept.contains_key(&id) => {
                self.kept.insert(id, String::new());
                self.print(&line);
            }
            Bug::PrintsEarly => {}
            _ if id > self.last => drop(self.kept.insert(id, line)),
            _ => {}
        }
        while self.bug != Bug::PrintsEarly
            && let Some(line) = self.kept.remove(&(self.last + 1))
        {
            self.last += 1;
            self.print(&line);
        }
        Ok(())
    }

    fn print(&self, line: &str) {
        if !line.is_empty() && self.bug != Bug::PrintsNothing {
            say_text("", line.as_bytes(), self.bug == Bug::ClientPrintsRaw);
        }
    }
}
