//! Stopping: one signal that every waiting thread hears.
//!
//! A thread may wait in four ways, and [`Stop`] ends them all:
//! on channels (put [`Stop::channel`] into the `select!`), in a loop (ask
//! [`Stop::is_set`]), on sockets (add [`Stop::alarm`] to the `poll`), or in
//! another system call (register what unblocks it with [`Stop::on_stop`]).

mod signals;

use std::{
    collections::{BTreeSet, HashMap},
    convert::Infallible,
    fmt, io,
    net::UdpSocket,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, bounded};

pub(crate) use signals::end_process;

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
    alarm: Mutex<Option<Arc<UdpSocket>>>,
    wakes: Mutex<Wakes>,
}

/// What is called, and when. Under one lock: a function comes either before the
/// signal, and is called by it, or after it, and sees to itself.
#[derive(Default)]
struct Wakes {
    given: Option<Instant>,
    next: u64,
    registered: HashMap<u64, Registered>,
    /// Delays that have their thread already.
    timers: BTreeSet<Duration>,
}

/// The pause of [`Stop::back_off`].
const BACK_OFF: Duration = Duration::from_millis(100);

/// A function, and how long after the signal it is called.
type Registered = (Duration, Box<dyn Fn() + Send>);

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
            alarm: Mutex::new(None),
            wakes: Mutex::default(),
        }))
    }

    /// A signal that Ctrl-C and SIGTERM give as well. A second one of them, a tenth
    /// of a second later or more, ends the process at once, with 128 plus the
    /// signal's number.
    ///
    /// # Errors
    ///
    /// The system's, when handlers cannot be installed.
    pub fn on_signals() -> io::Result<Self> {
        let stop = Stop::new();
        signals::watch(stop.clone())?;
        Ok(stop)
    }

    /// Gives the signal. Giving it again changes nothing.
    pub fn trigger(&self) {
        if self.0.set.swap(true, Ordering::SeqCst) {
            return;
        }
        drop(lock(&self.0.open).take());
        if let Some(alarm) = &*lock(&self.0.alarm) {
            let _ = alarm.send(b"!");
        }
        let mut wakes = lock(&self.0.wakes);
        let given = Instant::now();
        wakes.given = Some(given);
        wakes.timers = wakes.registered.values().map(|(d, _)| *d).collect();
        let delays = wakes.timers.clone();
        drop(wakes);
        for delay in delays {
            self.wake_after(delay, given);
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

    /// Waits for a moment, or until the signal is given. For whoever would call the
    /// system again after a failure for want of descriptors, memory or a network: a
    /// troubled machine must not be kept busy by the failing.
    pub fn back_off(&self) {
        let _ = self.channel().recv_timeout(BACK_OFF);
    }

    /// A socket that is readable from the signal on, and for ever, since nobody
    /// reads from it. All callers get the same one.
    ///
    /// # Errors
    ///
    /// The system's, when it has no socket left.
    pub fn alarm(&self) -> io::Result<Arc<UdpSocket>> {
        let mut place = lock(&self.0.alarm);
        if let Some(alarm) = &*place {
            return Ok(alarm.clone());
        }
        // Connected to itself: whatever it sends, it receives, and nobody
        // else's datagrams get in. A pipe would do on Unix only.
        let alarm = Arc::new(UdpSocket::bind("127.0.0.1:0")?);
        alarm.connect(alarm.local_addr()?)?;
        // Under the lock: either trigger() sees the socket, or we see its flag.
        if self.is_set() {
            alarm.send(b"!")?;
        }
        *place = Some(alarm.clone());
        Ok(alarm)
    }

    /// Calls `wake` when the signal is given, at once if it was given already,
    /// for as long as the returned [`Wake`] lives. `wake` must not block.
    pub fn on_stop(&self, wake: impl Fn() + Send + 'static) -> Wake {
        self.on_stop_after(Duration::ZERO, wake)
    }

    /// As [`on_stop`](Self::on_stop), but `delay` after the signal. All
    /// functions of one delay share one thread.
    pub fn on_stop_after(&self, delay: Duration, wake: impl Fn() + Send + 'static) -> Wake {
        let mut wakes = lock(&self.0.wakes);
        let id = wakes.next;
        wakes.next += 1;
        match wakes.given {
            // Its time has come already: nobody else will call it.
            Some(given) if given.elapsed() >= delay => {
                drop(wakes);
                wake();
            }
            given => {
                wakes.registered.insert(id, (delay, Box::new(wake)));
                let untimed = given.filter(|_| wakes.timers.insert(delay));
                drop(wakes);
                if let Some(given) = untimed {
                    self.wake_after(delay, given);
                }
            }
        }
        Wake {
            stop: self.clone(),
            id,
        }
    }

    fn wake_after(&self, delay: Duration, given: Instant) {
        let late = self.clone();
        let timer = (!delay.is_zero()).then(|| {
            thread::Builder::new()
                .name("grace".to_owned())
                .spawn(move || {
                    thread::sleep(delay.saturating_sub(given.elapsed()));
                    late.wake(delay);
                })
        });
        // Without a thread there is no grace.
        if !matches!(timer, Some(Ok(_))) {
            self.wake(delay);
        }
    }

    fn wake(&self, delay: Duration) {
        for (when, wake) in lock(&self.0.wakes).registered.values() {
            if *when == delay {
                wake();
            }
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

impl Wake {
    /// Keeps the function registered until the process ends.
    pub fn keep(self) {
        std::mem::forget(self);
    }
}

impl Drop for Wake {
    fn drop(&mut self) {
        lock(&self.stop.0.wakes).registered.remove(&self.id);
    }
}

/// A thread that panicked with the lock left nothing half-done here.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
