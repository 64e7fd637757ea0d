//! The fault proxy over real sockets: each fault happens, and nothing else does.
//!
//! A fault injector that injects nothing passes every test that relies on it,
//! so it is tested itself. Times are only ever tested from below: a busy
//! machine may be late, never early.

#![allow(
    clippy::unwrap_used,
    reason = "in a test, and in its helpers, a panic is the failure"
)]

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use checker::proxy::stream::{Direction, Event, Faults, Plan, Proxy, What};
use crossbeam_channel::{Receiver, RecvTimeoutError, TryRecvError, bounded, unbounded};
use proptest::prelude::*;
use socket2::SockRef;

const PATIENCE: Duration = Duration::from_secs(20);

/// A proxy in front of a listener whose one connection `serve` handles.
struct Rig<T> {
    proxy: Proxy,
    events: Receiver<Event>,
    server: JoinHandle<T>,
}

impl<T: Send + 'static> Rig<T> {
    fn new(plan: Plan, serve: impl FnOnce(TcpStream) -> T + Send + 'static) -> Rig<T> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let upstream = listener.local_addr().unwrap();
        let server = thread::spawn(move || serve(patient(listener.accept().unwrap().0)));
        let (sender, events) = unbounded();
        let proxy = Proxy::start(any_port(), upstream, plan, sender).unwrap();
        Rig {
            proxy,
            events,
            server,
        }
    }

    fn connect(&self) -> TcpStream {
        patient(TcpStream::connect(self.proxy.local_addr()).unwrap())
    }

    /// What the server returned and all events up to the end of the connection.
    fn finish(self) -> (T, Vec<Event>) {
        let result = self.server.join().unwrap();
        let mut events = Vec::new();
        while !matches!(
            events.last(),
            Some(Event {
                what: What::Closed,
                ..
            })
        ) {
            events.push(self.events.recv_timeout(PATIENCE).unwrap());
        }
        self.proxy.stop();
        (result, events)
    }
}

fn any_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

fn patient(socket: TcpStream) -> TcpStream {
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.set_nodelay(true).unwrap();
    socket
}

fn to_server(faults: Faults) -> Plan {
    Plan {
        to_server: faults,
        ..Plan::default()
    }
}

fn echo(mut socket: TcpStream) {
    std::io::copy(&mut socket.try_clone().unwrap(), &mut socket).unwrap();
    socket.shutdown(Shutdown::Write).unwrap();
}

fn read_all(mut socket: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).unwrap();
    bytes
}

/// Bytes until the end or a reset, and which of the two it was.
fn read_until_reset(mut socket: TcpStream) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    match socket.read_to_end(&mut bytes) {
        Ok(_) => (bytes, false),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
            (bytes, true)
        }
    }
}

fn reset(socket: TcpStream) {
    SockRef::from(&socket)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(socket);
}

/// The writes of one direction, with their times.
fn writes(events: &[Event], wanted: Direction) -> Vec<(Duration, Vec<u8>)> {
    let write = |event: &Event| match &event.what {
        What::Data { direction, bytes } if *direction == wanted => Some((event.at, bytes.clone())),
        _ => None,
    };
    events.iter().filter_map(write).collect()
}

fn bytes(events: &[Event], direction: Direction) -> Vec<u8> {
    let all = writes(events, direction).into_iter();
    all.flat_map(|(_, bytes)| bytes).collect()
}

fn has(events: &[Event], what: &What) -> bool {
    events.iter().any(|event| event.what == *what)
}

fn notes(events: &[Event]) -> Vec<&str> {
    let mut texts = Vec::new();
    for event in events {
        if let What::Fault { text, .. } = &event.what {
            texts.push(text.as_str());
        }
    }
    texts
}

#[test]
fn without_faults_everything_passes_and_is_recorded_in_causal_order() {
    let rig = Rig::new(Plan::default(), echo);
    let mut client = rig.connect();
    client.write_all(b"hello").unwrap();
    let mut answer = [0; 5];
    client.read_exact(&mut answer).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_all(client.try_clone().unwrap()), b"");
    let address = client.local_addr().unwrap();
    drop(client);

    let (_, events) = rig.finish();
    let (to_server, to_client) = (Direction::ToServer, Direction::ToClient);
    let whats: Vec<What> = events.iter().map(|event| event.what.clone()).collect();
    let data = |direction| What::Data {
        direction,
        bytes: b"hello".to_vec(),
    };
    assert_eq!(
        whats,
        [
            What::Opened { client: address },
            data(to_server),
            data(to_client),
            What::End {
                direction: to_server
            },
            What::End {
                direction: to_client
            },
            What::Closed,
        ]
    );
    assert!(events.iter().all(|event| event.connection == 1));
    assert!(events.windows(2).all(|pair| pair[0].at <= pair[1].at));
}

#[test]
fn connections_are_numbered_and_independent() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let (sender, events) = unbounded();
    let upstream = listener.local_addr().unwrap();
    let proxy = Proxy::start(any_port(), upstream, Plan::default(), sender).unwrap();
    let first = TcpStream::connect(proxy.local_addr()).unwrap();
    let first_served = listener.accept().unwrap().0;
    let mut second = patient(TcpStream::connect(proxy.local_addr()).unwrap());
    let mut second_served = patient(listener.accept().unwrap().0);

    reset(first);
    assert!(read_until_reset(patient(first_served)).1);
    second.write_all(b"x").unwrap();
    second_served.read_exact(&mut [0]).unwrap();
    proxy.stop();
    let numbers: Vec<u32> = events
        .iter()
        .filter(|event| matches!(event.what, What::Opened { .. }))
        .map(|event| event.connection)
        .collect();
    assert_eq!(numbers, [1, 2]);
}

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
    let mut client = TcpStream::connect(proxy.local_addr()).unwrap();
    let _served = listener.accept().unwrap();
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

fn harmless() -> impl Strategy<Value = Faults> {
    let few = || (0u64..4).prop_map(Duration::from_millis);
    (
        proptest::option::of(1usize..50),
        proptest::option::of(few()),
        proptest::option::of(few()),
        proptest::option::of((0u64..200, few())),
    )
        .prop_map(|(split, coalesce, delay, pause)| Faults {
            split,
            coalesce,
            delay,
            pause,
            ..Faults::default()
        })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever is cut, joined or held: the same bytes in the same order, and
    /// the record says so.
    #[test]
    fn harmless_faults_change_no_byte(
        pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..300), 0..8),
        there in harmless(),
        back in harmless(),
    ) {
        let rig = Rig::new(Plan { to_server: there, to_client: back }, echo);
        let mut client = rig.connect();
        for piece in &pieces {
            client.write_all(piece).unwrap();
        }
        client.shutdown(Shutdown::Write).unwrap();
        let sent = pieces.concat();
        prop_assert_eq!(read_all(client), sent.clone());
        let (_, events) = rig.finish();
        prop_assert_eq!(bytes(&events, Direction::ToServer), sent.clone());
        prop_assert_eq!(bytes(&events, Direction::ToClient), sent);
        let limit = there.split.unwrap_or(usize::MAX);
        let writes = writes(&events, Direction::ToServer);
        prop_assert!(writes.iter().all(|(_, bytes)| bytes.len() <= limit));
    }
}
