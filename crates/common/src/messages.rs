//! Messages over a stream: the codecs of [`crate::frame`] with a socket
//! underneath.
//!
//! Reader and writer are two values that share the stream, so that one thread
//! can do each. Every wait ends: a message must be complete within its limit
//! from its first byte on, and between messages the caller's idle limit counts.

use std::{
    fmt, io,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    frame::{Decoder, FrameError, Framing, RAW_READ, length, lines},
    net::{Limit, Stream, StreamOptions},
    output::reason,
    text::TextCodec,
    wire::{Direction, Wire},
};

/// Bytes asked for in one read, where the framing does not say otherwise.
const READ: usize = 16 * 1024;

/// Answers are collected up to this size before they are written without being
/// asked to.
const WRITE: usize = 64 * 1024;

/// Why a conversation cannot go on.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConversationError {
    /// The bytes are no message.
    Frame(FrameError),
    /// Nothing came for the idle limit.
    Idle(Duration),
    /// A message had begun and its end did not come in time.
    Unfinished(Duration),
    /// This end has stopped reading.
    Cut,
    /// The system's word.
    Io(io::Error),
}

impl fmt::Display for ConversationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConversationError::Frame(error) => error.fmt(f),
            ConversationError::Idle(limit) => {
                write!(f, "nothing came for {} s", limit.as_secs_f64())
            }
            ConversationError::Unfinished(limit) => write!(
                f,
                "a message was begun and not ended within {} s",
                limit.as_secs_f64()
            ),
            ConversationError::Cut => f.write_str("it was ended here"),
            ConversationError::Io(error) if is_our_limit(error) => {
                f.write_str("the peer does not read what it is sent")
            }
            ConversationError::Io(error) => write!(f, "{}", reason(error)),
        }
    }
}

/// Whether it is a limit of ours that has passed. With a number it is the system
/// that has given the peer up (ETIMEDOUT), and the connection is gone.
#[must_use]
pub fn is_our_limit(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::TimedOut && error.raw_os_error().is_none()
}

impl std::error::Error for ConversationError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ConversationError::Frame(error) => Some(error),
            ConversationError::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<FrameError> for ConversationError {
    fn from(error: FrameError) -> Self {
        ConversationError::Frame(error)
    }
}

impl From<io::Error> for ConversationError {
    fn from(error: io::Error) -> Self {
        ConversationError::Io(error)
    }
}

/// How a conversation is held.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// How messages are told apart. Both ends must agree on it.
    pub framing: Framing,
    /// How bytes and characters belong together. Both ends must agree on it.
    pub codec: TextCodec,
    /// How the connection behaves at this end.
    pub stream: StreamOptions,
    /// Time for a message from its first byte to its last, and for an answer
    /// that is awaited.
    pub timeout: Limit,
    /// Where to show the bytes.
    pub wire: Wire,
}

impl Settings {
    /// Most bytes of a typed line, which is UTF-8, that may make a message. The
    /// message's own limit is about its encoded bytes.
    #[must_use]
    pub fn input_limit(&self) -> usize {
        let message = match self.framing {
            Framing::Lines | Framing::Raw => lines::LIMIT,
            Framing::Length => length::LIMIT,
        };
        self.codec.input_limit(message)
    }
}

/// Reads messages from a stream.
#[derive(Debug)]
pub struct MessageReader {
    stream: Arc<Stream>,
    decoder: Decoder,
    scratch: Box<[u8]>,
    idle: Limit,
    timeout: Limit,
    /// What the socket was told last: a call less for each read.
    set: Option<Limit>,
    /// When the message in the decoder began.
    begun: Option<Instant>,
    wire: Wire,
}

impl MessageReader {
    /// A reader for one side of a conversation, which waits at most `idle` for
    /// the first byte of each message.
    #[must_use]
    pub fn new(stream: Arc<Stream>, settings: &Settings, idle: Limit) -> Self {
        let read = match settings.framing {
            Framing::Raw => RAW_READ,
            Framing::Lines | Framing::Length => READ,
        };
        MessageReader {
            stream,
            decoder: Decoder::new(settings.framing),
            scratch: vec![0; read].into(),
            idle,
            timeout: settings.timeout,
            set: None,
            begun: None,
            wire: settings.wire.clone(),
        }
    }

    /// Waits from now on at most `idle` for the first byte of each message.
    pub fn set_idle(&mut self, idle: Limit) {
        self.idle = idle;
    }

