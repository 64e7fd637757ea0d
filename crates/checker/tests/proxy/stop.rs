//! Stopping: at once, whatever the proxy is waiting for.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use checker::proxy::stream::{Event, Faults, Plan, Proxy};
use crossbeam_channel::{Receiver, RecvTimeoutError, TryRecvError, bounded, unbounded};

use crate::rig::*;

/// All threads are gone when the last sender of events is.
fn assert_stopped(events: &Receiver<Event>) {
    while events.try_recv().is_ok() {}
    assert_eq!(events.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn a_peer_that_never_reads_holds_neither_memory_nor_stop() {
    let (release, held) = bounded::<()>(0);
    let rig = Rig::new(Plan::default(), move |socket| {
        let _ = held.recv();
        drop(socket);
    });
    let mut client = rig.connect();
    client
        .set_write_timeout(Some(Duration::from_millis(300)))
        .unwrap();
    let chunk = vec![b'x'; 64 << 10];
    let most = 64 << 20;
    let mut sent = 0;
    while sent < most {
        match client.write(&chunk) {
            Ok(count) => sent += count,
            Err(_) => break,
        }
    }
    assert!(sent < most, "nothing held the sender back");
    rig.proxy.stop();
    assert_stopped(&rig.events);
    drop(release);
    rig.server.join().unwrap();
}

#[test]
fn stop_ends_long_waits_and_frees_the_port() {
    let hour = Duration::from_secs(3600);
    let faults = [
        Faults {
            delay: Some(hour),
            ..Faults::default()
        },
        Faults {
            pause: Some((0, hour)),
            ..Faults::default()
        },
        Faults {
            coalesce: Some(hour),
            ..Faults::default()
        },
        Faults {
            delay: Some(Duration::MAX),
            ..Faults::default()
        },
    ];
    for faults in faults {
        let rig = Rig::new(to_server(faults), |socket| drop(read_until_reset(socket)));
        let mut client = rig.connect();
        client.write_all(b"hello").unwrap();
        rig.events.recv_timeout(PATIENCE).unwrap();
        let address = rig.proxy.local_addr();
        rig.proxy.stop();
        assert_stopped(&rig.events);
        rig.server.join().unwrap();
        let (sender, _events) = unbounded();
        let again = Proxy::start(address, any_port(), Plan::default(), sender).unwrap();
        again.stop();
    }
}

#[test]
fn a_full_event_channel_does_not_hold_stop() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let upstream = listener.local_addr().unwrap();
    let (sender, events) = bounded(1);
    let proxy = Proxy::start(any_port(), upstream, Plan::default(), sender).unwrap();
    let mut client = patient(TcpStream::connect(proxy.local_addr()).unwrap());
    let _served = accept(&listener);
    client.write_all(b"hello").unwrap();
    let (done, stopped) = bounded::<()>(0);
    thread::spawn(move || {
        proxy.stop();
        drop(done);
    });
    assert_eq!(
        stopped.recv_timeout(PATIENCE),
        Err(RecvTimeoutError::Disconnected)
    );
    assert_stopped(&events);
}
