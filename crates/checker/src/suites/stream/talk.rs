//! A conversation with a client under check: the judge is its server.

mod answers;
mod printed;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::super::ends;
use super::lf;
use crate::bench::Bench;
use crate::causes::*;
use crate::limits::{CLIENT, STALLED};
use crate::peer::Stream;
use crate::speech::Speech;
use crate::subject::{Exit, Subject};
use crate::verdict::{Cause, Failure, Side};
use printed::Answer;

/// A client, its connection, and what it was answered.
pub(in crate::suites) struct Talk {
    pub(in crate::suites) stream: Stream,
    pub(in crate::suites) client: Subject,
    speech: Speech,
    input: Input,
    received: Vec<String>,
    answers: Vec<Answer>,
}

/// When the client's input ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::suites) enum Input {
    /// At once, after the lines it was given.
    Ended,
    /// In [`Talk::finish`], so that a client which leaves at the end of its input
    /// is judged by what it does before. One that waits for the end before it
    /// begins is given it.
    EndsLater,
    /// When the check says so.
    Open,
}

impl Talk {
    /// Starts the client, gives it `lines` on standard input and accepts it.
    pub(in crate::suites) fn start(
        bench: &mut Bench<'_>,
        lines: &[String],
        input: Input,
    ) -> Result<Self, Failure> {
        let listener = bench.listen()?;
        Self::start_at(bench, &listener, lines, input)
    }

    /// As [`Talk::start`], but does not greet, also where the server should.
    pub(in crate::suites) fn start_ungreeted(
        bench: &mut Bench<'_>,
        lines: &[String],
        input: Input,
    ) -> Result<Self, Failure> {
        let listener = bench.listen()?;
        Self::begin(bench, &listener, lines, input)
    }

    /// Starts the client at a listener of the check's own.
    pub(in crate::suites) fn start_at(
        bench: &mut Bench<'_>,
        listener: &TcpListener,
        lines: &[String],
        input: Input,
    ) -> Result<Self, Failure> {
        let mut talk = Self::begin(bench, listener, lines, input)?;
        if let Some(greeting) = talk.speech.greeting() {
            // So that one which sends ahead finds no answer in the same read.
            talk.stream.send_and_hold(&greeting);
        }
        Ok(talk)
    }

    fn begin(
        bench: &mut Bench<'_>,
        listener: &TcpListener,
        lines: &[String],
        input: Input,
    ) -> Result<Self, Failure> {
        let broken = |error| Failure::Broken(format!("no address of the judge: {error}"));
        let mut client = bench.start(listener.local_addr().map_err(broken)?)?;
        bench.feed(&client, &as_input(lines));
        let mut stream = None;
        if input == Input::EndsLater {
            stream = bench.accept(listener, &client, STALLED)?;
        }
        if stream.is_none() && input != Input::Open {
            client.end_input();
        }
        let stream = match stream {
            Some(stream) => stream,
            None => bench.accept_in_time(listener, &client)?,
        };
        Ok(Self {
            stream,
            client,
            speech: bench.speech(),
            input,
            received: Vec::new(),
            answers: Vec::new(),
        })
    }

    /// Waits for `line` as the next message. A CR before its LF is allowed.
    pub(in crate::suites) fn receive(&mut self, line: &str) -> Result<(), Failure> {
        let mut got = None;
        if self.input == Input::EndsLater {
            got = self.stream.line(STALLED);
            if got.is_none() {
                self.client.end_input();
            }
        }
        let got = got.or_else(|| self.stream.line(CLIENT));
        let Some(got) = got else {
            return Err(self.nothing_came(line));
        };
        let text = got.strip_suffix(b"\n").unwrap_or(&got);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text == line.as_bytes() {
            self.received.push(line.into());
            return Ok(());
        }
        let cause = if text.starts_with(b"b'") || text.starts_with(b"b\"") {
            PRINTED_BYTES_OBJECT
        } else if line.is_empty() {
            EMPTY_NOT_SENT
        } else if text.starts_with(line.as_bytes()) {
            MISSING_NEWLINE
        } else if text.trim_ascii() == line.trim().as_bytes() {
            TRIMMED
        } else if !line.is_ascii() && text.starts_with(ascii_beginning(line)) {
            NOT_EIGHT_BIT
        } else {
            LINES_MISSING
        };
        Err(self.wrong_line(cause, line, got))
    }

