//! The client: ask what time it is, wait, ask again.

use std::time::{Duration, Instant};

use common::{
    escape::escape_bytes,
    exit::{Failure, tell},
    net::{Datagram, DatagramBuffer, DatagramError, DatagramSocket, LARGEST_DATAGRAM, Limit},
    output::Output,
    stop::Stop,
};
use crossbeam_channel::RecvTimeoutError;

use crate::{more::tally::Tally, protocol::RESULT, sntp};

/// Questions in a row without an answer, after which the server is taken for
/// dead.
const GIVE_UP: u32 = 3;

/// What to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Form A: the time in this format.
    Text(String),
    /// Form B: how far the two clocks are apart.
    Sntp,
}

/// How to ask.
#[derive(Debug, Clone)]
pub struct Options {
    /// What.
    pub question: Question,
    /// How often; `None` until stopped. Three in a row without an answer end it
    /// earlier.
    pub count: Option<u32>,
    /// From one question to the next.
    pub interval: Duration,
    /// How long to wait for an answer, the first time. Then twice as long, and
    /// so on.
    pub wait: Duration,
    /// How long all the waiting for one answer may take together.
    pub timeout: Limit,
    /// Whether to tell what is asked again and what is dropped.
    pub verbose: bool,
}

/// A socket for each address of the server, in the order in which they should
/// be tried: new ones at each call.
pub type Open<'a> = &'a dyn Fn() -> Result<Vec<DatagramSocket>, Failure>;

/// Asks as often as it should, and prints every answer.
///
/// # Errors
///
/// [`Failure`] when answers are missing, the server refuses, or the output
/// cannot be written.
pub fn run(open: Open<'_>, options: &Options, output: &Output, stop: &Stop) -> Result<(), Failure> {
    let mut talk = Talk {
        open,
        address: 0,
        addresses: 1,
        unreachable: 0,
        options,
        output,
        stop,
        tally: Tally::new(options.verbose),
    };
    let result = match &options.question {
        Question::Text(format) => talk.ask_all(&mut |talk, until| talk.ask_text(format, until)),
        Question::Sntp => sntp::client::run(&mut talk),
    };
    if stop.is_set() && result.is_ok() {
        return Err(Failure::stopped(&talk.tally));
    }
    if talk.tally.is_eventful() {
        tell("done", &talk.tally);
    }
    result.and_then(|()| talk.tally.verdict())
}

/// What one try brought.
pub(crate) enum Tried {
    /// An answer, and it was printed.
    Answered,
    /// None in time.
    Silence,
    /// Nobody listens there, or there is no way to it.
    Unreachable,
}

/// Asks once and waits for the answer until a time.
pub(crate) type Try<'a> = &'a mut dyn FnMut(&mut Talk<'_>, Instant) -> Result<Tried, Failure>;

/// A client at work.
pub(crate) struct Talk<'a> {
    open: Open<'a>,
    /// Which of the server's addresses is asked. While none has answered, they
    /// take turns.
    pub(crate) address: usize,
    /// How many there are.
    addresses: usize,
    /// Tries in a row that nobody could have answered.
    unreachable: usize,
    pub(crate) options: &'a Options,
    pub(crate) output: &'a Output,
    pub(crate) stop: &'a Stop,
    pub(crate) tally: Tally,
}

