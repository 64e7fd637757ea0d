//! What is bounded, what is not there, and what a stop leaves.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use checker::program::datagrams::receive;
use checker::proxy::datagram::{CLIENTS, Fault, Faults, HELD, Plan, Proxy, What, Which};
use crossbeam_channel::unbounded;

use super::{Rig, client_of, listed};
use crate::rig::{PATIENCE, never_its_own};

#[test]
fn what_is_held_is_bounded_and_what_is_more_is_lost_and_told() {
    let rig = Rig::to_server(Faults {
        delay: (Which::Chance(1.0), Duration::from_secs(3600)),
        ..Faults::default()
    });
    for _ in 0..=HELD {
        rig.send(b"x");
    }
    let last = rig.until(|what| matches!(what, What::Fault { index, .. } if *index > HELD as u64));
    let What::Fault { fault, .. } = last.what else {
        panic!("{last:?}");
    };
    assert_eq!(fault, Fault::Dropped);
}

#[test]
fn a_proxy_is_not_its_own_upstream() {
    never_its_own(|listen, upstream| {
        let (sender, _events) = unbounded();
        Proxy::start(listen, upstream, Plan::default(), sender).map(drop)
    });
}

#[test]
fn the_oldest_client_makes_room() {
    let rig = Rig::new(Plan::default());
    rig.send(b"first");
    let others: Vec<_> = (0..CLIENTS).map(|_| client_of(&rig.proxy)).collect();
    for other in &others {
        other.send(b"other").unwrap();
        rig.until(|what| matches!(what, What::Came { .. }));
    }
    rig.send(b"again");
    rig.proxy.stop();
    drop(rig.events);
    let mut senders = Vec::new();
    for _ in 0..CLIENTS + 2 {
        let (bytes, from) = receive(&rig.server);
        senders.push(from);
        let last = senders.len() == CLIENTS + 2;
        assert_eq!(bytes == b"again", last);
    }
    // Another one towards the server, since it had been forgotten.
    assert_ne!(senders.first(), senders.last());
}

#[test]
fn who_is_answered_is_not_silent() {
    let rig = Rig::new(Plan::default());
    rig.send(b"first");
    let (_, first) = receive(&rig.server);
    let others: Vec<_> = (0..CLIENTS).map(|_| client_of(&rig.proxy)).collect();
    let (last, others) = others.split_last().unwrap();
    for other in others {
        other.send(b"other").unwrap();
        rig.until(|what| matches!(what, What::Came { .. }));
    }
    rig.server.send_to(b"answer", first).unwrap();
    rig.until(|what| matches!(what, What::Came { .. }));
    last.send(b"one more").unwrap();
    let forgotten = rig.until(|what| matches!(what, What::Forgotten));
    assert_eq!(forgotten.client, 2, "the first was heard of since");
}

#[test]
fn a_server_that_is_not_there_is_told_and_may_come_later() {
    let rig = Rig::new(Plan::default());
    let address = rig.server.local_addr().unwrap();
    drop(rig.server);
    rig.client.send(b"1").unwrap();
    loop {
        let event = rig.events.recv_timeout(PATIENCE).unwrap();
        if event.what == What::Unreachable {
            break;
        }
    }
    let server = UdpSocket::bind(address).unwrap();
    server.set_read_timeout(Some(PATIENCE)).unwrap();
    rig.client.send(b"2").unwrap();
    assert_eq!(receive(&server).0, b"2");
}

#[test]
fn stop_forgets_what_is_held_and_frees_the_port() {
    let faults = Faults {
        swap: listed([1]),
        delay: (listed([2]), Duration::from_secs(3600)),
        ..Faults::default()
    };
    let rig = Rig::to_server(faults);
    rig.send(b"1");
    rig.send(b"2");
    let address = rig.proxy.local_addr();
    let begun = Instant::now();
    rig.proxy.stop();
    assert!(UdpSocket::bind(address).is_ok());
    assert!(begun.elapsed() < PATIENCE);
}