    fn nothing_came(&mut self, line: &str) -> Failure {
        let got = self.stream.waiting();
        let first = self.received.is_empty();
        let cause = if got.starts_with(b"b'") || got.starts_with(b"b\"") {
            PRINTED_BYTES_OBJECT
        } else if !got.is_empty() {
            MISSING_NEWLINE
        } else if line.is_empty() {
            EMPTY_NOT_SENT
        } else if !line.is_ascii() && self.stream.ended() {
            // Who cannot encode a line ends with an error.
            NOT_EIGHT_BIT
        } else if !first {
            LINES_MISSING
        } else if !self.speech.greeting.is_empty() && self.speaks_at_the_end() {
            WAITS_FOR_END
        } else if self.speech.greeting.is_empty() && self.speaks_when_greeted() {
            WAITS_FIRST
        } else {
            NOTHING_SENT
        };
        self.wrong_line(cause, line, got)
    }

    /// The judge has its verdict already; this finds the cause.
    fn speaks_when_greeted(&mut self) -> bool {
        self.stream.send(b"welcome\n");
        self.stream.line(Duration::from_secs(1)).is_some()
    }

    fn speaks_at_the_end(&mut self) -> bool {
        self.stream.half_close();
        self.stream.line(Duration::from_secs(1)).is_some()
    }

    fn wrong_line(&self, cause: Cause, line: &str, got: Vec<u8>) -> Failure {
        let words = match (got.is_empty(), self.stream.ended()) {
            (true, true) => "the end of the connection".into(),
            (true, false) => format!("nothing for {} s", CLIENT.as_secs()),
            (false, true) => "then the end of the connection".into(),
            (false, false) => String::new(),
        };
        Failure::compared(
            cause,
            Vec::new(),
            Side::bytes(lf(line), "from the client"),
            Side::bytes(got, words),
        )
    }

    /// Does at the end what a server does: ends the input, if it is still open,
    /// and when the client has ended its side, ends ours. Goes on early when all
    /// is printed.
    pub(in crate::suites) fn finish(&mut self) {
        self.stream.hold();
        self.client.end_input();
        let until = self.stream.until(CLIENT);
        let step = Duration::from_millis(5);
        while self.stream.wait_end(step).is_none() && Instant::now() < until {
            if self
                .client
                .output()
                .look(|state| self.first_missing(state.stdout.bytes()).is_none())
            {
                break;
            }
        }
        if self.stream.ended() {
            self.stream.half_close();
        }
    }

    /// Proves that the client ends its side, and ends ours.
    pub(in crate::suites) fn end_with_client(&mut self) -> Result<(), Failure> {
        if self.stream.wait_end(CLIENT).is_none() {
            return Err(Failure::words(
                NEVER_LEAVES,
                "the client to end its side of the connection",
                format!("it did not within {} s", CLIENT.as_secs()),
            ));
        }
        self.stream.half_close();
        Ok(())
    }

    /// Whether a whole message is waiting.
    pub(in crate::suites) fn has_line(&self) -> bool {
        self.stream.waiting().contains(&b'\n')
    }

    /// Proves that the client ends by itself and tells how.
    pub(in crate::suites) fn exit(&self, never: Cause) -> Result<Exit, Failure> {
        ends::ends(&self.client, CLIENT, never)
    }

    /// Proves that the client ends by itself with code 0.
    pub(in crate::suites) fn succeeds(&self, never: Cause) -> Result<(), Failure> {
        ends::succeeds(&self.client, CLIENT, never)
    }

    /// Proves that the client ends by itself with another code than 0.
    pub(in crate::suites) fn fails(&self, never: Cause) -> Result<(), Failure> {
        ends::fails(&self.client, CLIENT, never)
    }
}

/// A line up to the first character that is not ASCII.
fn ascii_beginning(line: &str) -> &[u8] {
    let end = line.find(|c: char| !c.is_ascii()).unwrap_or(line.len());
    &line.as_bytes()[..end]
}

/// Lines as the client finds them on its standard input.
pub(in crate::suites) fn as_input(lines: &[String]) -> Vec<u8> {
    lines.iter().flat_map(|line| lf(line)).collect()
}
