//! What a check found out, and the card a failure becomes.

use std::time::Instant;

use crate::causes::hint_at_start;
use crate::diagnose::common;
use crate::history::Event;
use crate::lesson::{Check, Lesson, Role, Transport};

/// Bytes that a card keeps behind the first wrong one.
const BEHIND: usize = 64 << 10;

/// A likely cause: a name that stays the same, and one sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// Such as `one-read-one-message`.
    pub id: &'static str,
    /// What the program probably does.
    pub sentence: &'static str,
}

/// Why a check did not pass.
pub(crate) enum Failure {
    /// The program is wrong.
    Wrong(Box<Wrong>),
    /// The judge or the machine is.
    Broken(String),
    /// The check cannot be made on this system.
    Skipped(String),
}

/// What the program did wrong.
pub(crate) struct Wrong {
    pub(crate) cause: Cause,
    pub(crate) sent: Vec<Vec<u8>>,
    pub(crate) expected: Side,
    pub(crate) got: Side,
    pub(crate) first_wrong: Option<usize>,
    /// When it was seen, which is before the card was made.
    pub(crate) at: Instant,
}

impl Failure {
    /// A failure told in words.
    pub(crate) fn words(cause: Cause, expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self::of(cause, Side::words(expected), Side::words(got))
    }

    pub(crate) fn of(cause: Cause, expected: Side, got: Side) -> Self {
        Self::compared(cause, Vec::new(), expected, got)
    }

    /// The same failure, for a cause the caller knows better.
    pub(crate) fn blame(self, cause: Cause) -> Self {
        match self {
            Self::Wrong(wrong) => Self::Wrong(Box::new(Wrong { cause, ..*wrong })),
            other => other,
        }
    }

    /// The same failure, where a more exact cause than `general` is known.
    pub(crate) fn instead_of(self, general: Cause, exact: Cause) -> Self {
        match &self {
            Self::Wrong(wrong) if wrong.cause == general => self.blame(exact),
            _ => self,
        }
    }

    /// A failure that shows what was sent, and where the two sides part.
    pub(crate) fn compared(cause: Cause, sent: Vec<Vec<u8>>, expected: Side, got: Side) -> Self {
        let both = expected.bytes.as_ref().zip(got.bytes.as_ref());
        // The right bytes at the wrong place have none that is wrong.
        let both = both.filter(|(expected, got)| expected != got);
        Self::Wrong(Box::new(Wrong {
            cause,
            sent,
            first_wrong: both.map(|(expected, got)| common(expected, got)),
            expected,
            got,
            at: Instant::now(),
        }))
    }
}

/// One side of the comparison: bytes, words about them, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Side {
    /// The bytes, where the comparison is about bytes.
    pub bytes: Option<Vec<u8>>,
    /// What is to be said beside them.
    pub words: String,
}

impl Side {
    pub(crate) fn words(words: impl Into<String>) -> Self {
        Self {
            bytes: None,
            words: words.into(),
        }
    }

    pub(crate) fn bytes(bytes: impl Into<Vec<u8>>, words: impl Into<String>) -> Self {
        Self {
            bytes: Some(bytes.into()),
            words: words.into(),
        }
    }

    /// What the program has printed, or should have.
    pub(crate) fn printed(bytes: impl Into<Vec<u8>>) -> Self {
        Self::or_nothing(
            bytes.into(),
            "on standard output",
            "nothing on standard output",
        )
    }

    /// What a datagram held, or should have held.
    pub(crate) fn datagram(bytes: impl Into<Vec<u8>>) -> Self {
        Self::or_nothing(bytes.into(), "", "an empty datagram")
    }

    fn or_nothing(bytes: Vec<u8>, words: &str, nothing: &str) -> Self {
        let words = if bytes.is_empty() { nothing } else { words };
        Self::bytes(bytes, words)
    }