    /// The next message if it is here already; the socket is not touched.
    ///
    /// # Errors
    ///
    /// [`ConversationError::Frame`].
    pub fn take(&mut self) -> Result<Option<&[u8]>, ConversationError> {
        let message = self.decoder.next()?;
        if message.is_some() {
            // What is left belongs to the next message, and so does its time.
            self.begun = None;
        }
        Ok(message)
    }

    /// Waits for more bytes. `false` means the peer has ended its side.
    ///
    /// # Errors
    ///
    /// [`ConversationError::Idle`] or [`ConversationError::Unfinished`] when a
    /// limit has passed, [`ConversationError::Cut`] when this end has stopped
    /// reading (so that half a message never passes for the unterminated last
    /// one), [`ConversationError::Io`].
    pub fn fill(&mut self) -> Result<bool, ConversationError> {
        let inside = self.decoder.is_inside_message();
        let limit = if inside {
            // Counted from the message's first byte: a peer that sends one
            // byte a minute is never idle and never done.
            let begun = *self.begun.get_or_insert_with(Instant::now);
            self.timeout
                .map(|limit| limit.saturating_sub(begun.elapsed()))
        } else {
            self.begun = None;
            self.idle
        };
        let (idle, timeout) = (self.idle, self.timeout);
        let over = || match inside {
            true => ConversationError::Unfinished(timeout.unwrap_or_default()),
            false => ConversationError::Idle(idle.unwrap_or_default()),
        };
        if limit.is_some_and(|left| left.is_zero()) {
            return Err(over());
        }
        if self.set != Some(limit) {
            self.stream.set_read_limit(limit)?;
            self.set = Some(limit);
        }
        // ANCHOR: read
        match self.stream.read(&mut self.scratch) {
            Ok(0) if self.stream.is_cut() => Err(ConversationError::Cut),
            Ok(0) => {
                self.decoder.end();
                Ok(false)
            }
            Ok(count) => {
                let bytes = &self.scratch[..count];
                self.wire
                    .show(Direction::Received, self.stream.peer(), bytes);
                self.decoder.push(bytes);
                Ok(true)
            }
            Err(error) if limit.is_some() && is_our_limit(&error) => Err(over()),
            Err(error) => Err(error.into()),
        }
        // ANCHOR_END: read
    }
}

/// Writes messages to a stream, several in one write where they come together.
#[derive(Debug)]
pub struct MessageWriter {
    stream: Arc<Stream>,
    framing: Framing,
    buffer: Vec<u8>,
    wire: Wire,
}

impl MessageWriter {
    /// A writer for one side of a conversation.
    #[must_use]
    pub fn new(stream: Arc<Stream>, settings: &Settings) -> Self {
        MessageWriter {
            stream,
            framing: settings.framing,
            buffer: Vec::new(),
            wire: settings.wire.clone(),
        }
    }

    /// Adds a message to what the next [`flush`](Self::flush) writes, and
    /// flushes by itself when that becomes much.
    ///
    /// # Errors
    ///
    /// [`ConversationError::Frame`] if the message does not fit the framing; it
    /// is then not sent. [`ConversationError::Io`] as for `flush`.
    pub fn put(&mut self, message: &[u8]) -> Result<(), ConversationError> {
        self.framing.emit(message, &mut self.buffer)?;
        if self.buffer.len() >= WRITE {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes what was put. To be called before waiting for the peer, or both
    /// sides wait for ever.
    ///
    /// # Errors
    ///
    /// [`ConversationError::Io`], `TimedOut` when the peer does not read.
    pub fn flush(&mut self) -> Result<(), ConversationError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        // Shown first: the answer may come before this thread goes on.
        self.wire
            .show(Direction::Sent, self.stream.peer(), &self.buffer);
        let written = self.stream.write_all(&self.buffer);
        // Also when it failed: nobody knows how much the peer has got, so
        // writing again would send some of it twice, and wait twice.
        self.buffer.clear();
        // One long message must not keep its memory for as long as the peer stays.
        self.buffer.shrink_to(WRITE);
        Ok(written?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_has_died_is_not_a_limit_of_ours() {
        let died = io::Error::from(rustix::io::Errno::TIMEDOUT);
        assert_eq!(died.kind(), io::ErrorKind::TimedOut);
        assert!(!is_our_limit(&died));
        assert!(is_our_limit(&io::ErrorKind::TimedOut.into()));
    }
}
