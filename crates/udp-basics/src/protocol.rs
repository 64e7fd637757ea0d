//! What the bytes mean. No socket, clock or thread in this file.
//!
//! A datagram has its borders already: nothing needs framing here. What is
//! missing is what a connection would have given: which answer belongs to which
//! request. So every request carries a number.

use std::fmt;

use common::escape::escape_bytes;

/// The port of this lesson, unless the user says otherwise.
pub const PORT: u16 = 9003;

/// Most bytes of a request: what fits one Ethernet frame of 1500, less 20 for
/// the header of IPv4 and 8 for that of UDP
/// ([RFC 791 §3.1](https://www.rfc-editor.org/rfc/rfc791#section-3.1),
/// [RFC 768](https://www.rfc-editor.org/rfc/rfc768)). A larger datagram would
/// travel in fragments, and be lost with any one of them.
pub const MAX_REQUEST: usize = 1472;

/// A request that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    number: Option<u64>,
    bytes: Vec<u8>,
}

/// What a datagram from the server is to the request that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// Its answer, and the text of it (UB-21).
    Answer(&'a [u8]),
    /// The answer to an earlier request: late, or there for the second time
    /// (UB-20).
    Late(u64),
    /// No answer of any kind: damaged, cut, or unasked for (UB-21).
    Other,
}

impl Request {
    /// The request with this number, from 1, for one line of input (UB-15).
    ///
    /// # Errors
    ///
    /// [`TooLong`].
    pub fn numbered(number: u64, text: &[u8]) -> Result<Self, TooLong> {
        // ANCHOR: emit
        let mut bytes = number.to_string().into_bytes();
        bytes.push(b' ');
        bytes.extend_from_slice(text);
        // ANCHOR_END: emit
        Self::checked(Some(number), bytes)
    }

    /// A request without a number, for servers that change the text. Any answer
    /// is then its answer, also one that was meant for an earlier request.
    ///
    /// # Errors
    ///
    /// [`TooLong`].
    pub fn plain(text: &[u8]) -> Result<Self, TooLong> {
        Self::checked(None, text.to_vec())
    }

    fn checked(number: Option<u64>, bytes: Vec<u8>) -> Result<Self, TooLong> {
        if bytes.len() > MAX_REQUEST {
            return Err(TooLong { bytes: bytes.len() });
        }
        Ok(Request { number, bytes })
    }

    /// What goes into the datagram.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    // ANCHOR: judge
    /// Whether this datagram is the answer.
    ///
    /// A number alone would not do: bytes can be damaged on the way, and UDP's
    /// sum of 16 bits does not notice everything. Here the whole answer is
    /// known beforehand, so the whole of it is compared.
    #[must_use]
    pub fn judge<'a>(&self, datagram: &'a [u8]) -> Verdict<'a> {
        let Some(number) = self.number else {
            return Verdict::Answer(datagram);
        };
        match parse(datagram) {
            Some((_, text)) if datagram == self.bytes => Verdict::Answer(text),
            Some((earlier, _)) if earlier < number => Verdict::Late(earlier),
            _ => Verdict::Other,
        }
    }
    // ANCHOR_END: judge
}

/// How a request is named in messages: by its number or, without one, its text.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(f, "request {number}"),
            None => write!(f, "\"{}\"", escape_bytes(&self.bytes)),
        }
    }
}

// ANCHOR: parse
/// Number and text of a numbered datagram; `None` if it is none. Exactly one
/// spelling of each number counts, or two datagrams could mean the same request.
#[must_use]
pub fn parse(datagram: &[u8]) -> Option<(u64, &[u8])> {
    let blank = datagram.iter().position(|&byte| byte == b' ')?;
    let (digits, text) = (&datagram[..blank], &datagram[blank + 1..]);
    // parse() alone would accept "+1" and "01".
    if !digits.iter().all(u8::is_ascii_digit) || digits.first() == Some(&b'0') {
        return None;
    }
    let number = str::from_utf8(digits).ok()?.parse().ok()?;
    Some((number, text))
}
// ANCHOR_END: parse

/// A request that does not fit ([`MAX_REQUEST`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong {
    /// How many bytes it would have.
    pub bytes: usize,
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TooLong { bytes } = self;
        write!(f, "the request has {bytes} bytes, more than {MAX_REQUEST}")
    }
}

impl std::error::Error for TooLong {}
