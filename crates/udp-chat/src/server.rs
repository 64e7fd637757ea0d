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

/// Memory for what has come while we were busy, or not even running: a server
/// that waits 10 ms for its turn on the processor comes back to a thousand
/// acknowledgements. A socket usually holds some 270 of them and loses the rest;
/// then everything comes again, and whoever is not heard seems not to listen.
const RECEIVED: usize = 4 << 20;

/// Datagrams sent in one turn: who sent to 500 members first and looked for their
/// acknowledgements then, would find half of them gone where the system gives no
/// more memory.
const SENT: usize = 32;

/// Datagrams taken in one turn, so that a flood keeps nobody from being sent to.
const TAKEN: usize = 256;

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
    let mut room = Room::new(options.rules, secret, Instant::now());
    let mut buffer = DatagramBuffer::new(LARGEST_DATAGRAM);
    for socket in &sockets {
        // With less it is slower, and no less right.
        let _ = socket.set_receive_buffer(RECEIVED);
    }
    let mut out = Out {
        sockets: DatagramSockets::new(sockets).map_err(|error| cannot_serve(&error))?,
        output,
        printed: Ok(()),
    };
    let mut until = None;
    // ANCHOR: serve
    while out.printed.is_ok() {
        let (now, more) = turn(&mut room, &mut buffer, &mut out);
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

/// Takes some of what has come and sends some of what is due. When that was, and
/// whether more may have come.
fn turn(room: &mut Room, buffer: &mut DatagramBuffer, out: &mut Out<'_>) -> (Instant, bool) {
    let more = take(room, buffer, out);
    let now = Instant::now();
    room.transmit(now, SENT, out);
    (now, more)
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
struct Out<'a> {
    sockets: DatagramSockets,
    output: &'a Output,
    printed: Result<(), OutputError>,
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

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;

    fn socket() -> UdpSocket {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
        socket.set_nonblocking(true).expect("an open socket");
        socket
    }

    /// What has come; over loopback it comes within the call that sends it.
    fn heard(socket: &UdpSocket) -> Vec<String> {
        let mut buffer = [0; 100];
        let texts =
            std::iter::from_fn(|| socket.recv(&mut buffer).ok().map(|n| buffer[..n].to_vec()));
        texts
            .map(|text| String::from_utf8(text).expect("text"))
            .collect()
    }

    #[test]
    fn a_turn_takes_and_sends_so_much_and_no_more() {
        let sockets = DatagramSocket::bind(&"127.0.0.1:0".parse().expect("an address"));
        let sockets = sockets.expect("bound");
        let server = sockets[0].local().to_string();
        let output = Output::to(io::sink());
        let mut out = Out {
            sockets: DatagramSockets::new(sockets).expect("one"),
            output: &output,
            printed: Ok(()),
        };
        let mut room = Room::new(Rules::default(), [1; 32], Instant::now());
        let mut buffer = DatagramBuffer::new(LARGEST_DATAGRAM);

        let stranger = socket();
        for _ in 0..TAKEN + 10 {
            stranger.send_to(b"ACK 1", &server).expect("sent");
        }
        assert!(
            turn(&mut room, &mut buffer, &mut out).1,
            "there are ten more"
        );
        assert_eq!(room.totals().datagrams, TAKEN as u64);

        let members = [socket(), socket()];
        let peers = members.each_ref().map(|member| Peer {
            socket: 0,
            address: member.local_addr().expect("bound"),
        });
        let now = Instant::now();
        for (n, member) in members.iter().enumerate() {
            room.receive(peers[n], b"JOIN nobody", now, &mut out);
            let cookie = heard(member)[0].replace("COOKIE ", "");
            let join = format!("JOIN m{n} {cookie}");
            room.receive(peers[n], join.as_bytes(), now, &mut out);
            assert!(heard(member)[0].starts_with("WELCOME "));
        }
        for id in 1..=SENT + 10 {
            room.receive(peers[1], format!("SAY {id} x").as_bytes(), now, &mut out);
        }
        turn(&mut room, &mut buffer, &mut out);
        assert_eq!(heard(&members[0]).len(), SENT);
    }
}
