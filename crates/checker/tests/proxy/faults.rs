//! What a fault does to the bytes that pass: cut, join, hold, slow down.

use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use checker::proxy::stream::{Direction, Faults, Plan};

use crate::rig::*;

#[test]
fn split_bounds_every_write() {
    let faults = Faults {
        split: Some(3),
        ..Faults::default()
    };
    let rig = Rig::new(to_server(faults), read_all);
    let mut client = rig.connect();
    client.write_all(b"0123456789").unwrap();
    drop(client);
    let (received, events) = rig.finish();
    assert_eq!(received, b"0123456789");
    let writes = writes(&events, Direction::ToServer);
    assert!(writes.len() >= 4, "{writes:?}");
    assert!(writes.iter().all(|(_, bytes)| bytes.len() <= 3));
    assert!(notes(&events).iter().any(|text| text.starts_with("cut ")));
}

#[test]
fn coalesce_joins_what_comes_within_the_window_and_the_end_closes_it() {
    let faults = Faults {
        coalesce: Some(PATIENCE * 100),
        ..Faults::default()
    };
    let rig = Rig::new(to_server(faults), read_all);
    let mut client = rig.connect();
    for piece in [b"a\n", b"b\n", b"c\n"] {
        client.write_all(piece).unwrap();
    }
    drop(client);
    let (received, events) = rig.finish();
    assert_eq!(received, b"a\nb\nc\n");
    assert_eq!(writes(&events, Direction::ToServer).len(), 1, "{events:?}");
}

#[test]
fn coalesce_collects_a_bounded_amount() {
    let faults = Faults {
        coalesce: Some(PATIENCE * 100),
        ..Faults::default()
    };
    let sent = vec![b'x'; 300_000];
    let rig = Rig::new(to_server(faults), |mut socket| {
        // Arrives although the window is still open: too much was collected.
        socket.read_exact(&mut vec![0; 65_536]).unwrap();
        read_all(socket)
    });
    let mut client = rig.connect();
    client.write_all(&sent).unwrap();
    drop(client);
    let (rest, events) = rig.finish();
    assert_eq!(rest.len(), sent.len() - 65_536);
    let writes = writes(&events, Direction::ToServer);
    assert!(writes.iter().all(|(_, bytes)| bytes.len() < 80_000));
}

#[test]
fn coalesce_lets_go_when_its_window_closes() {
    let faults = Faults {
        coalesce: Some(Duration::from_millis(50)),
        ..Faults::default()
    };
    let rig = Rig::new(to_server(faults), echo);
    let mut client = rig.connect();
    let start = Instant::now();
    client.write_all(b"a").unwrap();
    client.read_exact(&mut [0]).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(50));
    drop(client);
    rig.finish();
}

#[test]
fn delay_holds_each_chunk_and_the_end_and_keeps_their_order() {
    let time = Duration::from_millis(150);
    let faults = Faults {
        delay: Some(time),
        ..Faults::default()
    };
    let rig = Rig::new(to_server(faults), |mut socket| {
        socket.read_exact(&mut [0; 6]).unwrap();
        let data_at = Instant::now();
        assert_eq!(read_all(socket), b"");
        (data_at, Instant::now())
    });
    let mut client = rig.connect();
    let start = Instant::now();
    for piece in [b"ab", b"cd", b"ef"] {
        client.write_all(piece).unwrap();
    }
    let end = Instant::now();
    drop(client);
    let ((data_at, end_at), events) = rig.finish();
    assert!(data_at - start >= time);
    assert!(end_at - end >= time);
    assert_eq!(bytes(&events, Direction::ToServer), b"abcdef");
    let notes = notes(&events);
    assert!(notes.last().unwrap().contains("the end for 150 ms"));
}

#[test]
fn pause_stops_after_exactly_so_many_bytes() {
    let time = Duration::from_millis(150);
    let faults = Faults {
        pause: Some((3, time)),
        ..Faults::default()
    };
    let rig = Rig::new(to_server(faults), read_all);
    let mut client = rig.connect();
    client.write_all(b"abcdef").unwrap();
    drop(client);
    let (received, events) = rig.finish();
    assert_eq!(received, b"abcdef");
    let writes = writes(&events, Direction::ToServer);
    assert_eq!(writes[0].1, b"abc");
    assert!(writes[1].0 - writes[0].0 >= time, "{writes:?}");
}

#[test]
fn rate_spreads_bytes_over_time() {
    let faults = Faults {
        rate: Some(1000),
        ..Faults::default()
    };
    let rig = Rig::new(to_server(faults), read_all);
    let mut client = rig.connect();
    client.write_all(&[b'x'; 400]).unwrap();
    drop(client);
    let (received, events) = rig.finish();
    assert_eq!(received.len(), 400);
    let writes = writes(&events, Direction::ToServer);
    assert!(writes.iter().all(|(_, bytes)| bytes.len() <= 50));
    let took = writes.last().unwrap().0 - writes[0].0;
    assert!(took >= Duration::from_millis(350), "{took:?}");
}

#[test]
fn a_pause_before_it_earns_no_burst() {
    let faults = Faults {
        rate: Some(1000),
        ..Faults::default()
    };
    let rig = Rig::new(to_server(faults), read_all);
    let mut client = rig.connect();
    // The pause is what is tested.
    thread::sleep(Duration::from_millis(300));
    client.write_all(&[b'x'; 400]).unwrap();
    drop(client);
    let (_, events) = rig.finish();
    let writes = writes(&events, Direction::ToServer);
    let took = writes.last().unwrap().0 - writes[0].0;
    assert!(took >= Duration::from_millis(350), "{took:?}");
}

#[test]
fn zero_counts_as_one() {
    let faults = Faults {
        split: Some(0),
        ..Faults::default()
    };
    let rig = Rig::new(to_server(faults), read_all);
    let mut client = rig.connect();
    client.write_all(b"abc").unwrap();
    drop(client);
    let (received, events) = rig.finish();
    assert_eq!(received, b"abc");
    assert_eq!(writes(&events, Direction::ToServer).len(), 3);
}

#[test]
fn faults_apply_to_their_direction_only() {
    let plan = Plan {
        to_client: Faults {
            split: Some(1),
            ..Faults::default()
        },
        ..Plan::default()
    };
    let rig = Rig::new(plan, |mut socket| {
        let mut message = [0; 5];
        socket.read_exact(&mut message).unwrap();
        socket.write_all(&message).unwrap();
    });
    let mut client = rig.connect();
    client.write_all(b"hello").unwrap();
    assert_eq!(read_all(client), b"hello");
    let (_, events) = rig.finish();
    assert_eq!(writes(&events, Direction::ToServer).len(), 1);
    assert_eq!(writes(&events, Direction::ToClient).len(), 5);
}
