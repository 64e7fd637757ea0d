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
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
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
    wakes: Mutex<HashMap<u64, Registered>>,
    next_wake: AtomicU64,
}

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
        let delays: BTreeSet<Duration> = lock(&self.0.wakes).values().map(|(d, _)| *d).collect();
        for delay in delays {
            self.wake_after(delay);
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
    /// for as long as the returned [`Wake`] lives. `wake` must not block, and
    /// may be called more than once.
    pub fn on_stop(&self, wake: impl Fn() + Send + 'static) -> Wake {
        self.on_stop_after(Duration::ZERO, wake)
    }

    /// As [`on_stop`](Self::on_stop), but `delay` after the signal. All
    /// functions of one delay share one thread.
    pub fn on_stop_after(&self, delay: Duration, wake: impl Fn() + Send + 'static) -> Wake {
        let id = self.0.next_wake.fetch_add(1, Ordering::Relaxed);
        lock(&self.0.wakes).insert(id, (delay, Box::new(wake)));
        // After the insertion: either trigger() sees the entry, or we see its
        // flag, or both, and twice is once.
        if self.is_set() {
            self.wake_after(delay);
        }
        Wake {
            stop: self.clone(),
            id,
        }
    }

    fn wake_after(&self, delay: Duration) {
        let late = self.clone();
        let timer = (!delay.is_zero()).then(|| {
            thread::Builder::new()
                .name("grace".to_owned())
                .spawn(move || {
                    thread::sleep(delay);
                    late.wake(delay);
                })
        });
        // Without a thread there is no grace.
        if !matches!(timer, Some(Ok(_))) {
            self.wake(delay);
        }
    }

    fn wake(&self, delay: Duration) {
        for (when, wake) in lock(&self.0.wakes).values() {
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
        lock(&self.stop.0.wakes).remove(&self.id);
    }
}

/// A thread that panicked with the lock left nothing half-done here.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
        let (told, late_call) = bounded::<Infallible>(0);
        drop(stop.on_stop(move || {
            dropped.fetch_add(100, Ordering::SeqCst);
        }));
        let late = stop.on_stop_after(Duration::from_millis(1), {
            let (told, told_late) = (Mutex::new(Some(told)), Arc::clone(&calls));
            move || {
                assert_eq!(told_late.load(Ordering::SeqCst), 1);
                drop(lock(&told).take());
            }
        });
        let waiter = thread::spawn({
            let stop = stop.clone();
            move || stop.channel().recv()
        });
        assert!(!stop.is_set());
        stop.trigger();
        stop.trigger();
        assert!(stop.is_set());
        assert!(waiter.join().unwrap().is_err());
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        let soon = Duration::from_secs(20);
        let called = late_call.recv_timeout(soon).unwrap_err();
        assert!(called.is_disconnected(), "it was never called");
        drop((kept, late));
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

    #[test]
    fn the_alarm_rings_whether_made_before_or_after() {
        let stop = Stop::new();
        let early = stop.alarm().unwrap();
        early.set_nonblocking(true).unwrap();
        assert!(early.peek(&mut [0]).is_err(), "not yet");
        early.set_nonblocking(false).unwrap();
        early
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stop.trigger();
        assert_eq!(early.peek(&mut [0]).unwrap(), 1);

        let stopped = Stop::new();
        stopped.trigger();
        let late = stopped.alarm().unwrap();
        late.set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        assert_eq!(late.peek(&mut [0]).unwrap(), 1);
    }
}
