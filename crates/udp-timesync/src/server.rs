//! The server: tells the time, in either form.
//!
//! Anybody may ask, and anybody may write somebody else's address on the
//! question. So no answer has more than 512 bytes, and nobody gets more than so
//! many a second.

use std::{
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use common::{
    escape::{escape, escape_bytes},
    exit::{Failure, tell},
    net::{Datagram, DatagramBuffer, DatagramError, DatagramSocket, LARGEST_DATAGRAM},
    output::Output,
    serve::serve_each,
    stop::Stop,
};
use jiff::{Timestamp as Moment, Zoned, tz::TimeZone};

use crate::{
    clock::Clock,
    more::limit::Limiter,
    protocol::{self, Request},
    sntp::{Nanos, Packet, Timestamp},
};

pub use crate::more::totals::Totals;

/// How to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// The time that is told.
    pub clock: Clock,
    /// Where it is told, in form A.
    pub zone: TimeZone,
    /// What is said about the clock, in form B.
    pub stratum: u8,
    /// Answer every question of form B with this kiss of death.
    pub kiss: Option<[u8; 4]>,
    /// Most answers in a second to one address; `None` for no limit.
    pub rate_limit: Option<u32>,
    /// Whether that is also for loopback addresses.
    pub limit_loopback: bool,
    /// Whether questions are not printed.
    pub quiet: bool,
}

/// Serves until `stop`, and gives `stop` itself when it ends for another reason.
/// No datagram ends it.
///
/// # Errors
///
/// [`Failure`] when the output cannot be written, or a socket cannot be served
/// for want of threads or descriptors.
pub fn run(
    sockets: &[DatagramSocket],
    options: &Options,
    output: &Output,
    stop: &Stop,
) -> Result<Totals, Failure> {
    let server = Server {
        options,
        limiter: options.rate_limit.map(Limiter::new).map(Mutex::new),
        output,
        stop,
    };
    serve_each(sockets, stop, |socket| server.serve(socket))
}

/// What all sockets share.
struct Server<'a> {
    options: &'a Options,
    /// One for all sockets: who asks two of them asks twice.
    limiter: Option<Mutex<Limiter>>,
    output: &'a Output,
    stop: &'a Stop,
}

impl Server<'_> {
    /// One socket, from its first datagram to the end.
    fn serve(&self, socket: &DatagramSocket) -> Result<Totals, Failure> {
        let mut buffer = DatagramBuffer::new(LARGEST_DATAGRAM);
        let mut totals = Totals::default();
        // ANCHOR: serve
        loop {
            match socket.receive(&mut buffer, self.stop) {
                Ok(None) => return Ok(totals),
                Ok(Some(Datagram { bytes, from })) => {
                    // T2, before anything else is done.
                    let received = self.options.clock.now();
                    if self.is_too_often(from) {
                        totals.silenced += 1;
                    } else {
                        self.answer(socket, bytes, from, received, &mut totals)?;
                    }
                }
                // A client left before its answer came. Not this socket's end.
                Err(DatagramError::Refused) => totals.undelivered += 1,
                Err(error) => {
                    tell("warning", &format_args!("cannot receive: {error}"));
                    self.stop.back_off();
                }
            }
        }
        // ANCHOR_END: serve
    }

    // ANCHOR: answer
    /// Answers one datagram that came at `received`, by our clock.
    fn answer(
        &self,
        socket: &DatagramSocket,
        bytes: &[u8],
        from: SocketAddr,
        received: Nanos,
        totals: &mut Totals,
    ) -> Result<(), Failure> {
        let sent = match Request::parse(bytes) {
            Request::Sntp(question) => {
                totals.sntp += 1;
                let receive = Timestamp::at(received);
                // T3, after everything else is done. A clock that was set back
                // meanwhile must not answer before it was asked.
                let transmit = Timestamp::at(self.options.clock.now().max(received));
                let answer = match self.options.kiss {
                    None => question.answer(self.options.stratum, receive, transmit),
                    Some(code) => question.kiss(code, transmit),
                };
                let sent = socket.send_to(&answer.emit(), from);
                if !self.options.quiet {
                    let Packet { version, .. } = question;
                    let shown = format_args!("{from}: SNTP version {version}");
                    self.output.line(shown)?;
                }
                sent
            }
            Request::Text(format) => {
                totals.text += 1;
                let answer = protocol::answer(format, &self.local_time(received));
                let sent = socket.send_to(answer.as_bytes(), from);
                if !self.options.quiet {
                    // Of one that is too long, no more than of one that is not.
                    let format = &format[..format.len().min(protocol::FORMAT)];
                    let (format, answer) = (escape_bytes(format), escape(&answer));
                    let shown = format_args!("{from}: {format} -> {answer}");
                    self.output.line(shown)?;
                }
                sent
            }
        };
        if let Err(error) = sent {
            totals.undelivered += 1;
            tell("warning", &format_args!("cannot answer {from}: {error}"));
        }
        Ok(())
    }
    // ANCHOR_END: answer

    /// The same moment as people here write it.
    fn local_time(&self, nanos: Nanos) -> Zoned {
        // Out of range are only years that have more than four digits.
        let moment = Moment::from_nanosecond(nanos).unwrap_or_default();
        moment.to_zoned(self.options.zone.clone())
    }

    fn is_too_often(&self, from: SocketAddr) -> bool {
        let Some(limiter) = &self.limiter else {
            return false;
        };
        if from.ip().is_loopback() && !self.options.limit_loopback {
            return false;
        }
        let mut limiter = limiter.lock().unwrap_or_else(PoisonError::into_inner);
        !limiter.allows(from.ip(), Instant::now())
    }
}
