//! The wait until a server is up, or is known to be somewhere else.

use std::net::SocketAddr;
use std::thread;
use std::time::Instant;

use super::{Bench, PAUSES, Server, end_at_start};
use crate::limits::ELSEWHERE;
use crate::subject::Subject;
use crate::verdict::{Cause, Failure};

/// What one kind of server does when it is up, and what it does instead.
pub(super) struct Readiness {
    /// Such as "the program to listen on"; the address follows.
    pub(super) wanted: &'static str,
    /// What is wrong with one that is up at another address than this one.
    pub(super) elsewhere: fn(&Subject, SocketAddr) -> Option<(Cause, String)>,
    /// The cause when it does nothing of all this.
    pub(super) never: Cause,
}

impl Bench<'_> {
    /// Asks `look` until it finds the server up. The time that takes is not the
    /// check's.
    pub(super) fn until_up<T>(
        &mut self,
        server: &Server,
        readiness: &Readiness,
        mut look: impl FnMut(&mut Self) -> Result<Option<T>, Failure>,
    ) -> Result<T, Failure> {
        let address = server.address;
        let wrong = |cause, got: String| {
            let wanted = format!("{} {address}", readiness.wanted);
            Err(Failure::words(cause, wanted, got))
        };
        let start = Instant::now();
        let until = self.deadline.within(self.options.start_timeout);
        let mut elsewhere_since = None;
        let [mut pause, longest] = PAUSES;
        while Instant::now() < until {
            if let Some(found) = look(self)? {
                self.deadline.extend(start.elapsed());
                return Ok(found);
            }
            if let Some(exit) = server.subject.exited() {
                return wrong(end_at_start(exit), format!("it ended with {exit}"));
            }
            // Asking the system is slow; most programs are up before it is asked.
            if start.elapsed() > ELSEWHERE / 10 {
                let found = (readiness.elsewhere)(&server.subject, address);
                let since = *elsewhere_since.get_or_insert_with(Instant::now);
                match found {
                    None => elsewhere_since = None,
                    Some((cause, got)) if since.elapsed() > ELSEWHERE => return wrong(cause, got),
                    Some(_) => {}
                }
            }
            thread::sleep(pause);
            pause = (pause * 2).min(longest);
        }
        let waited = self.options.start_timeout.as_secs();
        wrong(readiness.never, format!("it did not within {waited} s"))
    }
}
