//! The client: keyboard and network at once.
//!
//! Nobody can wait for a key and for a datagram in one call everywhere. So one
//! thread waits for the keyboard and one for the network; each puts what it gets
//! into a channel, and `select!` waits for both, for the clock and for the stop.

use std::{
    fmt, thread,
    time::{Duration, Instant},
};

use common::{
    exit::{Failure, reason},
    input::Line,
    net::{DatagramError, DatagramSocket},
    stop::Stop,
};
use crossbeam_channel::{Receiver, RecvError, bounded, never, select};

use crate::{
    more::{
        split,
        verdict::{unreachable, verdict},
    },
    network::{Arrived, Ended, Out, listen},
    session::{Effects as _, End, Patience, Session},
};
pub use crate::{network::Show, session::News};

/// Who types this alone leaves.
pub const LEAVE: &str = "q";

/// Datagrams between the thread of the network and this one. More would only
/// wait here instead of in the socket.
const BETWEEN: usize = 64;

/// After Ctrl-C, how long to wait for the acknowledgement of what was said.
const AFTER_STOP: Duration = Duration::from_millis(200);

/// Without an answer for so long, the next address of the server's name is
/// tried.
const NEXT_ADDRESS: Duration = Duration::from_secs(2);

/// How to talk.
#[derive(Debug, Clone)]
pub struct Options {
    /// The name to join with.
    pub name: String,
    /// How long to wait.
    pub patience: Patience,
}

/// Joins over the first of `sockets` that answers, says every line of `input`,
/// shows what others say, and leaves at the end of input, at a line that is
/// [`LEAVE`], or at the stop.
///
/// # Errors
///
/// [`Failure`] when the server does not let us in or falls silent, something
/// cannot be said, or the output cannot be written.
pub fn run(
    sockets: &[DatagramSocket],
    input: &Receiver<Line>,
    options: &Options,
    show: &mut dyn Show,
    stop: &Stop,
) -> Result<(), Failure> {
    let mut others = sockets.len();
    for socket in sockets {
        others -= 1;
        let mut talk = Talk {
            session: Session::new(&options.name, options.patience, Instant::now()),
            input,
            lines: 0,
            failure: None,
            stop,
            out: Out {
                socket,
                sent: Ok(()),
                show: &mut *show,
                shown: Ok(()),
            },
        };
        if let Some(end) = talk.run(others > 0)? {
            return talk.verdict(end);
        }
    }
    Err(Failure::usage("--connect", "there is no such address"))
}

/// A client at work.
pub(crate) struct Talk<'a> {
    pub(crate) session: Session,
    pub(crate) input: &'a Receiver<Line>,
    /// Lines read.
    pub(crate) lines: u64,
    /// What went wrong, although the session goes on to its end.
    pub(crate) failure: Option<Failure>,
    pub(crate) stop: &'a Stop,
    pub(crate) out: Out<'a>,
}

impl Talk<'_> {
    /// The whole session; `None` if nobody answers here and there are other
    /// addresses to try.
    fn run(&mut self, others: bool) -> Ended {
        let (sender, network) = bounded(BETWEEN);
        let (socket, end) = (self.out.socket, Stop::new());
        thread::scope(|scope| {
            let thread = thread::Builder::new().name("network".to_owned());
            let started = thread.spawn_scoped(scope, || listen(socket, &sender, &end));
            let ended = match started {
                Ok(_) => self.talk(&network, others),
                Err(error) => Err(Failure::new("cannot listen", reason(&error))),
            };
            end.trigger();
            // The thread may be waiting for room in the channel.
            drop(network);
            ended
        })
    }

    // ANCHOR: talk
    pub(crate) fn talk(&mut self, network: &Receiver<Arrived>, others: bool) -> Ended {
        let began = Instant::now();
        let mut stop = self.stop.channel().clone();
        let no_input = never();
        loop {
            self.session.transmit(Instant::now(), &mut self.out);
            if let Some(end) = self.session.end() {
                return Ok(Some(end));
            }
            let is_new = others && !self.session.was_answered();
            if is_new && began.elapsed() >= NEXT_ADDRESS {
                return Ok(None);
            }
            let input = if self.session.takes_more() {
                self.input
            } else {
                &no_input
            };
            let wake = self.session.next_wake();
            select! {
                recv(network) -> arrived => self.out.sent = self.arrived(arrived),
                recv(input) -> line => self.say(line.ok()),
                recv(stop) -> _ => {
                    stop = never();
                    self.leave_within(AFTER_STOP);
                }
                default(wake.saturating_duration_since(Instant::now())) => {}
            }
            match std::mem::replace(&mut self.out.sent, Ok(())) {
                Err(_) if is_new => return Ok(None),
                Err(DatagramError::Io(_)) if self.session.was_answered() => {} // it comes again
                Err(error) => return self.unreachable(&error).map(Some),
                Ok(()) => {}
            }
            if self.out.shown.is_err() {
                self.leave_within(Duration::ZERO);
            }
        }
    }
    // ANCHOR_END: talk

    fn arrived(&mut self, arrived: Result<Arrived, RecvError>) -> Result<(), DatagramError> {
        // The thread lives as long as its channel is open.
        let Ok(arrived) = arrived else { return Ok(()) };
        let now = Instant::now();
        self.session.receive(&arrived?, now, &mut self.out);
        Ok(())
    }

    /// Says a line; none is the end of input.
    fn say(&mut self, line: Option<Line>) {
        let now = Instant::now();
        self.lines += 1;
        let number = self.lines;
        let unusable =
            |why: &dyn fmt::Display| Failure::new(format_args!("cannot say line {number}"), why);
        let line = match line {
            None => return self.session.leave(None, now),
            Some(Err(error)) => Err(unusable(&error)),
            Some(Ok(bytes)) => String::from_utf8(bytes).map_err(|error| {
                let at = error.utf8_error().valid_up_to();
                unusable(&format_args!("it is not UTF-8 at byte {at}"))
            }),
        };
        match line {
            Ok(line) if line == LEAVE => self.session.leave(None, now),
            Ok(line) => {
                let count = split::pieces(&line)
                    .map(|piece| self.session.say(piece, now))
                    .count();
                if count > 1 {
                    self.out.show(split::news(number, &line, count));
                }
            }
            Err(failure) => {
                self.failure = Some(failure);
                self.session.leave(None, now);
            }
        }
    }

    fn leave_within(&mut self, limit: Duration) {
        let now = Instant::now();
        self.session.leave(Some(now + limit), now);
    }

    /// Nobody listens there any more. Whoever was leaving has left.
    fn unreachable(&self, error: &DatagramError) -> Result<End, Failure> {
        match self.session.is_leaving() {
            true => Ok(End::Left),
            false => Err(unreachable(&self.server(), error)),
        }
    }

    fn verdict(self, end: End) -> Result<(), Failure> {
        let server = self.server();
        self.out.shown?;
        if self.stop.is_set() {
            return Err(match self.session.unsaid() {
                0 => Failure::stopped("you have left"),
                unsaid => Failure::stopped(format_args!("messages not acknowledged: {unsaid}")),
            });
        }
        self.failure.map_or_else(|| verdict(end, &server), Err)
    }

    fn server(&self) -> String {
        let peer = self.out.socket.peer();
        peer.map_or_else(String::new, |peer| peer.to_string())
    }
}
