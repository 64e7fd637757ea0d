//! What must come to a socket, and what is made of anything else.

use std::time::Instant;

use super::Datagrams;
use crate::diagnose::Missed;
use crate::limits::{ANSWER, QUIET, WHOLE};

/// Datagrams taken before the one that is waited for.
const BEFORE: usize = 64;

impl Datagrams {
    /// Waits for one datagram that holds exactly `expected`.
    ///
    /// # Errors
    /// What was seen instead.
    pub(crate) fn expect(&mut self, expected: &[u8]) -> Result<(), Box<Missed>> {
        self.expect_any(expected, |bytes| bytes == expected)
            .map(drop)
    }

    /// Waits for one datagram that `is_right`, of which `example` is one.
    ///
    /// # Errors
    /// What was seen instead.
    pub(crate) fn expect_any(
        &mut self,
        example: &[u8],
        is_right: impl FnOnce(&[u8]) -> bool,
    ) -> Result<Vec<u8>, Box<Missed>> {
        match self.receive_datagram(ANSWER) {
            Some(bytes) if is_right(&bytes) => {
                self.settle(bytes.clone());
                Ok(bytes)
            }
            came => Err(self.missed(example, came)),
        }
    }

    /// Sends `fence` and waits for its answer.
    ///
    /// # Returns
    /// Everything that came before it.
    ///
    /// # Errors
    /// With what came instead, when the answer does not come, or too much before
    /// it.
    pub(crate) fn until_answered(&mut self, fence: &[u8]) -> Result<Vec<Vec<u8>>, Box<Missed>> {
        self.send(fence);
        let mut before = Vec::new();
        while before.len() < BEFORE
            && let Some(bytes) = self.receive_datagram(ANSWER)
        {
            if bytes == fence {
                self.settle(bytes);
                return Ok(before);
            }
            before.push(bytes);
        }
        let mut missed = self.missed(fence, None);
        missed.got = before;
        Err(missed)
    }

    fn settle(&mut self, answer: Vec<u8>) {
        self.answered.push(answer);
        self.settled = true;
    }

    /// What was seen since the last right answer. Receives on until it is quiet,
    /// so that the card shows the whole of a wrong answer.
    pub(crate) fn missed(&mut self, expected: &[u8], came: Option<Vec<u8>>) -> Box<Missed> {
        let at = Instant::now();
        let mut got: Vec<_> = came.into_iter().collect();
        while !got.is_empty()
            && got.len() < 16
            && at.elapsed() < WHOLE
            && let Some(more) = self.receive_datagram(QUIET)
        {
            got.push(more);
        }
        Box::new(Missed {
            sent: self.sent.clone(),
            answered: self.answered.clone(),
            expected: expected.to_vec(),
            got,
            exit: self.exit(),
            at,
        })
    }
}
