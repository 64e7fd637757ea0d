//! The client: ask, wait, ask again.
//!
//! One request is under way at a time ("stop and wait"). What comes meanwhile
//! is either its answer or of no use, whoever sent it and however often.

use std::{
    collections::VecDeque,
    mem,
    time::{Duration, Instant},
};

use common::{
    escape::Shown,
    exit::{Failure, tell},
    input::Line,
    net::{Datagram, DatagramBuffer, DatagramError, DatagramSocket, LARGEST_DATAGRAM},
    output::Output,
    stop::Stop,
    text::TextCodec,
};
use crossbeam_channel::{Receiver, select};

use crate::{
    more::{everybody, ping, send_only, tally::Tally, wait::Wait},
    protocol::{Request, Verdict},
};

/// Requests in a row without an answer, after which the server is taken for
/// dead (UB-19).
const GIVE_UP: u32 = 3;

/// What to do with the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Send each and wait for its answer.
    Ask,
    /// Send each and wait for nothing.
    SendOnly,
    /// Send each and list everybody who answers.
    Everybody,
    /// Measure so many round trips, one begun in every interval. For the last
    /// ones it waits a second, twice the longest so far, or [`Options::wait`],
    /// whichever is most.
    Ping {
        /// How many.
        count: u32,
        /// Time from one to the next.
        interval: Duration,
    },
}

/// How to talk.
#[derive(Debug, Clone)]
pub struct Options {
    /// What to do with the messages.
    pub mode: Mode,
    /// How long to wait for an answer, the first time. Then twice as long, and
    /// so on: if the network is full, sending faster fills it more.
    pub wait: Duration,
    /// How often to send again.
    pub retries: u32,
    /// Whether requests are numbered.
    pub numbered: bool,
    /// Whether somebody types: lines are then asked for with `>>> `.
    pub prompt: bool,
    /// Whether to tell what is sent again and what is dropped.
    pub verbose: bool,
    /// How text and bytes belong together.
    pub codec: TextCodec,
}

/// Sends every line of `input` to the first of `sockets` at which somebody is,
/// and prints every answer.
///
/// # Errors
///
/// [`Failure`] when answers are missing, a line cannot be sent, or the output
/// cannot be written.
pub fn run(
    sockets: Vec<DatagramSocket>,
    input: &Receiver<Line>,
    options: &Options,
    output: &Output,
    stop: &Stop,
) -> Result<(), Failure> {
    let mut sockets = VecDeque::from(sockets);
    let no_address = || Failure::usage("--connect", "there is no such address");
    let first = sockets.pop_front().ok_or_else(no_address)?;
    let mut talk = Talk::new(first, sockets, options, output, stop);
    let result = match options.mode {
        Mode::Ask => talk.ask_all(input),
        Mode::SendOnly => send_only::run(&mut talk, input),
        Mode::Everybody => everybody::run(&mut talk, input),
        Mode::Ping { count, interval } => ping::run(&mut talk, count, interval),
    };
    if stop.is_set() {
        return Err(Failure::stopped(&talk.tally));
    }
    if talk.tally.is_eventful() {
        tell("done", &talk.tally);
    }
    result
}

/// A client at work.
pub(crate) struct Talk<'a> {
    pub(crate) socket: DatagramSocket,
    /// The server's other addresses, the next one first. While none has
    /// answered, all take turns.
    others: VecDeque<DatagramSocket>,
    /// Tries in a row that nobody could have answered.
    unreachable: usize,
    pub(crate) buffer: DatagramBuffer,
    pub(crate) options: &'a Options,
    pub(crate) output: &'a Output,
    pub(crate) stop: &'a Stop,
    pub(crate) tally: Tally,
}

impl<'a> Talk<'a> {
    pub(crate) fn new(
        socket: DatagramSocket,
        others: VecDeque<DatagramSocket>,
        options: &'a Options,
        output: &'a Output,
        stop: &'a Stop,
    ) -> Self {
        Talk {
            socket,
            others,
            unreachable: 0,
            buffer: DatagramBuffer::new(LARGEST_DATAGRAM),
            options,
            output,
            stop,
            tally: Tally::new(options.verbose),
        }
    }

    /// Line after line, each with its answer.
    fn ask_all(&mut self, input: &Receiver<Line>) -> Result<(), Failure> {
        let mut silent = 0;
        while silent < GIVE_UP
            && let Some(request) = self.next_request(input)?
        {
            if self.ask(&request)? {
                silent = 0;
            } else if !self.stop.is_set() {
                silent += 1;
                tell("warning", &format_args!("no answer to {request}"));
            }
        }
        if silent == GIVE_UP {
            let why =
                "in a row without one: the server is taken for dead, and any line left is not sent";
            tell("warning", &format_args!("{GIVE_UP} {why}"));
        }
        self.tally.verdict()
    }

