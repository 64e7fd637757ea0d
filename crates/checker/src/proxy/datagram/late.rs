//! Datagrams that wait: until a time, or until the next one has passed.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, at, never, select};

use super::link::Link;
use super::{Direction, Shared};

/// How long one waits for the next at most.
const SWAP: Duration = Duration::from_secs(1);

/// A datagram as it is passed on.
#[derive(Debug)]
pub(super) struct Datagram {
    pub(super) direction: Direction,
    pub(super) index: u64,
    pub(super) copies: u8,
    pub(super) bytes: Vec<u8>,
}

/// Something to be done later.
#[derive(Debug)]
pub(super) struct Late {
    pub(super) due: Instant,
    pub(super) link: Arc<Link>,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    /// Passes one on.
    Pass(Datagram),
    /// Passes on the one that the link holds, if it is still the one at this
    /// place of its direction.
    EndHold(Direction, u64),
}

impl Late {
    /// Sees to it that one which is held is passed on in any case.
    pub(super) fn limit(link: &Arc<Link>, held: &Datagram) -> Late {
        Late {
            due: Instant::now() + SWAP,
            link: Arc::clone(link),
            what: What::EndHold(held.direction, held.index),
        }
    }

    /// In the order of time, then of coming.
    fn key(&self) -> (Instant, u64) {
        let index = match &self.what {
            What::Pass(datagram) => datagram.index,
            What::EndHold(_, index) => *index,
        };
        (self.due, index)
    }
}

impl PartialEq for Late {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Late {}

impl PartialOrd for Late {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Late {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// Passes on what is due until the proxy stops.
pub(super) fn run(shared: &Shared, arrivals: &Receiver<Late>) {
    let mut waiting: BinaryHeap<Reverse<Late>> = BinaryHeap::new();
    loop {
        let timer = waiting.peek().map_or_else(never, |next| at(next.0.due));
        select! {
            recv(arrivals) -> late => waiting.extend(late.ok().map(Reverse)),
            recv(timer) -> _ => {}
            recv(shared.hub.halted) -> _ => return,
        }
        while let Some(Reverse(late)) = waiting.pop_if_due() {
            shared.held.fetch_sub(1, Ordering::Relaxed);
            if late.link.is_closed() {
                continue;
            }
            let datagram = match late.what {
                What::Pass(datagram) => Some(datagram),
                What::EndHold(direction, index) => late.link.take_held(direction, Some(index)),
            };
            if let Some(datagram) = datagram {
                shared.release(&late.link, &datagram);
            }
        }
    }
}

trait Due {
    /// The next one whose time has come.
    fn pop_if_due(&mut self) -> Option<Reverse<Late>>;
}

impl Due for BinaryHeap<Reverse<Late>> {
    fn pop_if_due(&mut self) -> Option<Reverse<Late>> {
        let is_due = self.peek()?.0.due <= Instant::now();
        if is_due { self.pop() } else { None }
    }
}
