//! How long the judge waits for what. A wait ends with the event it is for;
//! only wrong programs are waited for to the end.

use std::time::Duration;

/// For an answer that is due, or an end.
pub(crate) const ANSWER: Duration = Duration::from_secs(3);
/// For a client to finish after its input ended: the contract's number.
pub(crate) const CLIENT: Duration = Duration::from_secs(5);
/// For one attempt to connect. Loopback accepts or refuses at once; a full
/// backlog does neither.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// For a program to read the beginning of a cut message and misread it.
pub(crate) const HOLD: Duration = Duration::from_millis(300);
/// After something wrong came: until no more of it comes.
pub(crate) const QUIET: Duration = Duration::from_millis(150);
/// For a program that listens somewhere else to change its mind.
pub(crate) const ELSEWHERE: Duration = Duration::from_secs(1);
/// For a program to stop after a signal: the contract's second, and one more
/// because a busy machine may be late with both of us.
pub(crate) const STOP: Duration = Duration::from_secs(2);
/// For a program to leave, or to send somebody away, that should not.
pub(crate) const LATE: Duration = Duration::from_millis(200);
/// For a line of a client whose input goes on; then its input is ended.
pub(crate) const STALLED: Duration = Duration::from_secs(1);
