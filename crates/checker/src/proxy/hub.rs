//! What both proxies have: a record that may be full, and a stop that ends every
//! wait.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, select};

/// How long a stop waits for the threads. They are woken at once or look often;
/// only a system whose blocked `send` cannot be woken needs it.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the threads share.
#[derive(Debug)]
pub(super) struct Hub<Event> {
    started: Instant,
    events: Sender<Event>,
    /// Disconnected when it is over.
    pub(super) halted: Receiver<Infallible>,
}

/// The owner's end of it.
#[derive(Debug)]
pub(super) struct Stop {
    /// Dropped to end every wait.
    halt: Option<Sender<Infallible>>,
    /// Disconnected when the last thread has ended: each holds a [`Living`].
    alive: Receiver<Infallible>,
}

/// Held by every thread; the last thing it drops, since whoever waits for it may
/// bind the port again.
#[derive(Clone, Debug)]
pub(super) struct Living {
    _alive: Sender<Infallible>,
}

impl<Event> Hub<Event> {
    pub(super) fn new(events: Sender<Event>) -> (Self, Stop, Living) {
        let (halt, halted) = bounded(0);
        let (living, alive) = bounded(0);
        let hub = Self {
            started: Instant::now(),
            events,
            halted,
        };
        let halt = Some(halt);
        (hub, Stop { halt, alive }, Living { _alive: living })
    }

    pub(super) fn halting(&self) -> bool {
        self.halted.try_recv() == Err(TryRecvError::Disconnected)
    }

    /// Records what happens now, at the time since the start.
    pub(super) fn record(&self, event: impl FnOnce(Duration) -> Event) {
        let event = event(self.started.elapsed());
        // Wait for a slow listener, but not past `stop`.
        if let Err(full) = self.events.try_send(event)
            && full.is_full()
        {
            select! {
                send(self.events, full.into_inner()) -> _ => (),
                recv(self.halted) -> _ => (),
            }
        }
    }
}

impl Stop {
    /// Ends every wait.
    pub(super) fn halt(&mut self) {
        self.halt = None;
    }

    /// Waits until the last thread has ended, or the patience.
    pub(super) fn wait(&self) {
        // Never a message.
        let _ = self.alive.recv_timeout(PATIENCE);
    }
}
