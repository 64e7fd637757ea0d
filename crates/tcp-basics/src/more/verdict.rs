//! What the client tells its user in the end: whether all was sent and
//! answered, and if not, why.

use std::{io, sync::atomic::Ordering, time::Duration};

use common::{
    exit::{Failure, reason, tell},
    messages::ConversationError,
    output::OutputError,
    stop::Stop,
    text::TextError,
};

use crate::client::Talk;

/// Why the conversation ended before it was over.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The user wants to leave.
    Stopped,
    /// An answer was due for this long.
    NoAnswer(Duration),
    /// The server is gone, and there was more to send or not.
    Closed { unsent: bool },
    /// The connection is, and the system says why.
    Lost(io::Error),
    /// The line of this number cannot be read, or not be sent.
    Line(u64, String),
    /// What came is no message,
    Answer(ConversationError),
    /// or no text.
    Text(TextError),
    /// Our own output is of no use any more.
    Output(OutputError),
    /// A mistake of our own.
    Panic,
}

/// For the reader of the answers.
impl From<ConversationError> for Broken {
    fn from(error: ConversationError) -> Self {
        match error {
            ConversationError::Io(error) => Broken::Lost(error),
            // The sender has ended it, and knows why.
            ConversationError::Cut => Broken::Closed { unsent: false },
            error => Broken::Answer(error),
        }
    }
}

impl From<TextError> for Broken {
    fn from(error: TextError) -> Self {
        Broken::Text(error)
    }
}

impl From<OutputError> for Broken {
    fn from(error: OutputError) -> Self {
        Broken::Output(error)
    }
}

impl Talk<'_> {
    /// What to tell the user, from the ends of sending and reading.
    pub(crate) fn verdict(
        &self,
        sent: Result<(), Broken>,
        read: Result<(), Broken>,
        stop: &Stop,
    ) -> Result<(), Failure> {
        let unsent = matches!(sent, Err(Broken::Closed { unsent: true } | Broken::Lost(_)));
        // Sending breaks as a consequence of what the reader has seen.
        let broken = match (sent.err(), read.err()) {
            (None, None) if self.due() == 0 => return Ok(()),
            // Everything else is a consequence of it.
            _ if stop.is_set() => Some(Broken::Stopped),
            (sent, None | Some(Broken::Closed { .. })) => sent,
            // The side that comes second is told "broken pipe" at most.
            (Some(Broken::Lost(error)), Some(Broken::Lost(second)))
                if second.kind() == io::ErrorKind::BrokenPipe =>
            {
                Some(Broken::Lost(error))
            }
            (Some(line @ Broken::Line(..)), Some(Broken::Lost(_))) => Some(line),
            (_, read) => read,
        };
        Err(match broken {
            Some(Broken::Stopped) => {
                let answered = self.answered.load(Ordering::SeqCst);
                Failure::stopped(format_args!("sent: {}, answered: {answered}", self.sent()))
            }
            Some(Broken::Output(error)) => error.into(),
            Some(Broken::Line(number, why)) => {
                Failure::new(format_args!("cannot send line {number}"), why)
            }
            Some(Broken::Text(error)) => Failure::new("the answer is no text", error),
            Some(Broken::Answer(error)) => Failure::new("cannot read the answer", error),
            Some(Broken::Panic) => Failure::new("cannot read the answers", "an internal error"),
            Some(Broken::NoAnswer(limit)) => {
                let seconds = limit.as_secs_f64();
                Failure::new("no answer", format_args!("nothing came for {seconds} s"))
            }
            Some(Broken::Lost(error)) if error.kind() != io::ErrorKind::BrokenPipe => {
                return self.gone("the connection is lost", Some(&error), unsent);
            }
            _ => return self.gone("the server closed the connection", None, unsent),
        })
    }

    /// Nobody is there any more: whether that matters.
    fn gone(&self, what: &str, why: Option<&io::Error>, unsent: bool) -> Result<(), Failure> {
        let missing = match self.due() {
            0 if unsent => Some("not every line was sent".to_owned()),
            0 => None,
            due => Some(format!("{due} of {} answers are missing", self.sent())),
        };
        match (why.map(reason), missing) {
            (Some(why), Some(missing)) => {
                Err(Failure::new(what, format_args!("{why}, and {missing}")))
            }
            (None, Some(missing)) => Err(Failure::new(what, missing)),
            (Some(why), None) => {
                tell("note", &format_args!("{what}: {why}"));
                Ok(())
            }
            (None, None) => {
                if self.options.prompt {
                    tell("note", &what);
                }
                Ok(())
            }
        }
    }
}
