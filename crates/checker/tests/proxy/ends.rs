//! How a stream ends before its time: by FIN, by RST, or for want of a server.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use checker::proxy::stream::{Direction, Event, Faults, Plan, Proxy, What};
use crossbeam_channel::unbounded;

use crate::rig::*;

#[test]
fn half_close_ends_one_direction_and_discards_the_rest() {
    let faults = Faults {
        half_close: Some(4),
        ..Faults::default()
    };
    let rig = Rig::new(to_server(faults), |mut socket| {
        let mut received = Vec::new();
        socket.read_to_end(&mut received).unwrap();
        socket.write_all(b"still open").unwrap();
        received
    });
    let mut client = rig.connect();
    // More than any buffer holds: it must be read and thrown away.
    client.write_all(&vec![b'x'; 16 << 20]).unwrap();
    assert_eq!(read_all(client), b"still open");
    let (received, events) = rig.finish();
    assert_eq!(received, b"xxxx");
    assert_eq!(bytes(&events, Direction::ToServer), b"xxxx");
}

#[test]
fn half_close_after_nothing_is_an_immediate_end() {
    let faults = Faults {
        half_close: Some(0),
        ..Faults::default()
    };
    let rig = Rig::new(to_server(faults), read_all);
    let client = rig.connect();
    assert_eq!(read_all(client), b"");
    assert_eq!(rig.finish().0, b"");
}

#[test]
fn reset_after_so_many_bytes_hits_both_sides() {
    let faults = Faults {
        reset: Some(5),
        ..Faults::default()
    };
    let rig = Rig::new(to_server(faults), |mut socket| {
        socket.write_all(b"early answer").unwrap();
        read_until_reset(socket)
    });
    let mut client = rig.connect();
    client.read_exact(&mut [0; 12]).unwrap();
    client.write_all(b"hello world").unwrap();
    assert!(read_until_reset(client).1, "the client was not reset");
    let ((received, was_reset), events) = rig.finish();
    assert!(was_reset, "the server was not reset");
    // Windows throws away what it received when the reset comes.
    #[cfg(unix)]
    assert_eq!(received, b"hello");
    assert!(b"hello".starts_with(&received[..]));
    assert_eq!(bytes(&events, Direction::ToServer), b"hello");
    let direction = Direction::ToServer;
    assert!(has(&events, &What::Reset { direction }));
    assert!(!has(&events, &What::End { direction }), "a FIN came first");
}

#[test]
fn resets_are_passed_on_in_both_directions() {
    let rig = Rig::new(Plan::default(), read_until_reset);
    let mut client = rig.connect();
    client.write_all(b"hi").unwrap();
    reset(client);
    let ((_, was_reset), events) = rig.finish();
    assert!(was_reset);
    let direction = Direction::ToServer;
    assert!(has(&events, &What::Reset { direction }));

    let rig = Rig::new(Plan::default(), |mut socket| {
        socket.read_exact(&mut [0; 2]).unwrap();
        reset(socket);
    });
    let mut client = rig.connect();
    client.write_all(b"hi").unwrap();
    assert!(read_until_reset(client).1);
    let direction = Direction::ToClient;
    assert!(has(&rig.finish().1, &What::Reset { direction }));
}

#[test]
fn an_upstream_that_refuses_is_reported_and_resets_the_client() {
    let unused = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let upstream = unused.local_addr().unwrap();
    drop(unused);
    let (sender, events) = unbounded();
    let proxy = Proxy::start(any_port(), upstream, Plan::default(), sender).unwrap();
    let client = patient(TcpStream::connect(proxy.local_addr()).unwrap());
    assert!(read_until_reset(client).1);
    let failed = |event: Event| matches!(event.what, What::UpstreamFailed(_));
    events.recv_timeout(PATIENCE).unwrap();
    assert!(failed(events.recv_timeout(PATIENCE).unwrap()));
    proxy.stop();
}

#[test]
fn a_proxy_is_not_its_own_upstream() {
    never_its_own(|listen, upstream| {
        let (sender, _events) = unbounded();
        Proxy::start(listen, upstream, Plan::default(), sender).map(drop)
    });
}
