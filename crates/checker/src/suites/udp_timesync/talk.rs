//! A conversation with a client under check: the judge is its server.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::calendar::since_1970;
use super::packet::{Packet, timestamp};
use crate::bench::{Bench, end_at_start};
use crate::causes::*;
use crate::limits::{CLIENT, RESEND};
use crate::peer::{Came, Datagrams};
use crate::subject::Subject;
use crate::suites::datagram::judges_address;
use crate::suites::ends::{ends_within, is_success};
use crate::suites::printed::find;
use crate::verdict::{Cause, Failure, Side};

/// What makes a client ask in SNTP.
pub(super) const SNTP: &str = "sntp";

/// A client, and the judge's socket.
pub(super) struct Talk {
    pub(super) judge: Datagrams,
    pub(super) client: Subject,
    /// When it was started.
    pub(super) started: Instant,
    /// How long it may take to begin.
    patience: Duration,
    /// How often it has asked.
    pub(super) asked: usize,
    /// By when it must have ended: its time runs from the answer.
    until: Option<Instant>,
    /// What it asks for.
    format: String,
}

/// A request that came.
pub(super) struct Request {
    pub(super) bytes: Vec<u8>,
    pub(super) from: SocketAddr,
    /// When it had come, in seconds since 1970, and since then.
    pub(super) unix: f64,
    pub(super) at: Instant,
}

impl Request {
    /// Its transmit timestamp, if it is in SNTP.
    pub(super) fn nonce(&self) -> u64 {
        Packet::parse(&self.bytes).map_or(0, |packet| packet.transmit)
    }

    /// The reply of a server whose clock is `ahead` by so many seconds.
    pub(super) fn reply(&self, ahead: f64) -> Packet {
        let version = Packet::parse(&self.bytes).map_or(4, |packet| packet.version);
        Packet::reply(version, self.nonce(), timestamp(self.unix + ahead))
    }
}

impl Talk {
    /// Starts a client that is told to ask for `format`.
    pub(super) fn start(bench: &mut Bench<'_>, format: &str) -> Result<Self, Failure> {
        let mut judge = bench.datagram_judge()?;
        let address = judges_address(&judge)?;
        let started = Instant::now();
        let client = start_client(bench, address, format)?;
        judge.watch(client.output());
        Ok(Self {
            judge,
            client,
            started,
            patience: bench.start_timeout(),
            asked: 0,
            until: None,
            format: format.to_owned(),
        })
    }

    /// Waits for the next request, whatever it is.
    ///
    /// # Errors
    /// With `missing` when it does not come.
    fn next(&mut self, limit: Duration, missing: Cause) -> Result<Request, Failure> {
        match self.next_within(limit) {
            Some(request) => Ok(request),
            None => {
                let got = match self.client.exited() {
                    Some(exit) => format!("it ended with {exit}"),
                    None => format!("it did not within {} s", limit.as_secs()),
                };
                let wanted = match (self.format.as_str(), self.asked) {
                    (SNTP, 0) => Side::words("48 bytes in SNTP from the client"),
                    (SNTP, _) => Side::words("another 48 bytes in SNTP from the client"),
                    (format, 0) => Side::bytes(format, "from the client"),
                    (format, _) => Side::bytes(format, "once more from the client"),
                };
                Err(Failure::of(missing, wanted, Side::words(got)))
            }
        }
    }

