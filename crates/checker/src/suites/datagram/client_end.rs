//! How a client ends, and what it has printed.

use std::net::SocketAddr;
use std::time::Duration;

use crate::bench::end_at_start;
use crate::causes::*;
use crate::limits::CLIENT;
use crate::peer::Datagrams;
use crate::subject::{Exit, Subject};
use crate::verdict::{Cause, Failure};

/// Proves that a client ends by itself with code 0.
pub(in crate::suites) fn succeeds(client: &Subject) -> Result<(), Failure> {
    match ends(client, CLIENT, NEVER_LEAVES)? {
        Exit::Code(0) => Ok(()),
        exit => Err(Failure::words(
            SUCCESS_HIDDEN,
            "exit code 0",
            exit.to_string(),
        )),
    }
}

/// Proves that a client ends by itself within `limit`, or blames `never`.
pub(in crate::suites) fn ends(
    client: &Subject,
    limit: Duration,
    never: Cause,
) -> Result<Exit, Failure> {
    let wanted = "the client to end by itself";
    match client.wait_exit(limit) {
        Some(exit @ Exit::Code(_)) => Ok(exit),
        Some(exit @ Exit::Signal(_)) => Err(Failure::words(
            KILLED_BY_SIGNAL,
            wanted,
            format!("it was {exit}"),
        )),
        None => {
            let got = format!("it still ran after {} s", limit.as_secs());
            Err(Failure::words(never, wanted, got))
        }
    }
}

/// Proves that a client ends by itself with another code than 0.
pub(in crate::suites) fn fails(
    client: &Subject,
    limit: Duration,
    never: Cause,
) -> Result<(), Failure> {
    match ends(client, limit, never)? {
        Exit::Code(0) => Err(Failure::words(
            FAILURE_HIDDEN,
            "an exit code other than 0",
            "exit code 0",
        )),
        exit @ Exit::Code(126 | 127) => Err(Failure::words(
            end_at_start(exit),
            "an exit code other than 0",
            exit.to_string(),
        )),
        _ => Ok(()),
    }
}

/// The judge's own address, as clients are told it.
pub(in crate::suites) fn judges_address(judge: &Datagrams) -> Result<SocketAddr, Failure> {
    let broken = |error| Failure::Broken(format!("no address of the judge: {error}"));
    judge.address().map_err(broken)
}

pub(in crate::suites) fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    text.windows(part.len()).position(|window| window == part)
}
