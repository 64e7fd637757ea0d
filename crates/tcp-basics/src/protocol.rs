//! What the bytes mean. No socket, clock or thread in this file.
//!
//! Where one message ends is a matter of framing, [`common::frame`]. Here a
//! message is given a meaning: text to be answered, or a marker,
//! [`common::ending`], that ends the conversation.

use std::borrow::Cow;

use common::{
    ending::is_marker,
    text::{TextCodec, TextError},
};

/// The port of this lesson, unless the user says otherwise.
pub const PORT: u16 = 9001;

/// What a client wants.
#[derive(Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// A text, to be answered.
    Say(Cow<'a, str>),
    /// The end (TB-9, TB-10).
    End,
}

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
