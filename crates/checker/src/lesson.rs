//! What a lesson asks of a program: its checks, in the order they run.

use std::fmt;

use crate::bench::Bench;
use crate::speech::Speech;
use crate::verdict::Failure;

/// One lesson of the course, as far as the judge knows it.
pub struct Lesson {
    /// The name used in commands and file names, such as `tcp-basics`.
    pub name: &'static str,
    /// The title of its chapter.
    pub title: &'static str,
    /// Its place in the course, from 1.
    pub number: u8,
    /// The port its programs use when none is named.
    pub port: u16,
    /// What its programs speak over.
    pub transport: Transport,
    /// One line: what a student can do afterwards.
    pub teaches: &'static str,
    /// The chapter, as a path from the top of the project.
    pub chapter: &'static str,
    /// The wire contract, as a path from the top of the project.
    pub protocol: &'static str,
    /// What a client is told besides the address: for each word here ours get
    /// `--WORD {WORD}`, and a student's gets `{WORD}` behind the port.
    pub client_options: &'static [&'static str],
    /// What our own client is told besides, to do what a student's does.
    pub reference_options: &'static str,
    /// What its programs say to each other.
    pub(crate) speech: Speech,
    /// Every check of both roles, in the order they run.
    pub checks: &'static [Check],
}

impl Lesson {
    /// The check called `name`, if the lesson has one for `role`.
    #[must_use]
    pub fn check(&self, role: Role, name: &str) -> Option<&'static Check> {
        self.checks
            .iter()
            .find(|check| check.role == role && check.name == name)
    }
}

/// What carries the bytes of a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// TCP: connections, each a stream of bytes.
    Stream,
    /// UDP: datagrams, each for itself.
    Datagram,
}

/// Which of the two programs is under check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The program that listens.
    Server,
    /// The program that connects.
    Client,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::Server => "server",
            Role::Client => "client",
        })
    }
}

/// How much a check counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Decides whether the program passes.
    Core,
    /// Makes it a program one would leave running; never costs the pass.
    More,
    /// As [`More`](Level::More), but waits for so long that it is made only when it
    /// is asked for by its name.
    Slow,
}

impl Level {
    /// Whether it decides the pass.
    #[must_use]
    pub fn is_core(self) -> bool {
        self == Level::Core
    }
}

/// One thing a program must do, and the function that finds out.
pub struct Check {
    /// The name used in commands, such as `message-cut`.
    pub name: &'static str,
    /// Which program it judges.
    pub role: Role,
    /// Whether it decides the pass.
    pub level: Level,
    /// The numbered requirement it proves, such as `TB-3`.
    pub requirement: &'static str,
    /// One line: what a pass proves.
    pub summary: &'static str,
    /// The anchor in the lesson's chapter that explains it.
    pub section: &'static str,
    /// A nudge, the direction, and nearly the code.
    pub hints: [&'static str; 3],
    pub(crate) run: fn(&mut Bench) -> Result<(), Failure>,
}