impl Talk<'_> {
    /// Question after question, one begun in every interval.
    pub(crate) fn ask_all(&mut self, ask_once: Try<'_>) -> Result<(), Failure> {
        let mut silent = 0;
        loop {
            let begun = Instant::now();
            self.tally.requests += 1;
            let answered = self.ask(ask_once)?;
            if self.stop.is_set() {
                break;
            }
            if answered {
                self.tally.answered += 1;
                silent = 0;
            } else {
                silent += 1;
                self.tally.silence((silent == GIVE_UP).then_some(GIVE_UP));
            }
            let last = self.options.count.map(u64::from) == Some(self.tally.requests);
            if last || silent == GIVE_UP || !self.pause(begun + self.options.interval) {
                break;
            }
        }
        Ok(())
    }

    // ANCHOR: ask
    /// One question, asked until it is answered or the time for it is over.
    /// `false` if there was no answer.
    fn ask(&mut self, ask_once: Try<'_>) -> Result<bool, Failure> {
        let give_up = self.options.timeout.map(|limit| Instant::now() + limit);
        let mut wait = self.options.wait;
        loop {
            let until = Instant::now() + wait;
            let until = give_up.map_or(until, |end| end.min(until));
            match ask_once(self, until)? {
                Tried::Answered => return Ok(true),
                Tried::Silence => self.unreachable = 0,
                // It was there before: perhaps it is being restarted.
                Tried::Unreachable if self.tally.answered > 0 => {
                    self.pause(until);
                }
                Tried::Unreachable => {
                    self.next_address();
                    continue;
                }
            }
            self.next_address();
            if self.stop.is_set() || give_up.is_some_and(|end| Instant::now() >= end) {
                return Ok(false);
            }
            self.tally.again();
            wait = wait.saturating_mul(2);
        }
    }

    /// One question of form A, on a socket of its own.
    ///
    /// Nothing in an answer says to which question. On a socket that is used
    /// again, the late answer to one would be the answer to the next, and the
    /// time in it old. This way it finds a closed port.
    fn ask_text(&mut self, format: &str, until: Instant) -> Result<Tried, Failure> {
        let (_, socket) = self.socket()?;
        let mut buffer = DatagramBuffer::new(LARGEST_DATAGRAM);
        if let Err(error) = socket.send(format.as_bytes()) {
            return self.failed(&socket, &error);
        }
        loop {
            let received = socket.receive_until(&mut buffer, until, self.stop);
            let answer = match received {
                Ok(Some(Datagram { bytes, .. })) => bytes,
                Ok(None) => return Ok(Tried::Silence),
                Err(error) => return self.failed(&socket, &error),
            };
            if answer.len() <= RESULT {
                return self.show(answer);
            }
            self.tally.drop(format_args!("more than {RESULT} bytes"));
            if Instant::now() >= until {
                return Ok(Tried::Silence);
            }
        }
    }
    // ANCHOR_END: ask

    /// Prints an answer of form A, unless it is none.
    fn show(&self, answer: &[u8]) -> Result<Tried, Failure> {
        if let Some(why) = answer.strip_prefix(b"ERR ") {
            let failure = Failure::new("the server refuses the format", escape_bytes(why));
            return Err(failure.next_step("--help shows what a format may contain"));
        }
        self.output.line(escape_bytes(answer))?;
        Ok(Tried::Answered)
    }

    /// The next address of the name, and the first one again after the last: an
    /// answer may have been lost. Who has answered once is asked for ever.
    fn next_address(&mut self) {
        if self.tally.answered == 0 {
            self.address = (self.address + 1) % self.addresses;
        }
    }

    /// The number of the server's address, and a new socket for it.
    pub(crate) fn socket(&mut self) -> Result<(usize, DatagramSocket), Failure> {
        let mut sockets = (self.open)()?;
        let last = sockets.len().checked_sub(1);
        let last = last.ok_or_else(|| Failure::usage("--connect", "there is no such address"))?;
        self.addresses = sockets.len();
        self.address = self.address.min(last);
        Ok((self.address, sockets.swap_remove(self.address)))
    }

    /// What an error means: the end, unless another address or a later try may
    /// bring an answer.
    pub(crate) fn failed(
        &mut self,
        socket: &DatagramSocket,
        error: &DatagramError,
    ) -> Result<Tried, Failure> {
        let peer = socket
            .peer()
            .map_or_else(String::new, |peer| peer.to_string());
        let failure = Failure::new(format_args!("cannot reach {peer}"), error);
        if self.tally.answered > 0 {
            self.tally.explain(format_args!("{failure}"));
            return Ok(Tried::Unreachable);
        }
        self.unreachable += 1;
        if self.unreachable < self.addresses {
            return Ok(Tried::Unreachable);
        }
        match error {
            DatagramError::Refused => {
                Err(failure
                    .next_step("start the server first: cargo run --bin udp-timesync-server"))
            }
            _ => Err(failure),
        }
    }

    /// Waits; `false` if stopped meanwhile.
    fn pause(&self, until: Instant) -> bool {
        let pause = self.stop.channel().recv_deadline(until);
        matches!(pause, Err(RecvTimeoutError::Timeout))
    }
}
