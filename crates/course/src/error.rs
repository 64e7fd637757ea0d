//! One error type for the whole command: what failed, why, and what to do next.

use std::fmt;
use std::io;

/// Whose move it is, which is also the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The student's program or work failed: exit 1.
    Work,
    /// The command was used wrongly: exit 2.
    Usage,
    /// We or this machine failed: exit 3.
    Machine,
    /// Ctrl-C: exit 130, the shell's convention for 128 + SIGINT (2).
    Stopped,
    /// Whoever read our output has gone (`| head`): not an error, exit 0.
    Closed,
}

/// An error as the user sees it: `error: WHAT: WHY. Next: STEP`.
#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) kind: Kind,
    what: String,
    why: String,
    next: Option<String>,
}

/// Every command returns this.
pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The student's work failed.
    pub(crate) fn work(what: impl Into<String>, why: impl fmt::Display) -> Error {
        Error::new(Kind::Work, what, why)
    }

    /// Wrong usage.
    pub(crate) fn usage(what: impl Into<String>, why: impl fmt::Display) -> Error {
        Error::new(Kind::Usage, what, why)
    }

    /// Our own failure, or the machine's.
    pub(crate) fn machine(what: impl Into<String>, why: impl fmt::Display) -> Error {
        Error::new(Kind::Machine, what, why)
    }

    /// The user pressed Ctrl-C.
    pub(crate) fn stopped() -> Error {
        Error::new(Kind::Stopped, "stopped", "Ctrl-C")
    }

    fn new(kind: Kind, what: impl Into<String>, why: impl fmt::Display) -> Error {
        Error {
            kind,
            what: what.into(),
            why: why.to_string(),
            next: None,
        }
    }

    /// Adds the next step, a sentence or a command without a full stop.
    pub(crate) fn next(mut self, step: impl Into<String>) -> Error {
        self.next = Some(step.into());
        self
    }

    /// The process's exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Closed => 0,
            Kind::Work => 1,
            Kind::Usage => 2,
            Kind::Machine => 3,
            Kind::Stopped => 130,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One line whatever the parts hold: cargo's and toml's messages have several.
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        write!(f, "error: {}: {}", line(&self.what), line(&self.why))?;
        match &self.next {
            // A reason that asks something ends its own sentence.
            Some(step) if self.why.ends_with('?') => write!(f, " Next: {}", line(step)),
            Some(step) => write!(f, ". Next: {}", line(step)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// Only for writing our own output; errors of files are given their name by hand.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Error::new(Kind::Closed, "output", error),
            _ => Error::machine("writing the output", error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_with_its_next_step() {
        let error = Error::usage("lesson 'x'", "no such\n  lesson").next("cargo course list");
        assert_eq!(
            error.to_string(),
            "error: lesson 'x': no such lesson. Next: cargo course list"
        );
        assert_eq!(error.exit_code(), 2);
    }

    #[test]
    fn a_closed_output_is_not_an_error() {
        let error = Error::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(error.exit_code(), 0);
    }
}