    /// The next request, if one comes within `limit`.
    pub(super) fn next_within(&mut self, limit: Duration) -> Option<Request> {
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let bytes = match self.judge.receive(left) {
                Came::Datagram(bytes) => bytes,
                // An answer has found nobody, as late ones do.
                Came::Refused => continue,
                Came::Nothing => return None,
            };
            let (at, unix) = both_clocks();
            let Some(from) = self.judge.from() else {
                continue;
            };
            self.asked += 1;
            self.judge.aim(from, self.client.output());
            return Some(Request {
                bytes,
                from,
                unix,
                at,
            });
        }
    }

    /// Waits for the first request, or the next after an answer.
    pub(super) fn request(&mut self) -> Result<Request, Failure> {
        let (limit, missing) = match (self.asked, self.client.exited()) {
            (0, Some(exit)) => (self.patience, end_at_start(exit)),
            (0, None) => (self.patience, NEVER_SENDS),
            _ => (CLIENT, NEVER_SENDS_AGAIN),
        };
        let request = self.next(limit, missing);
        let request = request.map_err(|failure| match self.client.exited() {
            // It ended while it was waited for.
            Some(exit) if self.asked == 0 => failure.blame(end_at_start(exit)),
            _ => failure,
        })?;
        self.is_right(&request)?;
        Ok(request)
    }

    /// Waits for another request, which a client sends that still has no answer.
    ///
    /// # Errors
    /// With `cause` when it does not come.
    pub(super) fn again(&mut self, cause: Cause) -> Result<Request, Failure> {
        let request = self.next(RESEND, cause)?;
        self.is_right(&request)?;
        Ok(request)
    }

    /// Whether it is a request at all: the format, or 48 bytes in mode 3.
    fn is_right(&self, request: &Request) -> Result<(), Failure> {
        match self.format.as_str() {
            SNTP => super::request::is_sntp(&request.bytes),
            format => super::request::is_format(&request.bytes, format),
        }
    }

    /// Sends an answer to whoever has asked last.
    pub(super) fn answer(&mut self, bytes: &[u8]) {
        self.judge.send(bytes);
    }

    /// Sends everything that `answers` makes of a request, while the client waits for
    /// an answer to it.
    ///
    /// # Returns
    /// That request. A busy machine may let the client ask again before all of it
    /// is sent, and then it is made anew.
    pub(super) fn bombard(
        &mut self,
        mut request: Request,
        answers: impl Fn(&Request) -> Vec<Vec<u8>>,
    ) -> Request {
        loop {
            for bytes in answers(&request) {
                self.answer(&bytes);
            }
            match self.next_within(Duration::ZERO) {
                Some(newer) if self.asked <= MANY => request = newer,
                _ => return request,
            }
        }
    }

    /// Answers every request from now on, until the client ends or has had its time
    /// for that. A busy machine may let it ask again although the answer is on its way.
    pub(super) fn answer_all(&mut self, mut answer: impl FnMut(&Request) -> Vec<u8>) {
        self.until = Some(Instant::now() + CLIENT);
        while let Some(request) = self.next_within(self.time_to_leave()) {
            let bytes = answer(&request);
            self.answer(&bytes);
            if self.asked > MANY {
                return;
            }
        }
    }

    /// Answers this request, and every other until the client ends.
    pub(super) fn settle(&mut self, request: &Request, answer: impl Fn(&Request) -> Vec<u8>) {
        let bytes = answer(request);
        self.answer(&bytes);
        self.answer_all(answer);
    }

    /// Proves that the client has ended with code 0, in time.
    pub(super) fn succeeds(&self) -> Result<(), Failure> {
        let left = self.time_to_leave();
        is_success(ends_within(&self.client, left, CLIENT, NEVER_LEAVES)?)
    }

    fn time_to_leave(&self) -> Duration {
        let until = self.until.unwrap_or_else(|| Instant::now() + CLIENT);
        until.saturating_duration_since(Instant::now())
    }

    /// Everything on standard output when the client has ended, or after a while.
    pub(super) fn stdout(&self) -> Vec<u8> {
        let output = self.client.output();
        output.wait(CLIENT, |state| state.is_over().then_some(()));
        output.stdout()
    }

    /// Proves that `text` is on standard output, and that the client has ended
    /// with code 0.
    pub(super) fn printed(&self, text: &str, missing: Cause) -> Result<(), Failure> {
        let output = self.client.output();
        let is_there = |stdout: &[u8]| find(stdout, text.as_bytes()).is_some();
        output.wait(CLIENT, |state| {
            (state.is_over() || is_there(state.stdout.bytes())).then_some(())
        });
        let stdout = output.stdout();
        if !is_there(&stdout) {
            return Err(Failure::of(
                missing,
                Side::printed(text),
                Side::printed(stdout),
            ));
        }
        self.succeeds()
    }

    /// Proves that `forged` is not on standard output.
    pub(super) fn not_printed(&self, forged: &str, cause: Cause) -> Result<(), Failure> {
        let stdout = self.stdout();
        match find(&stdout, forged.as_bytes()) {
            None => Ok(()),
            Some(_) => Err(Failure::of(
                cause,
                Side::words(format!("nothing of {forged}")),
                Side::printed(stdout),
            )),
        }
    }
}

/// One moment by both clocks: looked at again if something came in between.
fn both_clocks() -> (Instant, f64) {
    loop {
        let at = Instant::now();
        let unix = since_1970().as_secs_f64();
        if at.elapsed() < Duration::from_millis(1) {
            return (at, unix);
        }
    }
}

/// More requests than any client sends in a check.
const MANY: usize = 64;

/// Starts a client that is told an address and a format.
pub(super) fn start_client(
    bench: &mut Bench<'_>,
    address: SocketAddr,
    format: &str,
) -> Result<Subject, Failure> {
    bench.tell("format", format);
    let mut client = bench.start(address)?;
    // It asks on its own; nobody types anything.
    client.end_input();
    Ok(client)
}
