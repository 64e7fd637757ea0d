//! What the bytes mean. No socket, clock or thread in this file.
//!
//! Where one message ends is a matter of framing, [`common::frame`]. Here a
//! message is given a meaning: text to be answered, or the marker that ends the
//! conversation.

use std::borrow::Cow;

use common::{
    frame::FrameError,
    text::{TextCodec, TextError},
};

/// The port of this lesson, unless the user says otherwise.
pub const PORT: u16 = 9001;

/// Messages that end the conversation (TB-9).
pub const MARKERS: [&[u8]; 3] = [b"exit", b"end", b"q"];

/// What a client wants.
#[derive(Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// A text, to be answered.
    Say(Cow<'a, str>),
    /// The end.
    End,
}

// ANCHOR: marker
/// Whether this is a marker: the whole message, in exactly this case (TB-10).
///
/// A marker is in-band: nobody can say `exit` and mean the word. The end of
/// input is the better end, because no text can be mistaken for it.
#[must_use]
pub fn is_marker(message: &[u8]) -> bool {
    MARKERS.contains(&message)
}
// ANCHOR_END: marker

// ANCHOR: parse
/// The meaning of one message.
///
/// # Errors
///
/// [`TextError`] if the bytes are no text (TB-14).
pub fn parse<'a>(message: &'a [u8], codec: &TextCodec) -> Result<Request<'a>, TextError> {
    if is_marker(message) {
        return Ok(Request::End);
    }
    codec.decode(message).map(Request::Say)
}
// ANCHOR_END: parse

/// What a server says to a message that is too long (TB-13). Other errors of
/// framing get no answer: there is nobody left to read it.
#[must_use]
pub fn too_long(error: &FrameError) -> Option<&'static str> {
    matches!(error, FrameError::TooLong { .. }).then_some("ERR too long")
}

/// What a server says to bytes that are no text (TB-14).
#[must_use]
pub fn not_text(error: &TextError) -> String {
    match error {
        TextError::Decode { at, .. } => format!("ERR not text at byte {at}"),
        _ => "ERR not text".to_owned(),
    }
}
