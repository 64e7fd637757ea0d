//! Whether what was answered is on the client's standard output.

use super::super::super::printed::{self, contains};
use super::Talk;
use crate::causes::{NOT_PRINTED, PRINTS_OWN_INPUT};
use crate::diagnose::common;
use crate::limits::CLIENT;
use crate::verdict::{Cause, Failure, Side};

/// An answer that must be printed.
pub(super) struct Answer {
    text: Vec<u8>,
    pieces: Vec<Vec<u8>>,
}

impl Talk {
    /// Remembers that the answer to `text`, sent in these pieces, must be printed.
    pub(in crate::suites) fn expect_printed(&mut self, text: &str, pieces: Vec<Vec<u8>>) {
        self.expect_line(self.speech.wrap(text.as_bytes()), pieces);
    }

    /// Remembers that the line `text`, sent in these pieces, must be printed.
    pub(super) fn expect_line(&mut self, text: Vec<u8>, pieces: Vec<Vec<u8>>) {
        self.answers.push(Answer { text, pieces });
    }

    /// Proves that every answer is on standard output, in order, whatever stands
    /// around it. `cause` finds out why one is missing.
    pub(in crate::suites) fn printed(
        &self,
        cause: impl FnOnce(&Missing<'_>) -> Cause,
    ) -> Result<(), Failure> {
        let output = self.client.output();
        output.wait(CLIENT, |state| {
            (state.is_over() || self.first_missing(state.stdout.bytes()).is_none()).then_some(())
        });
        let stdout = output.stdout();
        let Some((nth, from)) = self.first_missing(&stdout) else {
            return Ok(());
        };
        let answer = &self.answers[nth];
        let missing = Missing {
            nth,
            answer: &answer.text,
            rest: &stdout[from..],
            own: self
                .received
                .iter()
                .any(|line| contains(&stdout, line.as_bytes())),
        };
        let (at, _) = missing.closest();
        Err(Failure::compared(
            cause(&missing),
            answer.pieces.clone(),
            Side::printed(&answer.text[..]),
            Side::printed(&missing.rest[at..]),
        ))
    }

    /// The first answer that is not printed, and where to look for it.
    pub(super) fn first_missing(&self, stdout: &[u8]) -> Option<(usize, usize)> {
        let texts = self.answers.iter().map(|answer| &answer.text[..]);
        printed::first_missing(texts, stdout)
    }
}

/// An answer that was sent and not printed.
pub(in crate::suites) struct Missing<'a> {
    /// Which one, from 0.
    pub(in crate::suites) nth: usize,
    pub(in crate::suites) answer: &'a [u8],
    /// What was printed after the answers before it.
    pub(in crate::suites) rest: &'a [u8],
    /// Whether the client printed what it had sent.
    pub(in crate::suites) own: bool,
}

impl Missing<'_> {
    /// Where the longest beginning of the answer stands, and how long it is.
    pub(in crate::suites) fn closest(&self) -> (usize, usize) {
        (0..self.rest.len())
            .map(|at| (at, common(self.answer, &self.rest[at..])))
            .rev()
            .max_by_key(|&(_, length)| length)
            .unwrap_or((0, 0))
    }

    /// The cause where nothing special was done to the answer.
    pub(in crate::suites) fn plain(&self) -> Cause {
        if self.own {
            PRINTS_OWN_INPUT
        } else {
            NOT_PRINTED
        }
    }
}
