//! Stopping: one signal that every waiting thread hears.
//!
//! A thread may wait in three ways, and [`Stop`] ends all three:
//! on channels (put [`Stop::channel`] into the `select!`), in a loop (ask
//! [`Stop::is_set`]), or in a system call (register what unblocks it with
//! [`Stop::on_stop`]).

use std::{
    collections::HashMap,
    convert::Infallible,
    fmt, io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use crossbeam_channel::{Receiver, Sender, bounded};

/// A signal that is given once and for all. Clones share it.
#[derive(Clone)]
pub struct Stop(Arc<Inner>);

struct Inner {
    set: AtomicBool,
    /// Never carries a value: being closed is the signal, and that reaches
    /// every clone of the receiver, however many there are.
    channel: Receiver<Infallible>,
    /// The other end; dropping it closes the channel.
    open: Mutex<Option<Sender<Infallible>>>,
    wakes: Mutex<HashMap<u64, Box<dyn Fn() + Send>>>,
    next_wake: AtomicU64,
}

impl Stop {
    /// A signal that only [`trigger`](Self::trigger) gives. For tests, and for
    /// parts of a program that end before the program does.
    #[must_use]
    pub fn new() -> Self {
        let (open, channel) = bounded(0);
        Stop(Arc::new(Inner {
            set: AtomicBool::new(false),
            channel,
            open: Mutex::new(Some(open)),
            wakes: Mutex::new(HashMap::new()),
            next_wake: AtomicU64::new(0),
        }))
    }

    /// A signal that Ctrl-C and SIGTERM give as well. A second one of them ends
    /// the process at once, with 128 plus the signal's number.
    ///
    /// # Errors
    ///
    /// The system's, when handlers cannot be installed.
    pub fn on_signals() -> io::Result<Self> {
        let stop = Stop::new();
        watch_signals(stop.clone())?;
        Ok(stop)
    }

    /// Gives the signal. Giving it again changes nothing.
    pub fn trigger(&self) {
        if self.0.set.swap(true, Ordering::SeqCst) {
            return;
        }
        drop(lock(&self.0.open).take());
        for wake in lock(&self.0.wakes).values() {
            wake();
        }
    }

    /// Whether the signal was given.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.set.load(Ordering::SeqCst)
    }

    /// A channel that never has a value and is disconnected by the signal.
    #[must_use]
    pub fn channel(&self) -> &Receiver<Infallible> {
        &self.0.channel
    }

    /// Calls `wake` when the signal is given, at once if it was given already,
    /// for as long as the returned [`Wake`] lives. `wake` must not block.
    pub fn on_stop(&self, wake: impl Fn() + Send + 'static) -> Wake {
        let id = self.0.next_wake.fetch_add(1, Ordering::Relaxed);
        let mut wakes = lock(&self.0.wakes);
        // Under the lock: either trigger() sees the entry, or we see its flag.
        if self.is_set() {
            wake();
        } else {
            wakes.insert(id, Box::new(wake));
        }
        Wake {
            stop: self.clone(),
            id,
        }
    }
}

impl Default for Stop {
    fn default() -> Self {
        Stop::new()
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stop")
            .field("set", &self.is_set())
            .finish_non_exhaustive()
    }
}

/// Keeps a function registered with [`Stop::on_stop`]; dropping it takes the
/// function back.
#[derive(Debug)]
pub struct Wake {
    stop: Stop,
    id: u64,
}

impl Drop for Wake {
    fn drop(&mut self) {
        lock(&self.stop.0.wakes).remove(&self.id);
    }
}

/// A thread that panicked with the lock left nothing half-done here.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn watch_signals(stop: Stop) -> io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};

    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for signal in signals.forever() {
                if stop.is_set() {
                    std::process::exit(128 + signal);
                }
                stop.trigger();
            }
        })?;
    Ok(())
}

#[cfg(windows)]
fn watch_signals(stop: Stop) -> io::Result<()> {
    ctrlc::set_handler(move || {
        if stop.is_set() {
            std::process::exit(130);
        }
        stop.trigger();
    })
    .map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn every_way_of_waiting_ends() {
        let stop = Stop::new();
        let calls = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&calls);
        let kept = stop.on_stop(move || {
            count.fetch_add(1, Ordering::SeqCst);
        });
        let dropped = Arc::clone(&calls);
        drop(stop.on_stop(move || {
            dropped.fetch_add(100, Ordering::SeqCst);
        }));
        let waiter = std::thread::spawn({
            let stop = stop.clone();
            move || stop.channel().recv()
        });
        assert!(!stop.is_set());
        stop.trigger();
        stop.trigger();
        assert!(stop.is_set());
        assert!(waiter.join().unwrap().is_err());
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        drop(kept);
    }

    #[test]
    fn late_comers_are_woken_at_once() {
        let stop = Stop::new();
        stop.trigger();
        let woken = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&woken);
        let _wake = stop.on_stop(move || flag.store(true, Ordering::SeqCst));
        assert!(woken.load(Ordering::SeqCst));
    }
}
