//! What becomes of one datagram on its way.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::late::{self, Datagram, Late};
use super::link::Link;
use super::{Decision, Direction, Fault, HELD, Shared, What};
use crate::peer::is_refused;

impl Shared {
    /// Does to a datagram what is decided, and passes it on.
    pub(super) fn pass(&self, link: &Arc<Link>, direction: Direction, bytes: Vec<u8>) {
        let came = &self.came[direction.index()];
        let index = came.fetch_add(1, Ordering::Relaxed) + 1;
        let mut decision = self.decider.decide(direction, index, bytes.len());
        if (decision.swap || decision.delay > Duration::ZERO) && !self.may_hold() {
            // As a router with a full queue does.
            decision = Decision {
                drop: true,
                ..Decision::default()
            };
        }
        let came = bytes.clone();
        self.record(
            link,
            What::Came {
                direction,
                index,
                bytes: came,
            },
        );
        for fault in faults(&decision) {
            self.record(
                link,
                What::Fault {
                    direction,
                    index,
                    fault,
                },
            );
        }
        if decision.drop {
            return;
        }
        let datagram = Datagram {
            direction,
            index,
            copies: if decision.duplicate { 2 } else { 1 },
            bytes: decision.apply(bytes),
        };
        // Taken before this one may take the place itself.
        let overtaken = link.take_held(direction, None);
        if decision.swap {
            // A failed send is a proxy that stops; then nothing is passed on.
            let _ = self.late.send(Late::limit(link, &datagram));
            link.hold(datagram);
        } else if decision.delay > Duration::ZERO {
            let _ = self.late.send(Late {
                due: Instant::now() + decision.delay,
                link: Arc::clone(link),
                what: late::What::Pass(datagram),
            });
        } else {
            self.send(link, &datagram);
        }
        if let Some(held) = overtaken {
            self.release(link, &held);
        }
    }

    /// Takes one of the places for what is held, if there is one left.
    fn may_hold(&self) -> bool {
        let more = |held| (held < HELD).then_some(held + 1);
        self.held
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
            .is_ok()
    }

    /// Passes on one that was held.
    pub(super) fn release(&self, link: &Link, held: &Datagram) {
        self.record(
            link,
            What::Late {
                direction: held.direction,
                index: held.index,
                bytes: held.bytes.clone(),
            },
        );
        self.send(link, held);
    }

    fn send(&self, link: &Link, datagram: &Datagram) {
        for _ in 0..datagram.copies {
            let sent = match datagram.direction {
                Direction::ToServer => link.upstream.send(&datagram.bytes),
                Direction::ToClient => self.socket.send_to(&datagram.bytes, link.client),
            };
            // A client that is gone is nobody's loss.
            if let Err(error) = sent
                && is_refused(&error)
                && datagram.direction == Direction::ToServer
            {
                self.record(link, What::Unreachable);
            }
        }
    }
}

/// What a decision does, in the order in which it is told.
fn faults(decision: &Decision) -> impl Iterator<Item = Fault> {
    let delay = (decision.delay > Duration::ZERO).then_some(Fault::Delayed(decision.delay));
    let all = [
        decision.drop.then_some(Fault::Dropped),
        decision.truncate.map(Fault::Truncated),
        decision.corrupt.map(|bit| Fault::Corrupted(bit / 8)),
        decision.duplicate.then_some(Fault::Doubled),
        // A swapped one waits for the next, however long its delay.
        if decision.swap { None } else { delay },
        decision.swap.then_some(Fault::Swapped),
    ];
    all.into_iter().flatten()
}
