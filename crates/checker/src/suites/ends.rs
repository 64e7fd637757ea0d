//! How programs end: by themselves, with which exit code, and at a signal.

use std::time::Duration;

use crate::bench::{Server, end_at_start};
use crate::causes::*;
use crate::limits::STOP;
use crate::subject::{Exit, Stop, Subject};
use crate::verdict::{Cause, Failure};

/// Proves that a client ends by itself within `limit`, or blames `never`.
pub(super) fn ends(client: &Subject, limit: Duration, never: Cause) -> Result<Exit, Failure> {
    ends_within(client, limit, limit, never)
}

/// As [`ends`], where only `left` of its time is left.
pub(super) fn ends_within(
    client: &Subject,
    left: Duration,
    limit: Duration,
    never: Cause,
) -> Result<Exit, Failure> {
    let wanted = "the client to end by itself";
    match client.wait_exit(left) {
        Some(exit @ Exit::Code(_)) => Ok(exit),
        Some(exit @ Exit::Signal(_)) => {
            let got = format!("it was ended by {exit}");
            Err(Failure::words(KILLED_BY_SIGNAL, wanted, got))
        }
        None => {
            let got = format!("it still ran after {} s", limit.as_secs());
            Err(Failure::words(never, wanted, got))
        }
    }
}

/// Proves that a client ends by itself with code 0.
pub(super) fn succeeds(client: &Subject, limit: Duration, never: Cause) -> Result<(), Failure> {
    is_success(ends(client, limit, never)?)
}

/// Proves that an end is one with code 0.
pub(super) fn is_success(exit: Exit) -> Result<(), Failure> {
    match exit {
        Exit::Code(0) => Ok(()),
        exit => {
            let got = exit.to_string();
            Err(Failure::words(SUCCESS_HIDDEN, "exit code 0", got))
        }
    }
}

/// What a client that has failed must tell.
const FAILED: &str = "an exit code other than 0";

/// Proves that a client ends by itself with another code than 0.
pub(super) fn fails(client: &Subject, limit: Duration, never: Cause) -> Result<(), Failure> {
    match ends(client, limit, never)? {
        Exit::Code(0) => Err(Failure::words(FAILURE_HIDDEN, FAILED, "exit code 0")),
        _ => Ok(()),
    }
}

/// As [`fails`], for a client of which nothing else was seen: the codes of a
/// command that could not be run are none of its own.
pub(super) fn fails_after_start(
    client: &Subject,
    limit: Duration,
    never: Cause,
) -> Result<(), Failure> {
    fails(client, limit, never)?;
    match client.exited() {
        Some(exit @ Exit::Code(126 | 127)) => {
            let got = exit.to_string();
            Err(Failure::words(end_at_start(exit), FAILED, got))
        }
        _ => Ok(()),
    }
}

/// Proves that `stop` ends the server, while those are connected whom `with`
/// names; nobody is where it is empty.
pub(super) fn stops_by(server: &Server, stop: Stop, with: &str) -> Result<(), Failure> {
    server.subject.signal(stop);
    let (cause, got) = match server.subject.wait_exit(STOP) {
        Some(Exit::Code(0)) => return Ok(()),
        Some(exit @ Exit::Code(_)) => (STOPPED_AS_FAILURE, format!("it ended with {exit}")),
        Some(exit @ Exit::Signal(_)) => (KILLED_BY_SIGNAL, format!("it was ended by {exit}")),
        None => (STAYS_AFTER_SIGNAL, "it stayed".into()),
    };
    let mut wanted = format!("exit code 0 within 1 s of {stop}");
    if !with.is_empty() {
        wanted = format!("{wanted}, with {with}");
    }
    Err(Failure::words(cause, wanted, got))
}

/// The failure of a check that needs signals, where there are none.
pub(super) fn needs_signals() -> Result<(), Failure> {
    if cfg!(not(unix)) {
        return Err(Failure::Skipped("this system has no SIGTERM".into()));
    }
    Ok(())
}
