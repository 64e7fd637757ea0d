//! Giving the program time, and seeing what it does with it.

use std::cell::Cell;
use std::thread;
use std::time::{Duration, Instant};

use super::Stream;
use crate::subject::Processes;

impl Stream {
    /// Sends `bytes` and gives the program time to misread them: until it has
    /// read everything and sleeps again, or the bound is reached.
    ///
    /// Holding may let a wrong program pass. It can never fail a right one.
    pub(crate) fn send_and_hold(&mut self, bytes: &[u8]) {
        self.send(bytes);
        self.hold();
    }

    /// Waits until the program has read what was sent and has nothing to do.
    pub(crate) fn hold(&mut self) {
        self.history.cut(&self.name);
        let start = Instant::now();
        let settled = self.settle();
        self.held(start, settled);
    }

    /// Waits until the program sleeps although there is more for it to read: it
    /// waits for us to read its answers.
    pub(crate) fn hold_stuck(&mut self) {
        let start = Instant::now();
        let stuck = self.watch(|program, near, far| program.stuck(near, far));
        self.held(start, stuck);
    }

    fn held(&mut self, start: Instant, settled: bool) {
        self.note(&format!(
            "waited {:.1?} for the program to read it",
            start.elapsed()
        ));
        if !settled {
            // A program that never sleeps will not the next time either.
            self.hold = self.hold.min(Duration::from_millis(60));
        }
    }

    /// Sends `bytes` and tells whether the program is stuck on them, as far as the
    /// system tells: it sleeps and has not read them all.
    pub(crate) fn send_and_see_it_stuck(&mut self, bytes: &[u8]) -> bool {
        self.send(bytes);
        self.history.cut(&self.name);
        let stuck = Cell::new(false);
        self.watch(|program, near, far| {
            let left = program.left_unread(near, far)?;
            stuck.set(left.is_some_and(|left| left > 0));
            Some(left.is_some())
        });
        stuck.get()
    }

    pub(super) fn settle(&self) -> bool {
        self.watch(|program, near, far| program.settled(near, far, self.ended()))
    }

    /// Waits until `look`, given the program and the ports of both ends, is true.
    fn watch(&self, look: impl Fn(&Processes, u16, u16) -> Option<bool>) -> bool {
        let (Ok(near), Ok(far)) = (self.socket.local_addr(), self.socket.peer_addr()) else {
            // Gone already.
            return true;
        };
        let deadline = self.deadline.within(self.hold);
        let program = Processes::of(self.group);
        let mut pause = Duration::from_millis(1);
        loop {
            match look(&program, near.port(), far.port()) {
                // Our own reader may have the last bytes still in its hand.
                Some(true) => return self.listen_for(Duration::from_millis(2)),
                Some(false) if Instant::now() < deadline => {
                    // Looking is dear: a program that thinks long is asked less often.
                    thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(16));
                }
                Some(false) => return false,
                // Where the system does not tell, a moment must do.
                None => return self.listen_for(self.hold / 6),
            }
        }
    }

    /// Lets time pass, unless the connection ends.
    fn listen_for(&self, time: Duration) -> bool {
        self.inbox.wait(time, |state| state.end);
        true
    }
}
