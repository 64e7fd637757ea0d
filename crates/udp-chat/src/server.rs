//! The server: the real network around the [`Room`].
//!
//! One thread has the room to itself, so there is nothing to lock. It takes
//! what has come, sends what is due, and waits for whichever comes first: a
//! datagram, the time to send something again, or the stop.

use std::{
    io, thread,
    time::{Duration, Instant},
};

use common::{
    exit::{Failure, reason, tell},
    net::{
        Datagram, DatagramBuffer, DatagramError, DatagramSocket, DatagramSockets, LARGEST_DATAGRAM,
    },
    output::{Output, OutputError},
    stop::Stop,
};

pub use crate::more::totals::Totals;
use crate::room::{Effects, News, Peer, Room, Rules};

/// Memory for what comes while others have the processor: a thousand
/// acknowledgements in 10 ms. Usually a socket loses all but some 270.
const RECEIVED: usize = 4 << 20;

/// Datagrams sent in one turn, before a look at what has come to them.
pub(crate) const SENT: usize = 32;

/// Datagrams taken in one turn, so that a flood keeps nobody from being sent to.
pub(crate) const TAKEN: usize = 256;

/// Pause after a failed receive; a [`Stop::back_off`] that the stop does not end.
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
    let mut room = Room::new(options.rules, secret, Instant::now());
    let mut buffer = DatagramBuffer::new(LARGEST_DATAGRAM);
    // With less it is slower, and no less right.
    (sockets.iter()).for_each(|socket| drop(socket.set_receive_buffer(RECEIVED)));
    let mut out = Out {
        sockets: DatagramSockets::new(sockets).map_err(|error| cannot_serve(&error))?,
        output,
        printed: Ok(()),
    };
    let mut until = None;
    // ANCHOR: serve
    while out.printed.is_ok() {
        let more = turn(&mut room, &mut buffer, &mut out);
        let now = Instant::now();
        if stop.is_set() {
            let until = *until.get_or_insert(now + options.grace);
            room.close();
            if room.is_settled(now) || until <= now {
                break;
            }
        }
        let wake = room.next_wake().into_iter().chain(until).min();
        if !more && wake.is_none_or(|wake| wake > now) {
            // Once it is given, the stop would wake us for ever.
            let stop = until.is_none().then_some(stop);
            let waited = out.sockets.wait(wake, stop);
            waited.map_err(|error| cannot_serve(&error))?;
        }
    }
    // ANCHOR_END: serve
    let totals = room.end(&mut out);
    out.printed?;
    Ok(totals)
}

/// Takes and sends, so much and no more. Whether more may have come.
pub(crate) fn turn(room: &mut Room, buffer: &mut DatagramBuffer, out: &mut Out<'_>) -> bool {
    let more = take(room, buffer, out);
    room.transmit(Instant::now(), SENT, out);
    more
}

/// Takes what has come, but not without an end: there is something to send as
/// well. Whether more may be there.
fn take(room: &mut Room, buffer: &mut DatagramBuffer, out: &mut Out<'_>) -> bool {
    for _ in 0..TAKEN {
        match out.sockets.take(buffer) {
            Ok(None) => return false,
            Ok(Some((socket, Datagram { bytes, from }))) => {
                let address = from;
                room.receive(Peer { socket, address }, bytes, Instant::now(), out);
            }
            // A member is gone, which its silence will show, or a datagram was
            // larger than UDP can carry. Not this socket's end.
            Err(DatagramError::Refused | DatagramError::TooLarge { .. }) => {}
            Err(error) => {
                tell("warning", &format_args!("cannot receive: {error}"));
                thread::sleep(BACK_OFF);
                return false;
            }
        }
    }
    true
}

/// What the room does, done.
pub(crate) struct Out<'a> {
    pub(crate) sockets: DatagramSockets,
    pub(crate) output: &'a Output,
    pub(crate) printed: Result<(), OutputError>,
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
            self.printed = self.output.line(news);
        }
    }
}

fn cannot_serve(error: &io::Error) -> Failure {
    Failure::new("cannot serve", reason(error))
}
