//! Who is a member, and who is told of it.

use std::hash::{BuildHasher as _, RandomState};
use std::net::SocketAddr;
use std::time::Duration;

use super::members::Member;
use super::server::Server;
use super::table::Bug;
use super::words::{field, is_name};

/// How long a member may be silent.
const SILENT: Duration = Duration::from_secs(30);

impl Server {
    /// A cookie for an address: four characters that differ, seven that prove.
    fn cookie(&self, salt: &str, to: SocketAddr) -> String {
        let proof = match self.bug {
            Bug::CookieOfAnybody => self.secret.hash_one(salt),
            Bug::CookieOfPort => self.secret.hash_one((salt, to.port())),
            Bug::ForgetsSecret => RandomState::new().hash_one(salt),
            _ => self.secret.hash_one((salt, to)),
        };
        let length = if self.bug == Bug::LongCookie { 28 } else { 7 };
        format!("{salt}{:0length$x}", proof >> 36)
    }

    pub(crate) fn join(&mut self, rest: &str, sender: SocketAddr, at: Option<usize>) {
        let (name, cookie) = field(rest);
        let known = at.is_some_and(|at| Some(self.members[at].cookie.as_str()) == cookie);
        let is_due = |cookie: &str| match (self.bug, cookie.get(..4)) {
            (Bug::CookieUnchecked, _) => true,
            (_, None) => false,
            (Bug::CookieBeginning, Some(salt)) => {
                cookie.get(..8) == self.cookie(salt, sender).get(..8)
            }
            (_, Some(salt)) => cookie == self.cookie(salt, sender),
        };
        let fresh =
            |cookie: &str| known || self.bug == Bug::CookieReusable || !self.used.contains(cookie);
        let is_right = match cookie {
            Some(cookie) => is_due(cookie) && fresh(cookie),
            None => self.bug == Bug::NoCookie,
        };
        if !is_right {
            if self.bug != Bug::SameCookie {
                self.asked = self.asked.wrapping_add(1);
            }
            let line = format!(
                "COOKIE {}",
                self.cookie(&format!("{:04x}", self.asked), sender)
            );
            self.send(&line, sender);
            match self.bug {
                Bug::TwoCookies => self.send(&line, sender),
                Bug::MemberTooSoon => self.members.push(Member::new(sender, name, "")),
                _ => {}
            }
            return;
        }
        if known && self.bug == Bug::WelcomesOnce {
            return;
        }
        let folded = |name: &str| match self.bug {
            Bug::CaseCounts => name.to_owned(),
            _ => name.to_lowercase(),
        };
        let mut others = self
            .members
            .iter()
            .filter(|member| member.address != sender || (known && self.bug == Bug::TakenByItself));
        let taken = others.any(|member| folded(&member.name) == folded(name));
        let named = match self.bug {
            Bug::AnyName => !name.is_empty(),
            Bug::ShortNames => is_name(name) && name.len() <= 32,
            _ => is_name(name),
        };
        if !named {
            return self.send("ERR NAME 0", sender);
        } else if taken && self.bug != Bug::SharesNames {
            return self.send("ERR TAKEN 0", sender);
        }
        self.enter(name, cookie.unwrap_or_default(), sender, at, known);
    }

    fn enter(
        &mut self,
        name: &str,
        cookie: &str,
        sender: SocketAddr,
        at: Option<usize>,
        known: bool,
    ) {
        if !known || self.bug == Bug::Restarts {
            self.used.insert(cookie.to_owned());
            let mut member = Member::new(sender, name, cookie);
            if let Some(at) = at {
                if self.bug == Bug::OldIds {
                    member.given = self.members[at].given;
                }
                self.members.remove(at);
            }
            self.members.push(member);
        }
        if !known || self.bug == Bug::NotesTwice {
            self.note("joined", name, sender);
        }
        let count = self.members.len() - usize::from(self.bug == Bug::CountWithout)
            + usize::from(known && self.bug == Bug::CountsAgain);
        let line = match self.bug {
            Bug::NoCount => format!("WELCOME {name}"),
            Bug::LowersNames => format!("WELCOME {} {count}", name.to_lowercase()),
            _ => format!("WELCOME {name} {count}"),
        };
        self.send(&line, sender);
    }

    pub(crate) fn quit(&mut self, sender: SocketAddr, at: Option<usize>) {
        match self.bug {
            Bug::NoBye => {}
            Bug::ByeOnce if at.is_none() => {}
            _ => self.send("BYE", sender),
        }
        let Some(at) = at else { return };
        if self.bug == Bug::QuitStays {
            let name = self.members[at].name.clone();
            return self.note("left", &name, sender);
        }
        self.remove(at, "left");
    }

    pub(crate) fn remove(&mut self, at: usize, event: &str) {
        let gone = self.members.remove(at);
        self.note(event, &gone.name, gone.address);
    }

    pub(crate) fn drop_silent(&mut self) {
        let limit = match self.bug {
            Bug::NeverLost => return,
            Bug::LostSoon => SILENT / 3,
            _ => SILENT,
        };
        let silent = |member: &Member| member.heard.elapsed() > limit;
        while let Some(at) = self.members.iter().position(silent) {
            self.remove(at, "lost");
        }
    }

    /// Tells everybody but the one it is about.
    fn note(&mut self, event: &str, name: &str, about: SocketAddr) {
        if self.bug == Bug::NoNotes {
            return;
        }
        let (bug, mut shared) = (self.bug, self.shared);
        for member in &mut self.members {
            if member.address == about && bug != Bug::NotesToItself {
                continue;
            }
            member.given += u32::from(bug != Bug::NotesApart);
            member.noted += 1;
            shared += 1;
            let id = match bug {
                Bug::NotesApart => member.noted,
                Bug::SharesIds => shared,
                _ => member.given,
            };
            member.push(id, "NOTE", format!("{event} {name}"), bug);
        }
        self.shared = shared;
    }
}
