//! What a client counts, and tells who asks for it.

use std::fmt;

use common::exit::{Failure, tell};

/// What happened, for the last line.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Whether each event is told at once, too.
    verbose: bool,
    /// Questions, each counted once.
    pub(crate) requests: u64,
    /// Those that were answered.
    pub(crate) answered: u64,
    again: u64,
    dropped: u64,
}

impl Tally {
    pub(crate) fn new(verbose: bool) -> Self {
        Tally {
            verbose,
            ..Tally::default()
        }
    }

    /// A question is asked once more.
    pub(crate) fn again(&mut self) {
        self.again += 1;
        let number = self.requests;
        self.explain(format_args!("no answer yet, asking number {number} again"));
    }

    /// A question was given up, and perhaps the server, after so many.
    pub(crate) fn silence(&self, dead: Option<u32>) {
        let number = self.requests;
        tell("warning", &format_args!("no answer to question {number}"));
        if let Some(silent) = dead {
            let why = "in a row without one: the server is taken for dead and asked no more";
            tell("warning", &format_args!("{silent} {why}"));
        }
    }

    /// A datagram is no answer that may be believed.
    pub(crate) fn drop(&mut self, why: impl fmt::Display) {
        self.dropped += 1;
        self.explain(format_args!("dropped a datagram: {why}"));
    }

    /// Whether anything happened that a plain answer does not show.
    pub(crate) fn is_eventful(&self) -> bool {
        self.verbose || self.again + self.dropped > 0
    }

    /// Whether everything was answered.
    pub(crate) fn verdict(&self) -> Result<(), Failure> {
        match self.requests - self.answered {
            0 => Ok(()),
            missing => Err(Failure::new(
                "answers are missing",
                format_args!("{missing} of {} questions got none", self.requests),
            )),
        }
    }

    /// Told to who asks for it.
    pub(crate) fn explain(&self, what: fmt::Arguments<'_>) {
        if self.verbose {
            tell("note", &what);
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "questions: {}, answered: {}, asked again: {}, dropped: {}",
            self.requests, self.answered, self.again, self.dropped
        )
    }
}
