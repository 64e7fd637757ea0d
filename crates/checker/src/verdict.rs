//! What a check found out, and the card a failure becomes.

use crate::causes::hint_at_start;
use crate::diagnose::common;
use crate::history::Event;
use crate::lesson::{Check, Lesson, Role, Transport};

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
        Self::Wrong(Box::new(Wrong {
            cause,
            sent,
            first_wrong: both.map(|(expected, got)| common(expected, got)),
            expected,
            got,
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
            expected: wrong.expected,
            got: wrong.got,
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
