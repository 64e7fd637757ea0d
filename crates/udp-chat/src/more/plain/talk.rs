//! The client of the plain form, with a server or with another client.

use std::thread;

use common::{
    exit::Failure,
    input::Line,
    net::{DatagramError, DatagramSocket},
    output::Output,
    stop::Stop,
};
use crossbeam_channel::{Receiver, bounded, select};

use super::{Heard, LEAVE, emit, is_leave, listen, shown};
use crate::more::colour::Colours;

/// How to talk.
#[derive(Debug, Clone)]
pub struct TalkOptions {
    /// What stands before each text.
    pub name: String,
    /// Whether the other side is a client too, which may come later than we.
    pub peer: bool,
}

/// Sends every line of `input` and prints everything that comes, until the input
/// ends or a line is `q`. Whether anything arrives, nobody knows.
///
/// Lines go to the first of `sockets` that is not refused.
///
/// # Errors
///
/// [`Failure`] when nobody listens, a line cannot be sent, or the output cannot
/// be written; the stopped one when `stop` was given.
pub fn talk(
    sockets: &[DatagramSocket],
    input: &Receiver<Line>,
    options: &TalkOptions,
    colours: Colours,
    output: &Output,
    stop: &Stop,
) -> Result<(), Failure> {
    // Ends the threads that listen, also when nobody has pressed Ctrl-C.
    let done = Stop::new();
    thread::scope(|scope| {
        let (sender, heard) = bounded(0);
        let mut talk = Talk {
            sockets,
            options,
            colours,
            output,
            current: 0,
            last: Vec::new(),
            said: 0,
            heard: 0,
            is_told: false,
        };
        let talked =
            listen(scope, sockets, &sender, &done).and_then(|()| talk.run(input, &heard, stop));
        done.trigger();
        drop(heard);
        if let Some(socket) = sockets.get(talk.current) {
            // Perhaps it arrives.
            let _ = socket.send(LEAVE);
        }
        talked?;
        match stop.is_set() {
            true => Err(Failure::stopped(format_args!(
                "said: {}, heard: {}",
                talk.said, talk.heard
            ))),
            false => Ok(()),
        }
    })
}

struct Talk<'a> {
    sockets: &'a [DatagramSocket],
    options: &'a TalkOptions,
    colours: Colours,
    output: &'a Output,
    /// Which socket is sent to; those before it were refused.
    current: usize,
    /// The last datagram that was sent.
    last: Vec<u8>,
    said: u64,
    heard: u64,
    /// Whether the user knows that nobody listens.
    is_told: bool,
}

impl Talk<'_> {
    fn run(
        &mut self,
        input: &Receiver<Line>,
        heard: &Receiver<Heard>,
        stop: &Stop,
    ) -> Result<(), Failure> {
        loop {
            select! {
                recv(input) -> line => match line {
                    Ok(line) if !is_end(&line) => self.say(line)?,
                    _ => return Ok(()),
                },
                recv(heard) -> news => match news {
                    Ok(news) => self.hear(news)?,
                    Err(_) => return Ok(()),
                },
                recv(stop.channel()) -> _ => return Ok(()),
            }
        }
    }

    fn say(&mut self, line: Line) -> Result<(), Failure> {
        let unusable = |why: String| Failure::new("cannot send a line", why);
        let line = line.map_err(|error| unusable(error.to_string()))?;
        let text = String::from_utf8(line).map_err(|error| unusable(error.to_string()))?;
        let datagram = emit(&self.options.name, &text).map_err(unusable)?;
        self.said += 1;
        self.last = datagram;
        self.send_last()
    }

    fn send_last(&mut self) -> Result<(), Failure> {
        let socket = &self.sockets[self.current];
        match socket.send(&self.last) {
            Ok(()) => Ok(()),
            // The news of an earlier datagram; the call did not send this one.
            Err(DatagramError::Refused) => {
                self.refused()?;
                let _ = self.sockets[self.current].send(&self.last);
                Ok(())
            }
            Err(error) => Err(Failure::new("cannot send a line", error)),
        }
    }

    fn hear(&mut self, news: Heard) -> Result<(), Failure> {
        match news {
            Heard::Datagram(_, from, bytes) => {
                self.heard += 1;
                self.is_told = false;
                if is_leave(&bytes) {
                    self.output.line(format_args!("{from} left"))?;
                } else {
                    self.output.line(shown(&bytes, &mut self.colours))?;
                }
                Ok(())
            }
            Heard::Refused(number) if number == self.current => {
                let first = self.current;
                self.refused()?;
                match self.current == first {
                    true => Ok(()),
                    false => self.send_last(),
                }
            }
            Heard::Refused(_) => Ok(()),
            Heard::Trouble(why) => {
                self.output.line(format_args!("* {why}"))?;
                Ok(())
            }
        }
    }

    /// Nobody listens. A server's name may have another address; a peer may
    /// come later.
    fn refused(&mut self) -> Result<(), Failure> {
        let peer = self.sockets[self.current].peer();
        let peer = peer.map_or_else(String::new, |peer| peer.to_string());
        if self.heard == 0 && self.current + 1 < self.sockets.len() {
            self.current += 1;
        } else if !self.options.peer {
            return Err(
                Failure::new(format_args!("cannot reach {peer}"), DatagramError::Refused)
                    .next_step(
                        "start the server first: cargo run --bin udp-chat-server -- --plain",
                    ),
            );
        } else if !std::mem::replace(&mut self.is_told, true) {
            // Not on standard error: that would be in the middle of a typed line.
            let line = format_args!("* nobody listens at {peer}; what you say is lost");
            self.output.line(line)?;
        }
        Ok(())
    }
}

/// Whether the user wants to leave. Compared before the name is put in front:
/// afterwards it would be a message like any other.
fn is_end(line: &Line) -> bool {
    line.as_ref().is_ok_and(|line| line == LEAVE)
}
