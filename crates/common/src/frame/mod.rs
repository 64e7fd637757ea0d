//! Framing: where one message ends and the next begins.
//!
//! TCP carries bytes, not messages. Whoever wants messages must say in the
//! bytes themselves where each one ends. This module knows three ways of doing
//! so and nothing else: bytes go in, messages come out, and no socket, clock or
//! thread is in sight. [`crate::messages`] puts sockets underneath.
//!
//! ```
//! use common::frame::{Decoder, Framing};
//!
//! let mut decoder = Decoder::new(Framing::Lines);
//! decoder.push(b"hel"); // the network may cut anywhere
//! assert_eq!(decoder.next()?, None);
//! decoder.push(b"lo\nwor");
//! assert_eq!(decoder.next()?, Some(&b"hello"[..]));
//! assert_eq!(decoder.next()?, None);
//! decoder.end();
//! assert_eq!(decoder.next()?, Some(&b"wor"[..]));
//! assert_eq!(decoder.next()?, None);
//! # Ok::<(), common::frame::FrameError>(())
//! ```

mod decoder;
pub mod length;
pub mod lines;

use std::fmt;

pub use decoder::Decoder;

/// Most bytes that one `read` may return in [`Framing::Raw`]: the number that
/// nearly every beginner's program uses.
pub const RAW_READ: usize = 1024;

/// How messages are marked off in the byte stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Framing {
    /// Text up to LF, see [`lines`].
    #[default]
    Lines,
    /// A byte count, then that many bytes, see [`length`].
    Length,
    /// No framing: a message is whatever one `read` of at most [`RAW_READ`]
    /// bytes returned. Wrong on purpose, to show what goes wrong.
    Raw,
}

impl Framing {
    /// Most bytes that one message may have.
    #[must_use]
    pub const fn limit(self) -> usize {
        match self {
            Framing::Lines => lines::LIMIT,
            Framing::Length => length::LIMIT,
            Framing::Raw => RAW_READ,
        }
    }

    /// Appends `message`, framed, to `out`.
    ///
    /// Raw messages are appended as they are, so an empty one vanishes and a
    /// long one arrives as several: that is the lesson.
    ///
    /// # Errors
    ///
    /// [`FrameError::TooLong`] if the receiver would refuse the message, and
    /// [`FrameError::LineFeed`] if it cannot be told from two messages. `out`
    /// is then unchanged.
    pub fn emit(self, message: &[u8], out: &mut Vec<u8>) -> Result<(), FrameError> {
        match self {
            Framing::Lines => lines::emit(message, out),
            Framing::Length => length::emit(message, out),
            Framing::Raw => {
                out.extend_from_slice(message);
                Ok(())
            }
        }
    }
}

/// Why bytes cannot be a message, or a message cannot be bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameError {
    /// The message has more bytes than the framing allows.
    TooLong {
        /// Most bytes that are allowed.
        limit: usize,
    },
    /// The input ended inside a message that said how long it would be.
    Incomplete {
        /// Bytes of the frame that came, its header included.
        got: usize,
        /// Bytes that the frame should have had; the header alone if even that
        /// is not complete.
        wanted: usize,
    },
    /// A message that contains LF cannot be sent as one line.
    LineFeed {
        /// Zero-based offset of the first LF in the message.
        at: usize,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::TooLong { limit } => write!(f, "a message has more than {limit} bytes"),
            FrameError::Incomplete { got, wanted } => {
                write!(
                    f,
                    "the input ended after {got} of {wanted} bytes of a message"
                )
            }
            FrameError::LineFeed { at } => {
                write!(f, "a line cannot contain a line feed (byte {at})")
            }
        }
    }
}

impl std::error::Error for FrameError {}
