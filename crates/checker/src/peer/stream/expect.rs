//! What must come on a connection, and what is made of anything else.

use std::time::{Duration, Instant};

use super::Stream;
use crate::diagnose::Seen;
use crate::limits::{ANSWER, QUIET, SILENCE, WHOLE};

impl Stream {
    /// Waits for exactly `expected`, as long as it makes progress.
    ///
    /// # Errors
    /// What was seen instead: other bytes, too few in time, or an end.
    pub(crate) fn expect(&mut self, expected: &[u8]) -> Result<(), Box<Seen>> {
        let mut length = 0;
        loop {
            // Some(true) is right, Some(false) is wrong, None is not decided.
            let verdict = self.inbox.wait(ANSWER, |state| {
                let got = state.waiting();
                if got.starts_with(expected) {
                    return Some(Some(true));
                }
                let wrong = state.end.is_some() || !expected.starts_with(got);
                (wrong || got.len() > length).then(|| {
                    length = got.len();
                    wrong.then_some(false)
                })
            });
            match verdict {
                Some(None) => {}
                Some(Some(true)) => {
                    self.answered.push(self.inbox.take(expected.len()));
                    self.pieces.clear();
                    self.history.answered(&self.name);
                    return Ok(());
                }
                Some(Some(false)) | None => return Err(self.seen(expected, 0)),
            }
        }
    }

    /// Sends `message` cut before each offset of `cuts`, each piece held, and
    /// waits for `expected`, of which nothing may come before the last piece.
    ///
    /// # Errors
    /// As for [`Stream::expect`]; also when an answer came too early.
    pub(crate) fn exchange_cut(
        &mut self,
        message: &[u8],
        cuts: &[usize],
        expected: &[u8],
    ) -> Result<(), Box<Seen>> {
        let mut from = 0;
        for &cut in cuts {
            self.send_and_hold(&message[from..cut]);
            from = cut;
            self.none_yet(&message[from..], expected)?;
        }
        self.send(&message[from..]);
        self.expect(expected)
    }

    /// As [`Stream::exchange_cut`], with one cut that lasts longer than programs
    /// wait which take a silence for an end.
    ///
    /// # Errors
    /// As for [`Stream::exchange_cut`].
    pub(crate) fn exchange_after_silence(
        &mut self,
        message: &[u8],
        cut: usize,
        expected: &[u8],
    ) -> Result<(), Box<Seen>> {
        let (beginning, rest) = message.split_at(cut);
        self.send_and_wait(beginning);
        self.none_yet(rest, expected)?;
        self.send(rest);
        self.expect(expected)
    }

    /// Sends `bytes`, then nothing for [`SILENCE`], unless something comes back.
    pub(crate) fn send_and_wait(&mut self, bytes: &[u8]) {
        self.send(bytes);
        self.inbox.wait(SILENCE, |state| {
            (state.end.is_some() || !state.waiting().is_empty()).then_some(())
        });
    }

    /// Proves that nothing came before the `rest` of a message was sent.
    fn none_yet(&mut self, rest: &[u8], expected: &[u8]) -> Result<(), Box<Seen>> {
        let early = self.inbox.look(|state| state.waiting().len());
        if early > 0 || self.ended() {
            self.send(rest);
            return Err(self.seen(expected, early));
        }
        Ok(())
    }

    /// Waits for the end of the connection, with nothing before it. A reset
    /// counts as an end here: only what was answered matters.
    ///
    /// # Errors
    /// What came instead.
    pub(crate) fn expect_end(&mut self) -> Result<(), Box<Seen>> {
        self.inbox.wait(ANSWER, |state| {
            (state.end.is_some() || !state.waiting().is_empty()).then_some(())
        });
        let clean = self
            .inbox
            .look(|state| state.end.is_some() && state.waiting().is_empty());
        if clean {
            Ok(())
        } else {
            Err(self.seen(b"", 0))
        }
    }

    /// Proves that nothing came and the connection did not end.
    ///
    /// # Errors
    /// What came.
    pub(crate) fn expect_nothing_more(&mut self) -> Result<(), Box<Seen>> {
        let quiet = self
            .inbox
            .look(|state| state.end.is_none() && state.waiting().is_empty());
        if quiet {
            Ok(())
        } else {
            Err(self.seen(b"", 0))
        }
    }

    /// Gives the program the chance to say too much.
    ///
    /// # Errors
    /// What came although nothing was due.
    pub(crate) fn expect_nothing(&mut self) -> Result<(), Box<Seen>> {
        self.settle();
        let nothing = self.inbox.look(|state| state.waiting().is_empty());
        if nothing {
            Ok(())
        } else {
            Err(self.seen(b"", 0))
        }
    }

    /// Waits at most `limit` for a line and takes it, its LF included.
    pub(crate) fn line(&mut self, limit: Duration) -> Option<Vec<u8>> {
        let length = self.inbox.wait(limit, |state| {
            match state.waiting().iter().position(|&b| b == b'\n') {
                Some(at) => Some(Some(at + 1)),
                None => state.end.map(|_| None),
            }
        })??;
        Some(self.inbox.take(length))
    }

    /// What this connection has seen since the last right answer. Reads on until
    /// it is quiet, so that the card shows the whole of a wrong answer.
    pub(crate) fn seen(&mut self, expected: &[u8], early: usize) -> Box<Seen> {
        let at = Instant::now();
        let mut length = self.inbox.look(|state| state.waiting().len());
        while length < (1 << 20) && at.elapsed() < WHOLE {
            let more = self.inbox.wait(QUIET, |state| {
                let now = state.waiting().len();
                (state.end.is_some() || now > length).then_some(now)
            });
            match more {
                Some(now) if now > length => length = now,
                _ => break,
            }
        }
        Box::new(Seen {
            speech: self.speech,
            pieces: self.pieces.clone(),
            answered: self.answered.clone(),
            expected: expected.to_vec(),
            got: self.waiting(),
            early,
            end: self.end(),
            at,
        })
    }
}
