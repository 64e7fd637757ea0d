//! The buffer between "what a read returned" and "what the peer meant".

use super::{FrameError, Framing, length, lines, lines::Parsed};

/// Most bytes of an empty buffer that are kept: a peer that sends one long
/// message and then nothing must not hold its memory for ever.
const KEPT: usize = 64 * 1024;

/// Collects bytes and gives back messages, however the bytes were cut.
///
/// Feed it with [`push`](Self::push), say [`end`](Self::end) at the end of
/// input, and after either take messages with [`next`](Self::next) until it
/// says `None`. The buffer holds at most one incomplete message and whatever
/// was pushed last, so a caller that drains it after each push bounds the
/// memory by the framing's limit, whatever the peer sends.
///
/// After an error the position in the stream is lost for good: close.
#[derive(Debug)]
pub struct Decoder {
    framing: Framing,
    limit: usize,
    buffer: Vec<u8>,
    /// Bytes of `buffer` that were given out. They are dropped on the next call
    /// and not at once, because the caller still borrows them.
    used: usize,
    /// Bytes behind those that are known to hold no LF.
    searched: usize,
    ended: bool,
}

impl Decoder {
    /// A decoder with the framing's own limit.
    #[must_use]
    pub fn new(framing: Framing) -> Self {
        Self::with_limit(framing, framing.limit())
    }

    /// A decoder that refuses messages of more than `limit` bytes.
    #[must_use]
    pub fn with_limit(framing: Framing, limit: usize) -> Self {
        Decoder {
            framing,
            limit,
            buffer: Vec::new(),
            used: 0,
            searched: 0,
            ended: false,
        }
    }

    /// Adds what a read returned.
    pub fn push(&mut self, bytes: &[u8]) {
        self.forget();
        self.buffer.extend_from_slice(bytes);
    }

    /// Drops what was given out.
    fn forget(&mut self) {
        if self.used == 0 {
            return;
        }
        self.buffer.drain(..self.used);
        self.buffer.shrink_to(KEPT);
        self.used = 0;
    }

    /// Says that no more bytes will come.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// The next message, or `None` when more bytes are needed or, after the
    /// [`end`](Self::end), nothing is left. An unterminated last line counts.
    ///
    /// Not an [`Iterator`]: the message borrows the buffer.
    ///
    /// # Errors
    ///
    /// [`FrameError::TooLong`], and [`FrameError::Incomplete`] if the input
    /// ended before the bytes that were announced.
    #[allow(
        clippy::should_implement_trait,
        reason = "an iterator cannot lend its own buffer"
    )]
    pub fn next(&mut self) -> Result<Option<&[u8]>, FrameError> {
        if self.used == self.buffer.len() {
            // Now and not on the next push, which may be hours away.
            self.forget();
        }
        let rest = &self.buffer[self.used..];
        let all = Parsed {
            message: rest,
            consumed: rest.len(),
        };
        let parsed = match self.framing {
            _ if rest.is_empty() => None,
            Framing::Raw => Some(all),
            Framing::Lines => match lines::parse(rest, self.searched, self.limit)? {
                None if self.ended => Some(all),
                parsed => {
                    self.searched = if parsed.is_none() { rest.len() } else { 0 };
                    parsed
                }
            },
            Framing::Length => match length::parse(rest, self.limit)? {
                None if self.ended => {
                    return Err(FrameError::Incomplete {
                        got: rest.len(),
                        wanted: length::wanted(rest),
                    });
                }
                parsed => parsed,
            },
        };
        Ok(parsed.map(|parsed| {
            self.used += parsed.consumed;
            parsed.message
        }))
    }

    /// Whether the beginning of a message is waiting for its end.
    #[must_use]
    pub fn is_inside_message(&self) -> bool {
        self.used < self.buffer.len()
    }

    /// Bytes that the buffer occupies. For tests of the bound.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.buffer.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_does_not_keep_its_memory() {
        for framing in [Framing::Length, Framing::Lines] {
            let mut bytes = Vec::new();
            framing
                .emit(&vec![b'x'; framing.limit()], &mut bytes)
                .unwrap();
            for behind in [&b""[..], b"\0"] {
                let mut decoder = Decoder::new(framing);
                decoder.push(&bytes);
                decoder.push(behind);
                assert!(decoder.next().unwrap().is_some());
                assert_eq!(decoder.next().unwrap(), None);
                // With the beginning of the next one behind it, on the next push.
                if !behind.is_empty() {
                    decoder.push(b"\0");
                }
                assert!(decoder.capacity() <= KEPT, "{}", decoder.capacity());
            }
        }
    }
}
