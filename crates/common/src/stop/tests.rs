//! What the signal reaches, when, and how often.

use super::*;
use crate::soon::{SOON, begin};
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
    let waiter = begin({
        let stop = stop.clone();
        move || stop.channel().recv()
    });
    assert!(!stop.is_set());
    stop.trigger();
    stop.trigger();
    assert!(stop.is_set());
    assert!(waiter.end().is_err());
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    let called = late_call.recv_timeout(SOON).unwrap_err();
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
fn a_late_comer_wakes_nobody_else_and_brings_no_thread_of_its_own() {
    let stop = Stop::new();
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let first = stop.on_stop(move || {
        count.fetch_add(1, Ordering::SeqCst);
    });
    stop.trigger();
    let hour = Duration::from_secs(3600);
    let late: Vec<Wake> = (0..100)
        .flat_map(|_| [stop.on_stop(|| {}), stop.on_stop_after(hour, || {})])
        .collect();
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    // Everything that waits for the hour holds the signal, as each Wake does.
    let threads = Arc::strong_count(&stop.0) - 1 - 1 - late.len();
    assert_eq!(threads, 1);
    drop(first);
}

#[test]
fn the_alarm_rings_whether_made_before_or_after() {
    let stop = Stop::new();
    let early = stop.alarm().unwrap();
    early.set_nonblocking(true).unwrap();
    assert!(early.peek(&mut [0]).is_err(), "not yet");
    early.set_nonblocking(false).unwrap();
    early.set_read_timeout(Some(SOON)).unwrap();
    stop.trigger();
    assert_eq!(early.peek(&mut [0]).unwrap(), 1);

    let stopped = Stop::new();
    stopped.trigger();
    let late = stopped.alarm().unwrap();
    late.set_read_timeout(Some(SOON)).unwrap();
    assert_eq!(late.peek(&mut [0]).unwrap(), 1);
}
