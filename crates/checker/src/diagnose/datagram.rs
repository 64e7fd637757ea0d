//! The same for datagrams, where a server answers each with its own bytes.

use std::time::Instant;

use super::common;
use crate::causes::*;
use crate::limits::ANSWER;
use crate::subject::Exit;
use crate::verdict::{Cause, Failure, Side, Wrong};

/// An answer that did not come, or not as it should.
pub(crate) struct Missed {
    /// What was sent since the last right answer, each a datagram.
    pub(crate) sent: Vec<Vec<u8>>,
    /// The right answers before.
    pub(crate) answered: Vec<Vec<u8>>,
    pub(crate) expected: Vec<u8>,
    /// What came instead, each a datagram.
    pub(crate) got: Vec<Vec<u8>>,
    /// How the program ended, if it has.
    pub(crate) exit: Option<Exit>,
    /// When the wait for it was over.
    pub(crate) at: Instant,
}

impl Missed {
    /// Whether nothing came at all.
    pub(crate) fn is_silence(&self) -> bool {
        self.got.is_empty()
    }

    /// The failure with a cause the caller knows better.
    pub(crate) fn blame(self, cause: Cause) -> Failure {
        let mut words = match (self.got.as_slice(), self.exit) {
            ([], Some(exit)) => format!("nothing, and the program ended with {exit}"),
            ([], None) => format!("nothing for {} s", ANSWER.as_secs()),
            ([first], _) if first.is_empty() => "an empty datagram".into(),
            ([_], _) => String::new(),
            (all, _) if all.iter().all(Vec::is_empty) => format!("{} empty datagrams", all.len()),
            (all, _) => format!("the first of {} datagrams", all.len()),
        };
        let got = self.got.into_iter().next().unwrap_or_default();
        if let (Some(exit), false) = (self.exit, got.is_empty()) {
            words = format!("{words}, then {exit}");
        }
        let expected = match self.expected.is_empty() {
            true => "an empty datagram",
            false => "in one datagram",
        };
        Failure::Wrong(Box::new(Wrong {
            cause,
            sent: self.sent,
            first_wrong: Some(common(&self.expected, &got)),
            expected: Side::bytes(self.expected, expected),
            got: Side::bytes(got, words.trim_start_matches(", ")),
            at: self.at,
        }))
    }

    /// The failure with `silence` as the cause where nothing came.
    pub(crate) fn or_silence(self, silence: Cause) -> Failure {
        match self.is_silence() {
            true => self.blame(silence),
            false => {
                let cause = self.cause();
                self.blame(cause)
            }
        }
    }

    /// The first cause that explains what came.
    fn cause(&self) -> Cause {
        let expected = &self.expected[..];
        let Some(got) = self.got.first().map(Vec::as_slice) else {
            return UNANSWERED;
        };
        let sent = |bytes: &[u8]| self.answered.iter().any(|answer| answer == bytes);
        let lossy = String::from_utf8_lossy(expected).into_owned().into_bytes();
        let trimmed = [
            expected.trim_ascii(),
            expected.trim_ascii_start(),
            expected.trim_ascii_end(),
        ];
        let until_nul = expected.split(|&byte| byte == 0).next();
        if got.starts_with(b"b'") || got.starts_with(b"b\"") {
            PRINTED_BYTES_OBJECT
        } else if sent(got) && self.got.iter().any(|got| got == expected) {
            ANSWERED_TWICE
        } else if !got.is_empty() && sent(got) {
            STALE_ANSWER
        } else if got.strip_prefix(expected).is_some_and(is_line_end) {
            LINE_END_ADDED
        } else if self.got.len() > 1 && self.got.concat() == expected {
            SPLIT_ANSWER
        } else if trimmed.contains(&got) {
            BYTES_STRIPPED
        } else if expected.contains(&0) && Some(got) == until_nul {
            CUT_AT_NUL
        } else if got == lossy || is_latin(expected, got) {
            DECODED
        } else if !got.is_empty() && expected.starts_with(got) {
            CUT_SILENTLY
        } else {
            CHANGED_TEXT
        }
    }
}

impl From<Box<Missed>> for Failure {
    fn from(missed: Box<Missed>) -> Self {
        let cause = missed.cause();
        missed.blame(cause)
    }
}

fn is_line_end(bytes: &[u8]) -> bool {
    matches!(bytes, b"\n" | b"\r\n" | b"\r")
}

/// Whether each byte was taken for a character of its own.
fn is_latin(bytes: &[u8], got: &[u8]) -> bool {
    let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    got == text.as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(expected: &[u8], got: &[&[u8]]) -> &'static str {
        let missed = Missed {
            sent: vec![expected.to_vec()],
            answered: vec![b"first".to_vec(), b"last".to_vec()],
            expected: expected.to_vec(),
            got: got.iter().map(|bytes| bytes.to_vec()).collect(),
            exit: None,
            at: Instant::now(),
        };
        missed.cause().id
    }

    #[test]
    fn what_came_tells_what_was_done_to_it() {
        assert_eq!(cause(b"x", &[]), "unanswered");
        assert_eq!(cause(b"hello", &[b"b'hello'"]), "printed-bytes-object");
        assert_eq!(cause(b"hello", &[b"last", b"hello"]), "answered-twice");
        assert_eq!(cause(b"hello", &[b"first"]), "stale-answer");
        assert_eq!(cause(b"hello", &[b"hello\n"]), "line-end-added");
        assert_eq!(cause(b"hello", &[b"he", b"llo"]), "split-answer");
        assert_eq!(cause(b"hello\r\n", &[b"hello"]), "bytes-stripped");
        assert_eq!(cause(b"\n", &[b""]), "bytes-stripped");
        assert_eq!(cause(b"he\0llo", &[b"he"]), "cut-at-nul");
        assert_eq!(cause(b"a\xff", &["a\u{fffd}".as_bytes()]), "decoded");
        assert_eq!(cause(b"a\xff", &["a\u{ff}".as_bytes()]), "decoded");
        assert_eq!(cause(b"hello", &[b"he"]), "cut-silently");
        assert_eq!(cause(b"hello", &[b"Server: hello"]), "changed-text");
    }
}
