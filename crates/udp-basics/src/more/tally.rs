//! What a client counts, and tells who asks for it.

use std::{fmt, net::SocketAddr};

use common::exit::{Failure, tell};

use crate::protocol::{Request, Verdict};

/// What happened, for the last line.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Whether each event is told at once, too.
    verbose: bool,
    /// Requests, each counted once.
    pub(crate) requests: u64,
    /// Those that were answered.
    pub(crate) answered: u64,
    again: u64,
    late: u64,
    other: u64,
    strangers: u64,
}

impl Tally {
    pub(crate) fn new(verbose: bool) -> Self {
        Tally {
            verbose,
            ..Tally::default()
        }
    }

    /// A request is sent once more.
    pub(crate) fn again(&mut self, request: &Request) {
        self.again += 1;
        self.explain(format_args!("no answer yet, sending {request} again"));
    }

    /// A datagram from the server is of no use.
    pub(crate) fn drop(&mut self, verdict: Verdict<'_>) {
        if let Verdict::Late(number) = verdict {
            self.late += 1;
            self.explain(format_args!(
                "dropped a late or second answer to request {number}"
            ));
        } else {
            self.other += 1;
            self.explain(format_args!("dropped a datagram that answers nothing"));
        }
    }

    /// A datagram came from somebody else.
    pub(crate) fn stranger(&mut self, from: SocketAddr) {
        self.strangers += 1;
        tell(
            "note",
            &format_args!("dropped a datagram from {from}, which is not the server"),
        );
    }

    /// Whether anything happened that a plain answer does not show.
    pub(crate) fn is_eventful(&self) -> bool {
        self.verbose || self.again + self.late + self.other + self.strangers > 0
    }

    /// Whether everything was answered.
    pub(crate) fn verdict(&self) -> Result<(), Failure> {
        let missing = self.requests - self.answered;
        if missing == 0 {
            return Ok(());
        }
        let why = format!("{missing} of {} requests got none", self.requests);
        let failure = Failure::new("answers are missing", why);
        if self.answered == 0 && self.other > 0 {
            return Err(failure.next_step("if the server changes the text: --no-sequence"));
        }
        Err(failure)
    }

    fn explain(&self, what: fmt::Arguments<'_>) {
        if self.verbose {
            tell("note", &what);
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "requests: {}, answered: {}, sent again: {}, dropped: {} late or double, \
             {} that answer nothing, {} from strangers",
            self.requests, self.answered, self.again, self.late, self.other, self.strangers
        )
    }
}
