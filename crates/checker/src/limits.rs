//! How long the judge waits for what. A wait ends with the event it is for;
//! only wrong programs are waited for to the end.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::history::lock;

/// For an answer that is due, or an end.
pub(crate) const ANSWER: Duration = Duration::from_secs(3);
/// For a client to finish after its input ended: the contract's number.
pub(crate) const CLIENT: Duration = Duration::from_secs(5);
/// For one attempt to connect. Loopback accepts or refuses at once; a full
/// backlog does neither.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// For a program to read the beginning of a cut message and misread it.
pub(crate) const HOLD: Duration = Duration::from_millis(300);
/// For a program that takes a silence, or the time-out of a read, for an end:
/// a second is what most of them wait.
pub(crate) const SILENCE: Duration = Duration::from_millis(1100);
/// After something wrong came: until no more of it comes.
pub(crate) const QUIET: Duration = Duration::from_millis(150);
/// For all of it, however long it goes on.
pub(crate) const WHOLE: Duration = Duration::from_secs(1);
/// For a program that listens somewhere else to change its mind.
pub(crate) const ELSEWHERE: Duration = Duration::from_secs(1);
/// For a program to stop after a signal: the contract's second, and a moment in
/// which the judge hears of it.
pub(crate) const STOP: Duration = Duration::from_millis(1200);
/// For a program to leave, or to send somebody away, that should not.
pub(crate) const LATE: Duration = Duration::from_millis(200);
/// For a client to send a request again: the contract's 2 s, and as much again
/// because a busy machine may be late with both of us.
pub(crate) const RESEND: Duration = Duration::from_secs(4);
/// For a client to give up: the contract's 20 s and a little more.
pub(crate) const GIVE_UP: Duration = Duration::from_secs(22);
/// For a line of a client whose input goes on; then its input is ended.
pub(crate) const STALLED: Duration = Duration::from_secs(1);

/// The moment by which a check is over, whatever the program does.
///
/// Each of the limits above is for one event. A program that makes a little
/// progress before every one of them would hold the judge for ever.
///
/// Clones share it. Programs take their time to start, some of them a long one,
/// and a check may start several: that time is added.
#[derive(Debug, Clone)]
pub(crate) struct Deadline(Arc<Mutex<Instant>>);

impl Deadline {
    pub(crate) fn after(limit: Duration) -> Self {
        Self(Arc::new(Mutex::new(Instant::now() + limit)))
    }

    /// The end of a wait that may take `limit` where there is time for it.
    pub(crate) fn within(&self, limit: Duration) -> Instant {
        (*lock(&self.0)).min(Instant::now() + limit)
    }

    /// Adds the time of a start.
    pub(crate) fn extend(&self, time: Duration) {
        *lock(&self.0) += time;
    }

    /// Whether it had passed at that moment.
    pub(crate) fn had_passed(&self, at: Instant) -> bool {
        *lock(&self.0) <= at
    }
}
