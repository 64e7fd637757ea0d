//! From what came to why: each known misreading predicts what it would answer.
//!
//! A program that takes one read for one message answers `he│llo⏎` with
//! `he⏎llo⏎`, and nothing else does. So for every bug in the table the judge
//! works out what a program with that bug would have answered to the pieces as
//! they were sent, and names the first bug that fits.

mod datagram;
mod misread;

use std::time::Instant;

use crate::causes::*;
use crate::limits::ANSWER;
use crate::peer::End;
use crate::speech::Speech;
use crate::verdict::{Cause, Failure, Side, Wrong};
pub(crate) use datagram::Missed;

/// What a connection has seen since the last right answer.
pub(crate) struct Seen {
    /// What the lesson's programs say.
    pub(crate) speech: Speech,
    /// What was sent, piece by piece; all but the last were held.
    pub(crate) pieces: Vec<Vec<u8>>,
    /// The right answers before.
    pub(crate) answered: Vec<Vec<u8>>,
    pub(crate) expected: Vec<u8>,
    pub(crate) got: Vec<u8>,
    /// How many bytes came before the last piece was sent.
    pub(crate) early: usize,
    pub(crate) end: Option<End>,
    /// When the wait for `expected` was over.
    pub(crate) at: Instant,
}

impl Seen {
    /// The failure with a cause the caller knows better.
    pub(crate) fn blame(self, cause: Cause) -> Failure {
        let expected = match (self.early, self.expected.is_empty()) {
            (0, false) => "",
            (0, true) if self.end.is_none() && self.got.is_empty() => "the end of the connection",
            (0, true) => "nothing more",
            _ => "and no byte of it before the last piece was sent",
        };
        let mut got = match self.end {
            Some(End::Closed) => "then the end of the connection".into(),
            Some(End::Reset) => "then a reset of the connection".into(),
            None if self.expected.starts_with(&self.got) && self.early == 0 => {
                format!("then nothing more for {} s", ANSWER.as_secs())
            }
            None => String::new(),
        };
        if self.early > 0 {
            got = format!("of which {} bytes came too early", self.early);
        } else if self.got.is_empty() {
            got = got
                .replacen("then ", "", 1)
                .replacen("nothing more", "nothing", 1);
        }
        let right = common(&self.expected, &self.got);
        // Every byte may be right and yet too early: then none is wrong.
        let first_wrong = (right < self.got.len() || self.early == 0).then_some(right);
        Failure::Wrong(Box::new(Wrong {
            cause,
            sent: self.pieces,
            expected: Side::bytes(self.expected, expected),
            got: Side::bytes(self.got, got),
            first_wrong,
            at: self.at,
        }))
    }

    /// The failure with `silence` as the cause where nothing came.
    pub(crate) fn or_silence(self, silence: Cause) -> Failure {
        if self.got.is_empty() {
            return self.blame(silence);
        }
        let cause = self.cause();
        self.blame(cause)
    }

    /// The first cause that explains what came.
    pub(crate) fn cause(&self) -> Cause {
        if self.early > 0 {
            return ONE_READ_ONE_MESSAGE;
        }
        if !self.got.is_empty() && self.expected.strip_suffix(b"\n") == Some(&self.got) {
            // Before the table: several bugs would answer so to some text.
            return MISSING_NEWLINE;
        }
        misread::TABLE
            .iter()
            .find(|(_, explains)| explains(self))
            .map_or_else(|| self.fallback(), |(cause, _)| *cause)
    }

    fn fallback(&self) -> Cause {
        match (self.got.is_empty(), self.end) {
            (true, Some(_)) => CLOSED_EARLY,
            (true, None) => NO_ANSWER,
            (false, _) => CHANGED_TEXT,
        }
    }

    /// Everything sent, without its cuts.
    fn sent(&self) -> Vec<u8> {
        self.pieces.concat()
    }

    /// Whether a program that answers `prediction` would have been seen so. The
    /// judge stops listening some time after the first wrong byte, so what came
    /// may be the beginning of the prediction, as long as it is not right.
    fn fits(&self, prediction: &[u8]) -> bool {
        let wrong = common(&self.expected, &self.got) < self.got.len();
        prediction != self.expected
            && (prediction == self.got || (wrong && prediction.starts_with(&self.got)))
    }
}

impl From<Box<Seen>> for Failure {
    fn from(seen: Box<Seen>) -> Self {
        let cause = seen.cause();
        seen.blame(cause)
    }
}

/// How many bytes two texts have in common from the start.
pub(crate) fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