    /// Leaves out what is far behind the first wrong byte: a program may have
    /// printed without end.
    fn cut(mut self, first_wrong: Option<usize>) -> Self {
        let Some(bytes) = &mut self.bytes else {
            return self;
        };
        let kept = first_wrong.unwrap_or(0).saturating_add(BEHIND);
        if bytes.len() > kept {
            let comma = if self.words.is_empty() { "" } else { ", " };
            let note = format!("{comma}the first {kept} of {} bytes", bytes.len());
            self.words.push_str(&note);
            bytes.truncate(kept);
            bytes.shrink_to_fit();
        }
        self
    }
}

/// How often, in words.
pub(crate) fn how_often(count: usize) -> String {
    match count {
        1 => "once".into(),
        _ => format!("{count} times"),
    }
}

/// Everything a student needs to find the bug, for one failed check.
#[derive(Debug, Clone)]
pub struct Card {
    /// The numbered requirement, such as `TB-3`.
    pub requirement: &'static str,
    /// The check's name.
    pub check: &'static str,
    /// Which program failed.
    pub role: Role,
    /// What the check proves.
    pub summary: &'static str,
    /// What was sent since the last right answer. Over a stream each piece was one
    /// write, and every piece but the last was held back from its successor; else
    /// each was a datagram.
    pub sent: Vec<Vec<u8>>,
    /// What the program was given on standard input; empty for a server.
    pub input: Vec<u8>,
    /// What the pieces are.
    pub transport: Transport,
    /// What should have come.
    pub expected: Side,
    /// What came.
    pub got: Side,
    /// Offset of the first wrong byte in both, where both have bytes.
    pub first_wrong: Option<usize>,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// The program's last lines on standard error.
    pub last_words: Vec<Vec<u8>>,
    /// What the program probably does.
    pub cause: Cause,
    /// The first of the check's hints, or one for a program that did not get so far.
    pub hint: &'static str,
    /// Where the book explains it: a path and an anchor.
    pub section: String,
    /// The command that runs this check again, with the same words.
    pub replay: String,
}

impl Card {
    pub(crate) fn new(lesson: &Lesson, check: &Check, wrong: Wrong, replay: String) -> Self {
        Self {
            requirement: check.requirement,
            check: check.name,
            role: check.role,
            summary: check.summary,
            sent: wrong.sent,
            transport: lesson.transport,
            expected: wrong.expected.cut(wrong.first_wrong),
            got: wrong.got.cut(wrong.first_wrong),
            first_wrong: wrong.first_wrong,
            input: Vec::new(),
            events: Vec::new(),
            last_words: Vec::new(),
            cause: wrong.cause,
            hint: hint_at_start(wrong.cause).unwrap_or(check.hints[0]),
            section: format!("{}#{}", lesson.chapter, check.section),
            replay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::CHANGED_TEXT;

    #[test]
    fn what_is_not_there_has_a_name() {
        assert_eq!(Side::printed(b"x").words, "on standard output");
        assert_eq!(Side::printed(b"").words, "nothing on standard output");
        assert_eq!(Side::datagram(b"x").words, "");
        assert_eq!(Side::datagram(b"").words, "an empty datagram");
    }

    #[test]
    fn right_bytes_at_the_wrong_place_have_no_wrong_one() {
        let first_wrong = |got: &[u8]| {
            let (here, there) = (Side::bytes(b"cedar", "here"), Side::bytes(got, "there"));
            match Failure::compared(CHANGED_TEXT, Vec::new(), here, there) {
                Failure::Wrong(wrong) => wrong.first_wrong,
                _ => None,
            }
        };
        assert_eq!(first_wrong(b"cedar"), None);
        assert_eq!(first_wrong(b"ceder"), Some(3));
    }

    #[test]
    fn a_card_keeps_what_is_near_the_first_wrong_byte() {
        let much = Side::bytes(vec![b'x'; 12 << 20], "on standard output");
        let cut = much.clone().cut(Some(1 << 20));
        let kept = (1 << 20) + BEHIND;
        assert_eq!(cut.bytes.map(|bytes| bytes.len()), Some(kept));
        let words = "on standard output, the first 1114112 of 12582912 bytes";
        assert_eq!(cut.words, words);
        let little = Side::bytes(b"x", "");
        assert_eq!(little.clone().cut(None), little);
    }
}
