//! A conversation with a client under check: the judge is its server.

mod printed;
mod wrong;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::super::datagram::judges_address;
use super::super::ends;
use crate::bench::Bench;
use crate::causes::*;
use crate::limits::{CLIENT, RESEND};
use crate::peer::{Came, Datagrams};
use crate::subject::Subject;
use crate::verdict::{Cause, Failure, Side};
pub(super) use printed::rows;

/// A client, the judge's socket, and what came there. Lines count from 1.
pub(super) struct Talk {
    pub(super) judge: Datagrams,
    pub(super) client: Subject,
    lines: Vec<String>,
    /// How often the request of each line came.
    came: Vec<usize>,
    from: Option<SocketAddr>,
    /// How long the client may take to begin.
    start: Duration,
}

impl Talk {
    /// Starts the client and gives it `lines` on standard input, and its end.
    pub(super) fn start(bench: &mut Bench<'_>, lines: &[String]) -> Result<Self, Failure> {
        let mut judge = bench.datagram_judge()?;
        let address = judges_address(&judge)?;
        let client = start_client(bench, address, lines)?;
        judge.watch(client.output());
        Ok(Self {
            judge,
            client,
            lines: lines.to_vec(),
            came: vec![0; lines.len()],
            from: None,
            start: bench.start_timeout(),
        })
    }

    fn line(&self, number: usize) -> &str {
        &self.lines[number - 1]
    }

    /// The request that is due for a line.
    pub(super) fn request_of(&self, number: usize) -> Vec<u8> {
        request(number, self.line(number))
    }

    /// How often the request of a line has come.
    pub(super) fn count(&self, number: usize) -> usize {
        self.came[number - 1]
    }

    /// Waits for the request of a line, unless it has come already.
    pub(super) fn request(&mut self, number: usize) -> Result<(), Failure> {
        let limit = match self.from {
            None => self.start,
            Some(_) => CLIENT,
        };
        let deadline = Instant::now() + limit;
        while self.count(number) == 0 {
            if !self.next(number, deadline)? {
                return Err(self.nothing_came(number, limit));
            }
        }
        Ok(())
    }

    /// Waits until the request of a line comes once more, which a client sends
    /// that is still waiting for its answer.
    ///
    /// # Errors
    /// With `cause` when it does not come.
    pub(super) fn again(&mut self, number: usize, cause: Cause) -> Result<(), Failure> {
        let before = self.count(number);
        let deadline = Instant::now() + RESEND;
        while self.count(number) == before {
            if !self.next(number, deadline)? {
                let got = match self.client.exited() {
                    Some(exit) => format!("it ended with {exit}"),
                    None => format!("it did not within {} s", RESEND.as_secs()),
                };
                return Err(Failure::of(
                    cause,
                    Side::bytes(self.request_of(number), "once more from the client"),
                    Side::words(got),
                ));
            }
        }
        Ok(())
    }

    /// Takes in whatever comes until `deadline`.
    ///
    /// # Errors
    /// When something comes that is no request.
    pub(super) fn listen_until(&mut self, deadline: Instant) -> Result<(), Failure> {
        while self.next(1, deadline)? {}
        Ok(())
    }

    /// Takes in one datagram; false when none came until `deadline`. Any other
    /// than a request of these lines is wrong, and compared with that of
    /// `number`, which is waited for.
    fn next(&mut self, number: usize, deadline: Instant) -> Result<bool, Failure> {
        let left = deadline.saturating_duration_since(Instant::now());
        let bytes = match self.judge.receive(left) {
            Came::Datagram(bytes) => bytes,
            Came::Nothing => return Ok(false),
            // An answer has not reached the client, which may be gone.
            Came::Refused => return Ok(true),
        };
        self.from = self.judge.from();
        if let Some(from) = self.from {
            self.judge.aim(from, self.client.output());
        }
        let known = (1..=self.lines.len()).find(|&known| bytes == self.request_of(known));
        match known {
            Some(known) => self.came[known - 1] += 1,
            None => return Err(self.wrong_request(number, bytes)),
        }
        Ok(true)
    }

    /// Answers the request of a line as a server does.
    pub(super) fn answer(&mut self, number: usize) {
        let request = self.request_of(number);
        self.judge.send(&request);
    }

    /// Waits for the request of each line from `first` on, and answers it.
    pub(super) fn answer_all(&mut self, first: usize) -> Result<(), Failure> {
        for number in first..=self.lines.len() {
            self.request(number)?;
            self.answer(number);
        }
        Ok(())
    }

    /// Proves that the client ends by itself with code 0.
    pub(super) fn succeeds(&self) -> Result<(), Failure> {
        ends::succeeds(&self.client, CLIENT, NEVER_LEAVES)
    }
}

/// The request for a line.
pub(super) fn request(number: usize, line: &str) -> Vec<u8> {
    format!("{number} {line}").into_bytes()
}

/// Starts a client that is told `address`, with `lines` for its input.
pub(super) fn start_client(
    bench: &mut Bench<'_>,
    address: SocketAddr,
    lines: &[String],
) -> Result<Subject, Failure> {
    let mut client = bench.start(address)?;
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    bench.feed(&client, input.as_bytes());
    client.end_input();
    Ok(client)
}
