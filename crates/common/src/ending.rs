//! How a conversation in text messages ends, for the lessons that have one.
//!
//! A client may say a marker, end its side, or break the rules; the server may
//! be stopped. Whatever it is, the way out is the same: tell the client what it
//! did wrong, let everything that was answered arrive, then close.

use std::{fmt, time::Duration};

use crate::{
    frame::FrameError,
    messages::{ConversationError, MessageWriter},
    net::Stream,
    output::OutputError,
    stop::Stop,
    text::TextError,
};

/// How long a server waits for a client's end after its own, and a client for a
/// server's when nothing is due any more.
pub const LINGER: Duration = Duration::from_secs(1);

/// Messages that end the conversation.
pub const MARKERS: [&[u8]; 3] = [b"exit", b"end", b"q"];

// ANCHOR: marker
/// Whether this is a marker: the whole message, in exactly this case.
///
/// A marker is in-band: nobody can say `exit` and mean the word. The end of
/// input is the better end, because no text can be mistaken for it.
#[must_use]
pub fn is_marker(message: &[u8]) -> bool {
    MARKERS.contains(&message)
}
// ANCHOR_END: marker

/// What a server says to a message that is too long. Other errors of framing
/// get no answer: there is nobody left to read it.
#[must_use]
pub fn too_long(error: &FrameError) -> Option<&'static str> {
    matches!(error, FrameError::TooLong { .. }).then_some("ERR too long")
}

/// What a server says to bytes that are no text.
#[must_use]
pub fn not_text(error: &TextError) -> String {
    match error {
        TextError::Decode { at, .. } => format!("ERR not text at byte {at}"),
        _ => "ERR not text".to_owned(),
    }
}

/// Whether a server said one of these in place of an answer, to a client: the
/// conversation has then ended.
#[must_use]
pub fn is_refusal(answer: &str) -> bool {
    answer == "ERR too long" || answer.starts_with("ERR not text")
}

/// Why a server ended a conversation.
#[derive(Debug)]
#[non_exhaustive]
pub enum End {
    /// The client ended its side.
    Input,
    /// The client sent a marker.
    Marker,
    /// The server had a reason of its own.
    Ours(&'static str),
    /// The client sent something that cannot be answered; this is what it is
    /// told.
    Refused(String),
    /// The connection is of no use any more.
    Lost(ConversationError),
    /// Our own output is.
    OutputLost(OutputError),
}

impl End {
    /// The server was told to stop.
    pub const STOPPED: End = End::Ours("the server stops");

    // ANCHOR: carry_out
    /// Sends what is still to be said and ends the connection so that it
    /// arrives. After a stop there is less time for that.
    pub fn carry_out(&self, stream: &Stream, writer: &mut MessageWriter, stop: &Stop) {
        if let End::Refused(answer) = self {
            // If it cannot be said, the client is gone.
            let _ = writer.put(answer.as_bytes());
        }
        if !matches!(self, End::Lost(_)) {
            let _ = writer.flush();
            stream.finish(if stop.is_set() { LINGER / 4 } else { LINGER });
        }
    }
    // ANCHOR_END: carry_out
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Input => f.write_str("end of input"),
            End::Marker => f.write_str("it sent a marker"),
            End::Ours(why) => f.write_str(why),
            End::Refused(answer) => f.write_str(answer),
            End::Lost(error) => error.fmt(f),
            End::OutputLost(error) => error.fmt(f),
        }
    }
}

impl From<ConversationError> for End {
    fn from(error: ConversationError) -> Self {
        if let ConversationError::Frame(frame) = &error
            && let Some(answer) = too_long(frame)
        {
            return End::Refused(answer.to_owned());
        }
        if matches!(error, ConversationError::Cut) {
            // Nothing else ends a server's reading.
            return End::STOPPED;
        }
        End::Lost(error)
    }
}

impl From<TextError> for End {
    fn from(error: TextError) -> Self {
        End::Refused(not_text(&error))
    }
}

impl From<OutputError> for End {
    fn from(error: OutputError) -> Self {
        End::OutputLost(error)
    }
}
