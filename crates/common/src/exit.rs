//! How a program ends: exit codes and one-line errors.
//!
//! | code | meaning |
//! | --- | --- |
//! | 0 | done |
//! | 1 | the work failed |
//! | 2 | wrong usage |

use std::{fmt, io, process::ExitCode, time::Duration};

use clap::Parser;

use crate::{
    output::{OutputError, end_stopped},
    stop::Stop,
};

pub use crate::output::{reason, tell};

/// How long after a stop, and the grace, the process may live: for the system
/// calls that nothing ends, such as looking up a name.
const AFTER_STOP: Duration = Duration::from_millis(800);

/// Why a program ends without having done its work.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    line: String,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Work,
    Usage,
    /// Nobody reads our output any more, as in `… | head -1`. No failure: the
    /// reader has what it wanted.
    OutputClosed,
    /// The user wanted it to end.
    Stopped,
}

impl Failure {
    /// The work failed: exit code 1.
    pub fn new(what: impl fmt::Display, why: impl fmt::Display) -> Self {
        Failure {
            kind: Kind::Work,
            line: format!("{what}: {why}"),
        }
    }

    /// The command line makes no sense: exit code 2.
    pub fn usage(what: impl fmt::Display, why: impl fmt::Display) -> Self {
        Failure {
            kind: Kind::Usage,
            ..Failure::new(what, why)
        }
    }

    /// The user stopped it: exit code 0, and one line `stopped: HOW_FAR`.
    pub fn stopped(how_far: impl fmt::Display) -> Self {
        Failure {
            kind: Kind::Stopped,
            line: how_far.to_string(),
        }
    }

    /// Adds what the user can do about it.
    #[must_use]
    pub fn next_step(mut self, next: impl fmt::Display) -> Self {
        self.line = format!("{} ({next})", self.line);
        self
    }
}

/// A write to standard output failed. If its reader has closed it, that is a
/// quiet end.
impl From<OutputError> for Failure {
    fn from(OutputError(error): OutputError) -> Self {
        let mut failure = Failure::new("cannot write the output", reason(&error));
        if error.kind() == io::ErrorKind::BrokenPipe {
            failure.kind = Kind::OutputClosed;
        }
        failure
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl std::error::Error for Failure {}

/// Runs a program: parses its command line, calls `work`, prints a failure as
/// one line and turns it into the exit code.
pub fn run<Cli: Parser>(work: impl FnOnce(Cli) -> Result<(), Failure>) -> ExitCode {
    ignore_file_size_signal();
    let result = match Cli::try_parse() {
        Ok(cli) => work(cli),
        // Help and version are no errors. If nobody reads them, neither is that.
        Err(help) if !help.use_stderr() => {
            let _ = help.print();
            Ok(())
        }
        Err(error) => Err(one_line(&error)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.kind == Kind::OutputClosed => ExitCode::SUCCESS,
        Err(failure) if failure.kind == Kind::Stopped => {
            tell("stopped", &failure);
            ExitCode::SUCCESS
        }
        Err(failure) => {
            // Escaped: a failure may quote what a peer or a file name says.
            tell("error", &failure);
            ExitCode::from(if failure.kind == Kind::Usage { 2 } else { 1 })
        }
    }
}

/// The stop that Ctrl-C and SIGTERM give. The process ends `grace` and a little
/// after it at the latest, whatever its threads are waiting for.
///
/// # Errors
///
/// [`Failure`] when the signals cannot be watched.
pub fn stop_on_signals(grace: Duration) -> Result<Stop, Failure> {
    let stop =
        Stop::on_signals().map_err(|error| Failure::new("cannot watch signals", reason(&error)))?;
    stop.on_stop_after(grace + AFTER_STOP, || {
        end_stopped("in the middle of the work")
    })
    .keep();
    Ok(stop)
}

/// The argument parser's complaint, which takes several lines, in one.
fn one_line(error: &clap::Error) -> Failure {
    let text = error.render().to_string();
    let sentence = text.split("\n\n").next().unwrap_or(&text);
    let sentence = sentence.strip_prefix("error: ").unwrap_or(sentence);
    Failure {
        kind: Kind::Usage,
        line: sentence.split_whitespace().collect::<Vec<_>>().join(" "),
    }
    .next_step("--help shows the usage")
}

/// A file that outgrows its limit (`ulimit -f`) would kill the process by
/// SIGXFSZ. With a handler in place, the write fails with EFBIG instead, and is
/// reported like any other failed write. Rust does the same for SIGPIPE.
fn ignore_file_size_signal() {
    #[cfg(unix)]
    {
        let seen = std::sync::Arc::default();
        // Without the handler only the message is worse.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, seen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_one_line() {
        let failure = Failure::new("cannot connect to 127.0.0.1:1", "connection refused")
            .next_step("start the server");
        assert_eq!(
            failure.to_string(),
            "cannot connect to 127.0.0.1:1: connection refused (start the server)"
        );
        let error = clap::Command::new("x").try_get_matches_from(["x", "--no"]);
        let line = one_line(&error.unwrap_err()).to_string();
        assert!(
            line.starts_with("unexpected argument '--no' found"),
            "{line}"
        );
        assert!(!line.contains('\n'));
    }

    #[test]
    fn a_closed_output_is_no_failure() {
        let closed = Failure::from(OutputError(io::ErrorKind::BrokenPipe.into()));
        assert_eq!(closed.kind, Kind::OutputClosed);
        let full = Failure::from(OutputError(io::ErrorKind::StorageFull.into()));
        assert_eq!(full.kind, Kind::Work);
    }
}
