//! When each member is told what is still to be told.

use std::{
    ops::Bound,
    time::{Duration, Instant},
};

use super::{Effects, Peer, Room};
use crate::protocol::Change;

/// Time between two looks at what has to be sent again. Each member's moment is
/// a different one, and looking at all members for each would cost more than
/// the few milliseconds are worth.
const LOOK: Duration = Duration::from_millis(5);

/// A look at all members that ran out of budget.
#[derive(Debug)]
pub(super) struct Look {
    /// Where to go on.
    at: Peer,
    begun: Instant,
    /// The earliest moment that those before `at` wait for.
    wake: Option<Instant>,
}

impl Room {
    /// Sends what is due, at most `budget` datagrams, so that the caller can
    /// look after what came meanwhile: a socket holds a few hundred
    /// acknowledgements and loses the rest. Takes out who has been silent for
    /// too long.
    pub fn transmit(&mut self, now: Instant, budget: usize, out: &mut impl Effects) {
        let mut left = budget;
        let (start, begun, mut wake) = match self.look.take() {
            Some(look) => (Bound::Included(look.at), look.begun, look.wake),
            None if self.wake.is_none_or(|wake| wake > now) => return,
            None => {
                self.wake = None;
                (Bound::Unbounded, now, None)
            }
        };
        let mut silent = Vec::new();
        for (peer, member) in self.members.range_mut((start, Bound::Unbounded)) {
            let until = self.rules.silence.map(|limit| member.heard + limit);
            if until.is_some_and(|until| until <= now) {
                silent.push(*peer);
                continue;
            }
            loop {
                if left == 0 {
                    let at = *peer;
                    self.look = Some(Look { at, begun, wake });
                    break;
                }
                let Some((id, item)) = member.outbox.next(now) else {
                    break;
                };
                item.emit(id, &mut self.datagram);
                out.send(*peer, &self.datagram);
                left -= 1;
            }
            if self.look.is_some() {
                break;
            }
            let times = [wake, until, member.outbox.next_wake()];
            wake = times.into_iter().flatten().min();
        }
        if self.look.is_none()
            && let Some(wake) = wake
        {
            self.wake_at(wake.max(now + LOOK));
        }
        for peer in silent {
            self.remove(peer, Change::Lost, now, out);
        }
    }

    pub(super) fn wake_at(&mut self, when: Instant) {
        self.wake = Some(self.wake.map_or(when, |wake| wake.min(when)));
    }

    /// When [`transmit`](Self::transmit) has something to do next.
    #[must_use]
    pub fn next_wake(&self) -> Option<Instant> {
        self.look
            .as_ref()
            .map_or(self.wake, |look| Some(look.begun))
    }
}
