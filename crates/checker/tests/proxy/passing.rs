//! What passes: everything, in order, and the same bytes under every harmless fault.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use checker::proxy::stream::{Direction, Faults, Plan, Proxy, What};
use crossbeam_channel::unbounded;
use proptest::prelude::*;

use crate::rig::*;

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
    let first_served = accept(&listener);
    let mut second = patient(TcpStream::connect(proxy.local_addr()).unwrap());
    let mut second_served = accept(&listener);

    reset(first);
    assert!(read_until_reset(first_served).1);
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
fn two_families_on_one_port_are_two_proxies() {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        eprintln!("no IPv6 loopback here");
        return;
    }
    let nobody = (Ipv4Addr::LOCALHOST, 9).into();
    let start = |listen| Proxy::start(listen, nobody, Plan::default(), unbounded().0);
    // Somebody else may have the port for IPv4: then another one. Were it [::]
    // that takes IPv4, none would do.
    let both = (0..20).any(|_| {
        let v6 = start((Ipv6Addr::UNSPECIFIED, 0).into()).unwrap();
        start((Ipv4Addr::UNSPECIFIED, v6.local_addr().port()).into()).is_ok()
    });
    assert!(both, "[::] must not take IPv4");
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
