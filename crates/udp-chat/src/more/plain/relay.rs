//! The server of the plain form: what one says goes to all others, or to an
//! operator who answers.

use std::{fmt, net::SocketAddr, thread};

use common::{
    exit::{Failure, tell},
    input::Line,
    net::DatagramSocket,
    output::Output,
    stop::Stop,
};
use crossbeam_channel::{Receiver, bounded, select};

use super::{Heard, is_leave, listen, shown};
use crate::more::colour::Colours;

/// What becomes of a datagram.
#[derive(Debug, Clone)]
pub enum Reply {
    /// It goes to every other address that has spoken.
    Relay,
    /// The operator types the answer to its sender. Meanwhile nobody else is
    /// heard: their datagrams wait in the socket, and are lost when that is full.
    Ask(Receiver<Line>),
}

/// How to serve.
#[derive(Debug, Clone)]
pub struct RelayOptions {
    /// What becomes of a datagram.
    pub reply: Reply,
    /// Most addresses that are sent to. Without a limit, anybody who can write
    /// other senders on datagrams makes this server send to all the world.
    pub max_members: usize,
    /// Whether to print `>>> ` before the operator's turn.
    pub prompt: bool,
}

/// What was done, for the last line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Datagrams received.
    pub datagrams: u64,
    /// Datagrams sent, whether or not they arrived.
    pub sent: u64,
    /// Datagrams of addresses for which there was no place.
    pub turned_away: u64,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "datagrams: {}, sent on: {}, turned away: {}",
            self.datagrams, self.sent, self.turned_away
        )
    }
}

/// Serves until `stop`, or until the operator leaves, and then gives `stop`
/// itself.
///
/// # Errors
///
/// [`Failure`] when the output cannot be written, or a socket cannot be served
/// for want of threads or descriptors.
pub fn serve(
    sockets: &[DatagramSocket],
    options: &RelayOptions,
    colours: Colours,
    output: &Output,
    stop: &Stop,
) -> Result<Totals, Failure> {
    thread::scope(|scope| {
        // No room: what is not taken at once waits in the system's buffer.
        let (sender, heard) = bounded(0);
        let mut relay = Relay {
            sockets,
            options,
            colours,
            output,
            stop,
            members: Vec::new(),
            totals: Totals::default(),
        };
        let served = listen(scope, sockets, &sender, stop).and_then(|()| relay.run(&heard));
        // The threads of the sockets wait for this, and the scope for them.
        stop.trigger();
        drop(heard);
        served.map(|()| relay.totals)
    })
}

struct Relay<'a> {
    sockets: &'a [DatagramSocket],
    options: &'a RelayOptions,
    colours: Colours,
    output: &'a Output,
    stop: &'a Stop,
    /// Everybody who has spoken and not left, with the socket they spoke to.
    members: Vec<(SocketAddr, usize)>,
    totals: Totals,
}

impl Relay<'_> {
    fn run(&mut self, heard: &Receiver<Heard>) -> Result<(), Failure> {
        loop {
            let news = select! {
                recv(heard) -> news => news,
                recv(self.stop.channel()) -> _ => return Ok(()),
            };
            match news {
                Err(_) => return Ok(()),
                Ok(Heard::Datagram(socket, from, bytes)) => {
                    self.totals.datagrams += 1;
                    if is_leave(&bytes) {
                        self.members.retain(|(member, _)| *member != from);
                        self.output.line(format_args!("{from} left"))?;
                    } else if !self.take(socket, from, &bytes)? {
                        return Ok(());
                    }
                }
                // Somebody left without a word. Who, the system does not say.
                Ok(Heard::Refused(_)) => {}
                Ok(Heard::Trouble(why)) => tell("warning", &why),
            }
        }
    }

    /// A datagram that says something. `false` if the server should end.
    fn take(&mut self, socket: usize, from: SocketAddr, bytes: &[u8]) -> Result<bool, Failure> {
        let is_known = self.members.iter().any(|(member, _)| *member == from);
        if !is_known && self.members.len() >= self.options.max_members {
            self.totals.turned_away += 1;
            return Ok(true);
        }
        if !is_known {
            self.members.push((from, socket));
        }
        let text = shown(bytes, &mut self.colours);
        self.output.line(format_args!("{from} {text}"))?;
        match &self.options.reply {
            Reply::Relay => {
                let others = self.members.iter().filter(|(member, _)| *member != from);
                for &(member, socket) in others {
                    send(&self.sockets[socket], bytes, member, &mut self.totals);
                }
                Ok(true)
            }
            Reply::Ask(operator) => {
                let Some(answer) = self.ask(operator)? else {
                    return Ok(false);
                };
                send(&self.sockets[socket], &answer, from, &mut self.totals);
                Ok(true)
            }
        }
    }

    /// The operator's answer; `None` when there will be none.
    fn ask(&self, operator: &Receiver<Line>) -> Result<Option<Vec<u8>>, Failure> {
        if self.options.prompt {
            self.output.prompt(">>> ")?;
        }
        let line = select! {
            recv(operator) -> line => line,
            recv(self.stop.channel()) -> _ => return Ok(None),
        };
        match line {
            Ok(Ok(line)) if line == super::LEAVE => Ok(None),
            Ok(Ok(line)) => Ok(Some(line)),
            Ok(Err(error)) => Err(Failure::new("cannot read the answer", error)),
            Err(_) => {
                tell("warning", &"the input has ended, so the server stops");
                Ok(None)
            }
        }
    }
}

fn send(socket: &DatagramSocket, bytes: &[u8], to: SocketAddr, totals: &mut Totals) {
    match socket.send_to(bytes, to) {
        Ok(()) => totals.sent += 1,
        Err(error) => tell("warning", &format_args!("cannot send to {to}: {error}")),
    }
}
