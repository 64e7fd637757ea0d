//! What the bytes mean. No socket in this file: bytes in, messages out.
//!
//! Collecting lines was the exercise of lesson 1 and is done here; hole 1 is
//! what is new. The numbers in brackets are the requirements of
//! docs/src/protocols/tcp-threaded.md; `cargo course hint` helps.

/// Collects bytes and gives back messages, however the network cut them.
#[derive(Default)]
pub(crate) struct Lines {
    /// What has come and was not yet given out.
    buffer: Vec<u8>,
}

impl Lines {
    /// Adds what a read returned.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete message, without its line end, or `None` while there is
    /// none (TT-3, TT-4, TT-25).
    pub(crate) fn next(&mut self) -> Option<Vec<u8>> {
        let end = self.buffer.iter().position(|&byte| byte == b'\n')?;
        let mut message: Vec<u8> = self.buffer.drain(..=end).collect();
        message.pop();
        // TT-6: one CR belongs to the line end, as telnet sends it.
        message.pop_if(|byte| *byte == b'\r');
        Some(message)
    }

    /// What is left when no more bytes will come (TT-8).
    pub(crate) fn last(&mut self) -> Option<Vec<u8>> {
        let rest = std::mem::take(&mut self.buffer);
        (!rest.is_empty()).then_some(rest)
    }
}

/// Whether this message ends the conversation (TT-7, TT-28).
pub(crate) fn is_marker(message: &[u8]) -> bool {
    matches!(message, b"exit" | b"end" | b"q")
}

/// The answer to a name, without its LF.
///
/// HOLE 1 (TT-2, TT-5, TT-6): `Hello, `, the name as it came, `!`. The name is
/// bytes; does it have to be text to be repeated?
#[allow(dead_code, reason = "the client shares this file and greets nobody")]
pub(crate) fn answer(name: &[u8]) -> Vec<u8> {
    name.to_vec()
}
