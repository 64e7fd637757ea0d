//! What the bytes mean. No socket, clock or thread in this file.

use std::borrow::Cow;

use common::{
    ending::is_marker,
    text::{TextCodec, TextError},
};

/// The port of this lesson, unless the user says otherwise.
pub const PORT: u16 = 9002;

/// What the server says first, unless the user says otherwise (TT-1).
pub const GREETING: &str = "Welcome!";

/// What the server says in place of the greeting when it is full (TT-15).
pub const BUSY: &str = "Busy, try again later";

/// How names are answered, unless the user says otherwise (TT-2).
pub const TEMPLATE: &str = "Hello, {}!";

/// What a client wants.
#[derive(Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// To be greeted by this name, which may be empty (TT-5).
    Greet(Cow<'a, str>),
    /// The end (TT-7).
    End,
}

/// The meaning of one message.
///
/// # Errors
///
/// [`TextError`] if the bytes are no text (TT-13).
pub fn parse<'a>(message: &'a [u8], codec: &TextCodec) -> Result<Request<'a>, TextError> {
    if is_marker(message) {
        return Ok(Request::End);
    }
    codec.decode(message).map(Request::Greet)
}

// ANCHOR: template
/// An answer, with a place for the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    before: Vec<u8>,
    /// `None` if there is no place: then every name has the same answer.
    after: Option<Vec<u8>>,
}

impl Template {
    /// Splits `text` at its first `{}` and encodes both parts.
    ///
    /// # Errors
    ///
    /// [`TextError`] if the encoding lacks a character.
    pub fn new(text: &str, codec: &TextCodec) -> Result<Self, TextError> {
        let encode = |part| codec.encode(part).map(Cow::into_owned);
        Ok(match text.split_once("{}") {
            Some((before, after)) => Template {
                before: encode(before)?,
                after: Some(encode(after)?),
            },
            None => Template {
                before: encode(text)?,
                after: None,
            },
        })
    }

    /// Replaces `answer` with the answer to `name`: the bytes as they came, for
    /// what was decoded and encoded again may be other bytes (TT-6).
    pub fn fill(&self, name: &[u8], answer: &mut Vec<u8>) {
        answer.clear();
        answer.extend_from_slice(&self.before);
        if let Some(after) = &self.after {
            answer.extend_from_slice(name);
            answer.extend_from_slice(after);
        }
    }
}
// ANCHOR_END: template
