//! The client: turn by turn, one name and its answer.
//!
//! Lesson 1's client reads in one thread and sends in another, because there
//! either side may speak at any time. Here it is always clear whose turn it is:
//! the server greets, then each name has one answer. So one thread is enough,
//! and it is never wrong about what it waits for.

use std::{fmt, net::Shutdown, sync::Arc, time::Duration};

use common::{
    ending::{LINGER, is_marker, is_refusal},
    escape::escape,
    exit::{Failure, reason},
    input::Line,
    messages::{ConversationError, MessageReader, MessageWriter, Settings},
    net::Stream,
    output::Output,
    stop::Stop,
    text::TextCodec,
};
use crossbeam_channel::{Receiver, select};

use crate::protocol::BUSY;

/// How to talk.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether somebody types: names are then asked for with `>>> `, and an
    /// empty line is no name.
    pub prompt: bool,
    /// How the conversation is held.
    pub settings: Settings,
}

/// Prints the greeting, sends every name and prints its answer.
///
/// # Errors
///
/// [`Failure`] when the server is full or refuses a name, an answer is missing
/// or no text, a name cannot be sent, or the output cannot be written.
pub fn run(
    stream: Stream,
    names: &Receiver<Line>,
    options: &Options,
    output: &Output,
    stop: &Stop,
) -> Result<(), Failure> {
    let mut talk = Talk::begin(stream, &options.settings)?;
    // A stop ends the wait for an answer as well.
    let _wake = talk.stream.end_on(stop, Duration::ZERO);
    let result = talk.turns(names, options, output, stop);
    if stop.is_set() {
        // What broke then broke because of it.
        let answered = format!("names answered: {}", talk.answered);
        return Err(Failure::stopped(answered));
    }
    result
}

/// A conversation, as the client sees it.
pub(crate) struct Talk {
    pub(crate) stream: Arc<Stream>,
    reader: MessageReader,
    writer: MessageWriter,
    codec: TextCodec,
    answered: u64,
    /// The server has ended its side.
    over: bool,
}

impl Talk {
    pub(crate) fn begin(mut stream: Stream, settings: &Settings) -> Result<Self, Failure> {
        stream
            .configure(settings.stream)
            .map_err(|error| Failure::new("cannot set up the connection", reason(&error)))?;
        let stream = Arc::new(stream);
        Ok(Talk {
            // In this protocol an answer is due whenever we read.
            reader: MessageReader::new(stream.clone(), settings, settings.timeout),
            writer: MessageWriter::new(stream.clone(), settings),
            codec: settings.codec,
            stream,
            answered: 0,
            over: false,
        })
    }

    // ANCHOR: turns
    fn turns(
        &mut self,
        names: &Receiver<Line>,
        options: &Options,
        output: &Output,
        stop: &Stop,
    ) -> Result<(), Failure> {
        output.line(escape(&self.greeting()?))?;
        loop {
            if options.prompt {
                output.prompt(">>> ")?;
            }
            let line = select! {
                recv(names) -> line => line,
                recv(stop.channel()) -> _ => return Ok(()),
            };
            let Ok(line) = line else {
                // Half-close: we are done, and nothing is due.
                let _ = self.stream.shutdown(Shutdown::Write);
                return self.last_words(output);
            };
            let name = self.encode(line)?;
            if name.is_empty() && options.prompt {
                continue;
            }
            if is_marker(&name) {
                // It is the server that closes now (TT-28).
                self.say(&name)?;
                return self.last_words(output);
            }
            let answer = self.ask(&name)?;
            output.line(escape(&answer))?;
            if is_refusal(&answer) {
                let why = "this has ended the conversation";
                return Err(Failure::new("the server refused the name", why));
            }
        }
    }
    // ANCHOR_END: turns

    /// The server's first line.
    pub(crate) fn greeting(&mut self) -> Result<String, Failure> {
        let greeting = self
            .read()?
            .ok_or_else(|| closed("before it had greeted"))?;
        if greeting == BUSY {
            return Err(Failure::new("the server is full", &greeting));
        }
        Ok(greeting)
    }

    /// Sends a name and waits for its answer.
    pub(crate) fn ask(&mut self, name: &[u8]) -> Result<String, Failure> {
        self.say(name)?;
        let answer = self.read()?.ok_or_else(|| closed("an answer was due"))?;
        self.answered += 1;
        Ok(answer)
    }

    fn say(&mut self, message: &[u8]) -> Result<(), Failure> {
        let said = self.writer.put(message).and_then(|()| self.writer.flush());
        said.map_err(|error| match error {
            ConversationError::Frame(error) => Failure::new("cannot send the name", error),
            error => Failure::new("cannot send", error),
        })
    }

    /// The next message, or `None` when the server has ended its side.
    fn read(&mut self) -> Result<Option<String>, Failure> {
        let cannot_read = |error| Failure::new("cannot read the answer", error);
        loop {
            if let Some(message) = self.reader.take().map_err(cannot_read)? {
                let text = self.codec.decode(message);
                return match text {
                    Ok(text) => Ok(Some(text.into_owned())),
                    Err(error) => Err(Failure::new("the answer is no text", error)),
                };
            }
            if self.over {
                return Ok(None);
            }
            self.over = !self.reader.fill().map_err(cannot_read)?;
        }
    }

    /// Prints what still comes, until the server ends its side.
    fn last_words(&mut self, output: &Output) -> Result<(), Failure> {
        self.reader.set_idle(Some(LINGER));
        while let Some(message) = self.read()? {
            output.line(escape(&message))?;
        }
        Ok(())
    }

    /// A typed line in the server's encoding.
    fn encode(&self, line: Line) -> Result<Vec<u8>, Failure> {
        let cannot_send = |why: &dyn fmt::Display| Failure::new("cannot send the name", why);
        let line = line.map_err(|error| cannot_send(&error))?;
        let name = self.codec.encode_typed(&line);
        name.map_err(|error| cannot_send(&error))
    }
}

fn closed(when: &str) -> Failure {
    Failure::new("the server closed the connection", when)
}
