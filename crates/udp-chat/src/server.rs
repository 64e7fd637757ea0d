//! The server: the real network around the [`Room`].
//!
//! One thread has the room to itself, so there is nothing to lock. It takes
//! what has come, sends what is due, and waits for whichever comes first: a
//! datagram, the time to send something again, or the stop.

use std::{
    fmt, io,
    time::{Duration, Instant},
};

use common::{
    escape::escape,
    exit::{Failure, reason, tell},
    net::{DatagramBuffer, DatagramError, DatagramSocket, DatagramSockets, LARGEST_DATAGRAM},
    output::{Output, OutputError},
    stop::Stop,
};

pub use crate::more::totals::Totals;
use crate::{
    protocol::Change,
    room::{Effects, News, Peer, Room, Rules},
};

/// Datagrams taken, and then sent, in one turn. A socket holds about 256 small
/// ones and loses the rest: who sent to 500 members first and looked for their
/// acknowledgements then, would find half of them gone.
const TURN: usize = 64;

/// Pause after a receive that failed for want of memory or a network.
const BACK_OFF: Duration = Duration::from_millis(100);

/// How to serve.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What the room allows.
    pub rules: Rules,
    /// How long to go on after the stop, for members that have not acknowledged
    /// everything yet.
    pub grace: Duration,
}

/// Serves until `stop`. No datagram ends it (UC-12).
///
/// # Errors
///
/// [`Failure`] when the output cannot be written, or there is no randomness to
/// make a secret of.
pub fn run(
    sockets: Vec<DatagramSocket>,
    options: &Options,
    output: &Output,
    stop: &Stop,
) -> Result<Totals, Failure> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| Failure::new("cannot make a secret", error))?;
    let mut sockets = DatagramSockets::new(sockets).map_err(|error| cannot_serve(&error))?;
    let mut room = Room::new(options.rules, secret, Instant::now());
    let mut buffer = DatagramBuffer::new(LARGEST_DATAGRAM);
    let mut printed = Ok(());
    let mut grace = None;
    // ANCHOR: serve
    while printed.is_ok() {
        let more = take(&mut sockets, &mut buffer, &mut room, output, &mut printed);
        let now = Instant::now();
        let mut out = Out {
            sockets: &sockets,
            output,
            printed: &mut printed,
        };
        room.transmit(now, TURN, &mut out);
        if stop.is_set() {
            let until = *grace.get_or_insert(now + options.grace);
            room.close();
            if room.is_settled(now) || until <= now {
                break;
            }
        }
        let wake = room.next_wake();
        if !more && wake.is_none_or(|wake| wake > now) {
            wait(&sockets, wake, grace, stop)?;
        }
    }
    // ANCHOR_END: serve
    let mut out = Out {
        sockets: &sockets,
        output,
        printed: &mut printed,
    };
    let totals = room.end(&mut out);
    printed?;
    Ok(totals)
}

/// Takes what has come, but not without an end: there is something to send as
/// well. Whether more may be there.
fn take(
    sockets: &mut DatagramSockets,
    buffer: &mut DatagramBuffer,
    room: &mut Room,
    output: &Output,
    printed: &mut Result<(), OutputError>,
) -> bool {
    for _ in 0..TURN {
        match sockets.take(buffer) {
            Ok(None) => return false,
            Ok(Some((socket, datagram))) => {
                let from = Peer {
                    socket,
                    address: datagram.from,
                };
                let mut out = Out {
                    sockets,
                    output,
                    printed,
                };
                room.receive(from, datagram.bytes, Instant::now(), &mut out);
            }
            // A member is gone, which its silence will show, or a datagram was
            // larger than UDP can carry. Not this socket's end.
            Err(DatagramError::Refused | DatagramError::TooLarge { .. }) => {}
            Err(error) => {
                tell("warning", &format_args!("cannot receive: {error}"));
                std::thread::sleep(BACK_OFF);
                return false;
            }
        }
    }
    true
}

/// Waits for a datagram, until `wake`, or for the stop.
fn wait(
    sockets: &DatagramSockets,
    wake: Option<Instant>,
    grace: Option<Instant>,
    stop: &Stop,
) -> Result<(), Failure> {
    // After the stop its alarm rings for ever, and would let nobody sleep.
    let quiet = Stop::new();
    let stop = if grace.is_some() { &quiet } else { stop };
    let deadline = wake.into_iter().chain(grace).min();
    sockets
        .wait(deadline, stop)
        .map_err(|error| cannot_serve(&error))
}

/// What the room does, done.
struct Out<'a> {
    sockets: &'a DatagramSockets,
    output: &'a Output,
    printed: &'a mut Result<(), OutputError>,
}

impl Effects for Out<'_> {
    fn send(&mut self, to: Peer, datagram: &str) {
        if let Some(socket) = self.sockets.get(to.socket) {
            // What cannot be sent is lost, and what is lost is sent again.
            let _ = socket.send_to(datagram.as_bytes(), to.address);
        }
    }

    fn show(&mut self, news: News<'_>) {
        if self.printed.is_ok() {
            *self.printed = self.output.line(news);
        }
    }
}

impl fmt::Display for News<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            News::Said { from, name, text } => {
                write!(f, "{} {}: {}", from.address, escape(name), escape(text))
            }
            News::Changed {
                change,
                from,
                name,
                count,
            } => {
                let name = escape(name);
                let was = if *change == Change::Lost { "was " } else { "" };
                let address = from.address;
                write!(f, "{address} {name} {was}{change}, {count} here")
            }
        }
    }
}

fn cannot_serve(error: &io::Error) -> Failure {
    Failure::new("cannot serve", reason(error))
}