    /// The next line as a request; `None` at the end, or when stopped.
    pub(crate) fn next_request(
        &mut self,
        input: &Receiver<Line>,
    ) -> Result<Option<Request>, Failure> {
        if self.options.prompt {
            self.output.prompt(">>> ")?;
        }
        let line = select! {
            recv(input) -> line => line,
            recv(self.stop.channel()) -> _ => return Ok(None),
        };
        let Ok(line) = line else {
            return Ok(None);
        };
        self.tally.requests += 1;
        let number = self.tally.requests;
        let unusable = |why| Failure::new(format_args!("cannot send line {number}"), why);
        self.request(number, line).map(Some).map_err(unusable)
    }

    fn request(&self, number: u64, line: Line) -> Result<Request, Box<dyn std::error::Error>> {
        let line = line?;
        let bytes = self.options.codec.encode_typed(&line)?;
        Ok(match self.options.numbered {
            true => Request::numbered(number, &bytes)?,
            false => Request::plain(&bytes)?,
        })
    }

    // ANCHOR: ask
    /// Sends the request, and again each time that its answer does not come,
    /// and prints the answer. `false` if there was none.
    fn ask(&mut self, request: &Request) -> Result<bool, Failure> {
        let mut wait = self.options.wait;
        let mut tries = 0;
        // Once to every address at least.
        while tries <= self.options.retries.max(self.addresses() - 1) && !self.stop.is_set() {
            if tries > 0 {
                self.tally.again(request);
            }
            let sent = self.socket.send(request.bytes());
            let answer = sent.and_then(|()| self.await_answer(request, Instant::now() + wait));
            match answer {
                Ok(Some(text)) => {
                    self.tally.answered += 1;
                    self.output.line(Shown(&text, &self.options.codec))?;
                    return Ok(true);
                }
                Ok(None) => {
                    tries += 1;
                    if tries % self.addresses() == 0 {
                        wait = wait.saturating_mul(2);
                    }
                    self.unreachable = 0;
                    self.next_address();
                }
                Err(_) if self.try_next_address() => {}
                Err(error) => return Err(self.unreachable(&error)),
            }
        }
        Ok(false)
    }

    /// Waits until `deadline` for the answer, and drops everything else.
    fn await_answer(
        &mut self,
        request: &Request,
        deadline: Instant,
    ) -> Result<Option<Vec<u8>>, DatagramError> {
        let mut wait = Wait::until(deadline);
        loop {
            let received = wait.receive(&self.socket, &mut self.buffer, self.stop)?;
            let Some(Datagram { bytes, from }) = received else {
                return Ok(None);
            };
            if !self.socket.is_peer(from) {
                self.tally.stranger(from);
                continue;
            }
            match request.judge(bytes) {
                Verdict::Answer(text) => return Ok(Some(text.to_vec())),
                verdict => self.tally.drop(verdict),
            }
        }
    }
    // ANCHOR_END: ask

    /// How many addresses take turns: all, while it is not known which of them
    /// answers. A round is one try for the network, which is waited for twice as
    /// long the next time (UB-19 leaves 20 s for all of them).
    fn addresses(&self) -> u32 {
        match self.tally.answered {
            0 => u32::try_from(self.others.len() + 1).unwrap_or(u32::MAX),
            _ => 1,
        }
    }

    /// Goes on to the next address of the server's name, and after the last one
    /// to the first again: an answer may have been lost. Who has answered once
    /// is asked for ever.
    fn next_address(&mut self) {
        if self.tally.answered == 0
            && let Some(next) = self.others.pop_front()
        {
            self.others.push_back(mem::replace(&mut self.socket, next));
        }
    }

    /// The same after an error, such as that nobody listens there. `false` if
    /// every address had one, or somebody was there before.
    pub(crate) fn try_next_address(&mut self) -> bool {
        self.unreachable += 1;
        let any = self.tally.answered == 0 && self.unreachable <= self.others.len();
        if any {
            self.next_address();
        }
        any
    }

    /// Why there is no use in going on.
    pub(crate) fn unreachable(&self, error: &DatagramError) -> Failure {
        let peer = self
            .socket
            .peer()
            .map_or_else(String::new, |peer| peer.to_string());
        let failure = Failure::new(format_args!("cannot reach {peer}"), error);
        match error {
            DatagramError::Refused => {
                failure.next_step("start the server first: cargo run --bin udp-basics-server")
            }
            _ => failure,
        }
    }
}
