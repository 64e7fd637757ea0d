//! Datagrams. Each is waited for before the next is sent, where order matters.

mod bounds;

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use checker::program::datagrams::{receive, socket};
use checker::proxy::datagram::{Direction, Event, Fault, Faults, Plan, Proxy, What, Which};
use crossbeam_channel::{Receiver, unbounded};

use crate::rig::{PATIENCE, any_port};

/// A server, a proxy in front of it, and a client, all in the test's hand.
struct Rig {
    server: UdpSocket,
    proxy: Proxy,
    events: Receiver<Event>,
    client: UdpSocket,
}

impl Rig {
    fn new(plan: Plan) -> Rig {
        let server = socket();
        let (sender, events) = unbounded();
        let upstream = server.local_addr().unwrap();
        let proxy = Proxy::start(any_port(), upstream, plan, sender).unwrap();
        let client = client_of(&proxy);
        Rig {
            server,
            proxy,
            events,
            client,
        }
    }

    /// Only towards the server something happens.
    fn to_server(faults: Faults) -> Rig {
        Rig::new(Plan {
            to_server: faults,
            ..Plan::default()
        })
    }

    /// Sends one and waits until the proxy has it, so that the next comes later.
    fn send(&self, bytes: &[u8]) {
        self.client.send(bytes).unwrap();
        self.until(|what| matches!(what, What::Came { .. }));
    }

    fn until(&self, wanted: impl Fn(&What) -> bool) -> Event {
        loop {
            let event = self.events.recv_timeout(PATIENCE).unwrap();
            if wanted(&event.what) {
                return event;
            }
        }
    }
}

fn client_of(proxy: &Proxy) -> UdpSocket {
    let client = socket();
    client.connect(proxy.local_addr()).unwrap();
    client
}

fn listed<const N: usize>(places: [u64; N]) -> Which {
    Which::Listed(places.into())
}

#[test]
fn without_faults_everything_passes_both_ways_and_is_recorded() {
    let rig = Rig::new(Plan::default());
    let second = client_of(&rig.proxy);
    for (client, word) in [(&rig.client, "a"), (&second, "b"), (&rig.client, "")] {
        client.send(word.as_bytes()).unwrap();
        let (bytes, from) = receive(&rig.server);
        assert_eq!(bytes, word.as_bytes());
        rig.server
            .send_to(&[b"re: ", &bytes[..]].concat(), from)
            .unwrap();
        assert_eq!(receive(client).0, format!("re: {word}").as_bytes());
    }
    rig.proxy.stop();
    let events: Vec<Event> = rig.events.iter().collect();
    let came: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.what {
            What::Came {
                direction,
                index,
                bytes,
            } => Some((event.client, *direction, *index, bytes.len())),
            What::New { .. } => None,
            other => panic!("{other:?}"),
        })
        .collect();
    let (to, back) = (Direction::ToServer, Direction::ToClient);
    let wanted = [
        (1, to, 1, 1),
        (1, back, 1, 5),
        (2, to, 2, 1),
        (2, back, 2, 5),
        (1, to, 3, 0),
        (1, back, 3, 4),
    ];
    assert_eq!(came, wanted);
    assert!(events.is_sorted_by_key(|event| event.at));
}

#[test]
fn what_is_dropped_by_place_is_lost_and_nothing_else() {
    let rig = Rig::to_server(Faults {
        drop: listed([2, 3]),
        ..Faults::default()
    });
    for word in ["1", "2", "3", "4"] {
        rig.send(word.as_bytes());
    }
    assert_eq!(receive(&rig.server).0, b"1");
    assert_eq!(receive(&rig.server).0, b"4");
}

#[test]
fn a_doubled_answer_comes_twice_and_its_request_once() {
    let rig = Rig::new(Plan {
        to_client: Faults {
            duplicate: listed([1]),
            ..Faults::default()
        },
        ..Plan::default()
    });
    rig.send(b"x");
    let (_, from) = receive(&rig.server);
    for answer in [b"1", b"2"] {
        rig.server.send_to(answer, from).unwrap();
    }
    for answer in [b"1", b"1", b"2"] {
        assert_eq!(receive(&rig.client).0, answer);
    }
}

#[test]
fn a_swapped_one_comes_after_the_next_or_after_a_while() {
    let rig = Rig::to_server(Faults {
        swap: listed([1, 3]),
        ..Faults::default()
    });
    let begun = Instant::now();
    for word in ["1", "2", "3"] {
        rig.send(word.as_bytes());
    }
    assert_eq!(receive(&rig.server).0, b"2");
    assert_eq!(receive(&rig.server).0, b"1");
    // Nothing follows that could overtake it.
    assert_eq!(receive(&rig.server).0, b"3");
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

#[test]
fn a_late_one_is_overtaken_and_comes_no_earlier() {
    let delay = Duration::from_millis(300);
    let rig = Rig::to_server(Faults {
        delay: (listed([1]), delay),
        ..Faults::default()
    });
    let begun = Instant::now();
    rig.send(b"1");
    rig.send(b"2");
    assert_eq!(receive(&rig.server).0, b"2");
    assert_eq!(receive(&rig.server).0, b"1");
    assert!(begun.elapsed() >= delay);
    rig.until(|what| matches!(what, What::Late { index: 1, .. }));
}

#[test]
fn cut_and_damaged_ones_are_exactly_that() {
    let rig = Rig::to_server(Faults {
        truncate: listed([1]),
        corrupt: listed([2]),
        ..Faults::default()
    });
    let text = b"a text of some length";
    rig.send(text);
    rig.send(text);
    let cut = receive(&rig.server).0;
    assert!(text.starts_with(&cut) && cut.len() < text.len(), "{cut:?}");
    let damaged = receive(&rig.server).0;
    let bits = text.iter().zip(&damaged).map(|(a, b)| (a ^ b).count_ones());
    assert_eq!((damaged.len(), bits.sum::<u32>()), (text.len(), 1));
}

#[test]
fn the_same_seed_meets_the_same_datagrams() {
    let faults = |seed| {
        let some = Faults {
            drop: Which::Chance(0.2),
            duplicate: Which::Chance(0.2),
            corrupt: Which::Chance(0.2),
            ..Faults::default()
        };
        let rig = Rig::new(Plan {
            to_server: some,
            seed,
            ..Plan::default()
        });
        let mut met = Vec::new();
        // One more, whose coming tells that all faults of the others are told.
        for number in 0..=100 {
            let text = format!("number {number}");
            rig.client.send(text.as_bytes()).unwrap();
            // Pace: the system loses what its queue cannot hold.
            loop {
                match rig.events.recv_timeout(PATIENCE).unwrap().what {
                    What::Came { .. } => break,
                    What::Fault { index, fault, .. } => met.push((index, fault)),
                    _ => {}
                }
            }
        }
        met
    };
    let met = faults(7);
    let dropped = |(_, fault): &&(u64, Fault)| *fault == Fault::Dropped;
    assert!(
        (5..40).contains(&met.iter().filter(dropped).count()),
        "{met:?}"
    );
    assert_eq!(met, faults(7));
    assert_ne!(met, faults(8));
}
