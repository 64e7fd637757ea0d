//! The server: one client after another.
//!
//! While one client is served, the next ones wait in the backlog of the
//! listening socket: the system has completed their handshakes, so they believe
//! they are connected, and they are, to nobody yet. Lesson 2 serves them all at
//! once.

use std::{convert::Infallible, fmt, sync::Arc, time::Duration};

use common::{
    ending::End,
    escape::escape,
    exit::{Failure, reason, tell},
    input::Line,
    messages::{MessageReader, MessageWriter, Settings},
    net::{Acceptor, Limit, Stream},
    output::Output,
    stop::Stop,
};
use crossbeam_channel::Receiver;

use crate::{
    more::operator,
    protocol::{self, Request},
};

/// What to answer.
#[derive(Debug, Clone)]
pub enum Reply {
    /// The same bytes: never decoded and encoded again, so nothing is lost.
    Echo,
    /// What the operator types, turn by turn; `q` ends the conversation.
    Ask(Receiver<Line>),
    /// Always this text, encoded.
    Text(Vec<u8>),
    /// Nothing.
    Nothing,
}

/// How to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// What to answer.
    pub reply: Reply,
    /// Whether to stop after one client.
    pub once: bool,
    /// Whether to print `>>> ` before the operator's turn.
    pub prompt: bool,
    /// How conversations are held.
    pub settings: Settings,
    /// How long to wait for a client that says nothing.
    pub idle: Limit,
    /// How long a stop waits for an answer that is being sent.
    pub grace: Duration,
}

/// What was done, for the last line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Clients served.
    pub clients: u64,
    /// Messages received, markers not counted.
    pub messages: u64,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "clients: {}, messages: {}", self.clients, self.messages)
    }
}

/// Serves until `stop`, or until the first client has left if that was asked
/// for. Whatever a client does ends its own conversation and no more (TB-12).
///
/// # Errors
///
/// [`Failure`] when the output cannot be written.
pub fn run(
    mut acceptor: Acceptor,
    options: &Options,
    output: &Output,
    stop: &Stop,
) -> Result<Totals, Failure> {
    let mut totals = Totals::default();
    // ANCHOR: accept
    while let Some(stream) = acceptor.accept(|error| {
        tell("warning", &format!("cannot accept: {}", reason(error)));
    }) {
        totals.clients += 1;
        let peer = stream.peer().clone();
        output.line(format_args!("{peer} connected"))?;
        match serve(stream, options, output, stop, &mut totals.messages) {
            End::OutputLost(error) => return Err(error.into()),
            end => {
                output.line(format_args!("{peer} left: {end}"))?;
                if options.once {
                    break;
                }
            }
        }
    }
    // ANCHOR_END: accept
    Ok(totals)
}

/// One conversation, from its first byte to the closed connection.
fn serve(
    mut stream: Stream,
    options: &Options,
    output: &Output,
    stop: &Stop,
    messages: &mut u64,
) -> End {
    if let Err(error) = stream.configure(options.settings.stream) {
        return End::Lost(error.into());
    }
    let stream = Arc::new(stream);
    let _wake = stream.end_on(stop, options.grace);
    let mut writer = MessageWriter::new(stream.clone(), &options.settings);
    let Err(end) = talk(&stream, &mut writer, options, output, stop, messages);
    end.carry_out(&stream, &mut writer, stop);
    end
}

/// Answers messages until there is a reason not to.
fn talk(
    stream: &Arc<Stream>,
    writer: &mut MessageWriter,
    options: &Options,
    output: &Output,
    stop: &Stop,
    messages: &mut u64,
) -> Result<Infallible, End> {
    let peer = stream.peer().to_string();
    let mut reader = MessageReader::new(stream.clone(), &options.settings, options.idle);
    // ANCHOR: talk
    let mut more = true;
    loop {
        // One read may have brought several messages, or none that is complete.
        while let Some(message) = reader.take()? {
            let Request::Say(text) = protocol::parse(message, &options.settings.codec)? else {
                return Err(End::Marker);
            };
            *messages += 1;
            output.line(format_args!("{peer}: {}", escape(&text)))?;
            match &options.reply {
                Reply::Echo => writer.put(message)?,
                Reply::Text(text) => writer.put(text)?,
                Reply::Ask(operator) => {
                    let answer = operator::ask(operator, options, output, stop)?;
                    writer.put(&answer)?;
                    writer.flush()?;
                }
                Reply::Nothing => {}
            }
        }
        writer.flush()?;
        if stop.is_set() {
            return Err(End::STOPPED);
        }
        if !more {
            return Err(End::Input);
        }
        more = reader.fill()?;
    }
    // ANCHOR_END: talk
}
