//! What a check works with: a fresh program, its connections, random words.

mod accept;
mod connect;
mod datagram;
mod ready;
mod words;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::causes::*;
use crate::history::{Event, History};
use crate::lesson::Lesson;
use crate::limits::Deadline;
use crate::run::{Options, Target};
use crate::speech::Speech;
use crate::subject::{Exit, Output, Port, Subject, Values};
use crate::verdict::{Cause, Failure};
pub(crate) use connect::Server;
use words::Words;

/// The shortest and the longest pause between two looks at something that sends
/// no event of its own: a port that opens, a client that connects.
const PAUSES: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(20)];

/// The place where one check is made.
pub(crate) struct Bench<'a> {
    speech: Speech,
    target: &'a Target,
    options: &'a Options,
    history: History,
    deadline: Deadline,
    words: Words,
    /// The outputs of every program started in this check.
    outputs: Vec<Arc<Output>>,
    /// What the program started last was given on standard input.
    input: Vec<u8>,
    /// What a program is told besides its address, by placeholder.
    told: Vec<(&'static str, String)>,
    connections: usize,
    /// Reserved until the check is over.
    ports: Vec<Port>,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(
        lesson: &Lesson,
        target: &'a Target,
        options: &'a Options,
        check: &str,
    ) -> Self {
        // Each check has words of its own, whichever checks ran before it.
        let salt = check.bytes().fold(options.seed, |salt, byte| {
            salt.rotate_left(5) ^ u64::from(byte)
        });
        Self {
            speech: lesson.speech,
            target,
            options,
            history: History::new(),
            deadline: Deadline::after(options.check_timeout),
            words: Words::new(salt),
            outputs: Vec::new(),
            input: Vec::new(),
            told: Vec::new(),
            connections: 0,
            ports: Vec::new(),
        }
    }

    /// The failure of a check that had taken all the time it may take, `at` that
    /// moment. What it found after that is worth nothing: its waits were cut short.
    pub(crate) fn too_slow(&self, at: Instant) -> Option<Failure> {
        let limit = self.options.check_timeout.as_secs_f64();
        let got = "it went on, and the program was ended";
        self.deadline.had_passed(at).then(|| {
            Failure::words(
                TOO_SLOW,
                format!("the check to be over within {limit} s"),
                got,
            )
        })
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.history.events()
    }

    /// What was sent last since a program was started, and where it was cut.
    pub(crate) fn last_sent(&self) -> Vec<Vec<u8>> {
        self.history.last_sent()
    }

    /// The last lines of standard error of the programs of this check.
    pub(crate) fn last_words(&self) -> Vec<Vec<u8>> {
        self.outputs
            .iter()
            .flat_map(|output| output.last_words())
            .collect()
    }

    /// Gives `program` bytes on standard input, without waiting for it to read.
    pub(crate) fn feed(&mut self, program: &Subject, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
        program.feed(bytes);
    }

    /// What the program started last was given on standard input.
    pub(crate) fn input(&self) -> &[u8] {
        &self.input
    }

    /// A random word no other message of this check contains.
    pub(crate) fn word(&mut self) -> String {
        self.words.next()
    }

    /// A random text of `length` bytes that neither is nor holds an end marker.
    pub(crate) fn text(&mut self, length: usize) -> String {
        self.words.text(length)
    }

    /// 64 bits at random.
    pub(crate) fn number(&mut self) -> u64 {
        self.words.number()
    }

    /// What the programs of the lesson say.
    pub(crate) fn speech(&self) -> Speech {
        self.speech
    }

    /// The answer to `text`, as it goes over the wire.
    pub(crate) fn answer(&self, text: &str) -> Vec<u8> {
        self.speech.answer(text.as_bytes())
    }

    /// Records what no connection does by itself.
    pub(crate) fn note(&self, text: impl Into<String>) {
        self.history.note(text);
    }

    /// Tells every program started from now on what a placeholder stands for.
    pub(crate) fn tell(&mut self, placeholder: &'static str, value: impl Into<String>) {
        self.told.retain(|(known, _)| *known != placeholder);
        self.told.push((placeholder, value.into()));
    }

    /// An address where nobody listens.
    pub(crate) fn dead_address(&mut self) -> Result<SocketAddr, Failure> {
        Ok((Ipv4Addr::LOCALHOST, self.port()?).into())
    }

    /// Starts the program, told `address`.
    pub(crate) fn start(&mut self, address: SocketAddr) -> Result<Subject, Failure> {
        if let Some(failure) = self.too_slow(Instant::now()) {
            return Err(failure);
        }
        let here = || std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let values = Values {
            address,
            dir: self.target.dir.clone().unwrap_or_else(here),
            more: self.told.clone(),
        };
        let subject = Subject::start(
            &self.target.command,
            &values,
            &self.history,
            self.deadline.clone(),
        )?;
        self.outputs.push(subject.output().clone());
        self.input.clear();
        self.history.start_over();
        Ok(subject)
    }

    /// Whether every start of the program uses the same port.
    pub(crate) fn has_fixed_port(&self) -> bool {
        self.target.port.is_some()
    }

    fn port(&mut self) -> Result<u16, Failure> {
        self.reserve(Port::pick)
    }

    /// The port of the command line, or one that `pick` finds.
    fn reserve(&mut self, pick: fn() -> io::Result<Port>) -> Result<u16, Failure> {
        if let Some(port) = self.target.port {
            return Ok(port);
        }
        let port = pick().map_err(|error| Failure::Broken(format!("no free port: {error}")))?;
        let number = port.number;
        self.ports.push(port);
        Ok(number)
    }

    /// A replay holds every cut twice as long.
    fn patience(&self) -> u32 {
        if self.options.only.is_some() { 2 } else { 1 }
    }
}

/// Why a program ended that did nothing else.
///
/// The shell that sets the limits reports a command it cannot run by these
/// codes (POSIX, Shell Command Language, 2.8.2).
pub(crate) fn end_at_start(exit: Exit) -> Cause {
    match exit {
        Exit::Code(127) => NOT_FOUND,
        Exit::Code(126) => NOT_EXECUTABLE,
        _ => EXITED_EARLY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::Role;
    use crate::subject::CommandLine;
    use crate::suites;

    #[test]
    fn what_was_found_in_time_stays_found() {
        let target = Target {
            command: CommandLine::parse("true").expect("a command"),
            role: Role::Server,
            port: None,
            dir: None,
        };
        let options = Options {
            check_timeout: Duration::ZERO,
            ..Options::default()
        };
        let before = Instant::now();
        let lesson = suites::find("tcp-basics").expect("it has a suite");
        let bench = Bench::new(lesson, &target, &options, "any");
        // The card was made after the end of the check, of what was seen before.
        assert!(bench.too_slow(before).is_none());
        assert!(bench.too_slow(Instant::now()).is_some());
    }
}
