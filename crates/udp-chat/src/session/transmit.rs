//! What a session sends because time has passed, and when it is the next time.

use std::time::{Duration, Instant};

use super::{Effects, End, Phase, Session};
use crate::{delivery::longer, protocol::Request};

/// After so long without a datagram from the server it is asked whether it is
/// there (UC-47).
const QUIET: Duration = Duration::from_secs(5);

/// From one PING to the next, until something comes.
const PING_AGAIN: Duration = Duration::from_secs(1);

/// How often QUIT is sent. If no BYE comes to any of them, the server will find
/// out by the silence.
const QUITS: u32 = 5;

/// Who leaves in a hurry waits no longer than this for a BYE. The client's stop
/// has a limit of 800 ms: 200 for acknowledgements, this, and 400 for the screen.
const BYE_WAIT: Duration = Duration::from_millis(150);

impl Session {
    // ANCHOR: transmit
    /// Sends what is due. To be called after everything else, and at
    /// [`next_wake`](Self::next_wake).
    pub fn transmit(&mut self, now: Instant, out: &mut impl Effects) {
        if let (Phase::In, Some(latest)) = (&self.phase, self.leave)
            && (self.outbox.is_empty() || latest.is_some_and(|latest| latest <= now))
        {
            self.begin_to_leave(now);
        }
        let due = self.due <= now;
        let is_late = self.gone_by().is_some_and(|gone| gone <= now);
        match &mut self.phase {
            Phase::Asking | Phase::Joining { .. } => {
                let patience = self.patience.join;
                if patience.is_some_and(|limit| self.began + limit <= now) {
                    self.phase = Phase::Over(End::NoAnswer);
                } else if due {
                    out.send(&self.join().to_string());
                    self.wait_more(now);
                }
            }
            Phase::In => {
                let mut datagram = String::new();
                while let Some((id, said)) = self.outbox.next(now) {
                    said.emit(id, &mut datagram);
                    out.send(&datagram);
                }
                if self.heard + self.patience.silence <= now {
                    self.phase = Phase::Over(End::Silent);
                } else if self.heard + QUIET <= now && due {
                    out.send("PING");
                    self.due = now + PING_AGAIN;
                }
            }
            Phase::Leaving { quits } if (due && *quits == QUITS) || is_late => {
                self.phase = Phase::Over(End::Left);
            }
            Phase::Leaving { quits } if due => {
                *quits += 1;
                out.send("QUIT");
                self.wait_more(now);
            }
            Phase::Leaving { .. } | Phase::Over(_) => {}
        }
    }
    // ANCHOR_END: transmit

    /// When leaving ends in any case.
    fn gone_by(&self) -> Option<Instant> {
        self.leave.flatten().map(|latest| latest + BYE_WAIT)
    }

    fn join(&self) -> Request<'_> {
        Request::Join {
            name: &self.name,
            cookie: match &self.phase {
                Phase::Joining { cookie, .. } => Some(cookie),
                _ => None,
            },
        }
    }

    fn wait_more(&mut self, now: Instant) {
        self.due = now + self.wait;
        self.wait = longer(self.wait);
    }

    /// When [`transmit`](Self::transmit) has something to do next.
    #[must_use]
    pub fn next_wake(&self) -> Instant {
        match &self.phase {
            Phase::In => {
                let silent = self.heard + self.patience.silence;
                let ping = self.due.max(self.heard + QUIET);
                let latest = self.leave.flatten();
                let times = [self.outbox.next_wake(), latest];
                times
                    .into_iter()
                    .flatten()
                    .fold(silent.min(ping), Instant::min)
            }
            Phase::Leaving { .. } => {
                let gone_by = self.gone_by();
                gone_by.map_or(self.due, |gone| gone.min(self.due))
            }
            _ => self.due,
        }
    }
}
