//! Datagram sockets: borders, truncation, limits, refusals and stops.

mod soon;

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use common::{
    address::Address,
    net::{
        DatagramBuffer, DatagramError, DatagramOptions, DatagramSocket, DatagramSockets, Endpoint,
        LARGEST_DATAGRAM, Target,
    },
    stop::Stop,
};
use soon::{SOON, begin};

/// The largest datagram that this system sends over IPv4, unless somebody has
/// told it otherwise: macOS has a limit of its own (`net.inet.udp.maxdgram`).
const LARGEST_SENT: usize = if cfg!(target_os = "macos") {
    9_216
} else {
    65_507
};

fn bind(address: &str) -> DatagramSocket {
    let address = address.parse().expect("an address");
    DatagramSocket::bind(&address).expect("bind").remove(0)
}

fn inet(socket: &DatagramSocket) -> SocketAddr {
    match socket.local() {
        Endpoint::Inet(address) => address,
        Endpoint::Unix(_) => unreachable!("UDP"),
    }
}

fn open(to: SocketAddr, target: Target) -> DatagramSocket {
    let address: Address = to.to_string().parse().expect("an address");
    let options = DatagramOptions { bind: None, target };
    DatagramSocket::open(&address, &options)
        .expect("open")
        .remove(0)
}

/// What comes next, within the deadline of every test.
fn next(socket: &DatagramSocket, limit: usize) -> Result<Vec<u8>, DatagramError> {
    let mut buffer = DatagramBuffer::new(limit);
    let datagram = socket.receive_until(&mut buffer, Instant::now() + SOON, &Stop::new())?;
    Ok(datagram.expect("a datagram in time").bytes.to_vec())
}

#[test]
fn datagrams_keep_their_borders_and_nothing_is_a_datagram() {
    let mut addresses = vec!["127.0.0.1:0", "localhost:0"];
    if std::net::UdpSocket::bind("[::1]:0").is_ok() {
        addresses.push("[::1]:0");
    }
    for address in addresses {
        let server = bind(address);
        let client = open(inet(&server), Target::Connected);
        for bytes in [&b"one"[..], b"", b"two"] {
            client.send(bytes).unwrap();
        }
        for bytes in [&b"one"[..], b"", b"two"] {
            assert_eq!(next(&server, 100).unwrap(), bytes, "{address}");
        }
    }
}

#[test]
fn one_byte_more_than_fits_is_noticed_and_the_next_one_comes() {
    let server = bind("127.0.0.1:0");
    let client = open(inet(&server), Target::Connected);
    for (size, fits) in [
        (9, true),
        (10, true),
        (11, false),
        (12, false),
        (LARGEST_SENT, false),
    ] {
        client.send(&vec![7; size]).unwrap();
        match next(&server, 10) {
            Ok(bytes) => assert!(fits && bytes.len() == size, "{size}"),
            Err(DatagramError::TooLarge { limit: 10, .. }) => assert!(!fits, "{size}"),
            Err(error) => panic!("{size}: {error}"),
        }
    }
    client.send(&[7; LARGEST_SENT]).unwrap();
    assert_eq!(next(&server, LARGEST_DATAGRAM).unwrap().len(), LARGEST_SENT);
    assert!(client.send(&[7; 65_508]).is_err(), "more than IPv4 carries");
}

#[test]
fn a_flood_at_one_of_several_sockets_starves_no_other() {
    let sockets = vec![bind("127.0.0.1:0"), bind("127.0.0.1:0")];
    let flooded = open(inet(&sockets[0]), Target::Connected);
    let quiet = open(inet(&sockets[1]), Target::Connected);
    let mut sockets = DatagramSockets::new(sockets).unwrap();
    // Too large for the buffer is an error, and no turn that lasts either.
    for flood in [&b"flood"[..], b"too large"] {
        for _ in 0..20 {
            flooded.send(flood).unwrap();
        }
        quiet.send(b"quiet").unwrap();
        let mut buffer = DatagramBuffer::new(5);
        let mut before = 0;
        while !matches!(sockets.take(&mut buffer), Ok(Some((1, _)))) {
            before += 1;
            assert!(before <= 1, "one of the flood at most");
        }
        // The rest of the flood.
        while !matches!(sockets.take(&mut buffer), Ok(None)) {}
    }
}

#[test]
fn a_connected_socket_hears_its_peer_and_no_stranger() {
    let server = bind("127.0.0.1:0");
    let stranger = bind("127.0.0.1:0");
    for (target, expected) in [
        (Target::Connected, &b"peer"[..]),
        (Target::Unconnected, b"stranger"),
    ] {
        let client = open(inet(&server), target);
        client.send(b"hello").unwrap();
        let mut buffer = DatagramBuffer::new(10);
        let deadline = Instant::now() + SOON;
        let hello = server.receive_until(&mut buffer, deadline, &Stop::new());
        let from = hello.unwrap().unwrap().from;
        stranger.send_to(b"stranger", from).unwrap();
        server.send_to(b"peer", from).unwrap();
        assert_eq!(next(&client, 100).unwrap(), expected);
        assert!(client.is_peer(inet(&server)) && !client.is_peer(inet(&stranger)));
    }
}

#[test]
fn nobody_there_is_told_to_a_connected_socket_and_does_not_end_it() {
    let server = bind("127.0.0.1:0");
    let address = inet(&server);
    drop(server);
    let client = open(address, Target::Connected);
    for _ in 0..2 {
        client.send(b"?").unwrap();
        assert!(matches!(next(&client, 10), Err(DatagramError::Refused)));
    }
    let server = bind(&address.to_string());
    client.send(b"!").unwrap();
    assert_eq!(next(&server, 10).unwrap(), b"!");
}

#[test]
fn a_wait_ends_at_its_deadline_or_at_a_stop() {
    let socket = bind("127.0.0.1:0");
    let mut buffer = DatagramBuffer::new(10);
    let begun = Instant::now();
    let limit = Duration::from_millis(300);
    let nothing = socket.receive_until(&mut buffer, begun + limit, &Stop::new());
    assert_eq!(nothing.unwrap(), None);
    assert!(begun.elapsed() >= limit, "not before its deadline");

    let stop = Stop::new();
    let hour = Instant::now() + Duration::from_secs(3600);
    let socket = Arc::new(socket);
    let waiting = begin({
        let (socket, stop) = (socket.clone(), stop.clone());
        move || {
            let mut buffer = DatagramBuffer::new(10);
            let nothing = socket.receive_until(&mut buffer, hour, &stop);
            nothing.unwrap().is_none()
        }
    });
    stop.trigger();
    assert!(waiting.end());
    // What is there already is taken, also when the time is over.
    socket.send_to(b"late", inet(&socket)).unwrap();
    let over = socket
        .receive_until(&mut buffer, begun, &Stop::new())
        .unwrap();
    assert_eq!(over.unwrap().bytes, b"late");
}

#[test]
fn a_stop_wakes_a_wait_without_a_deadline_on_any_address() {
    for address in ["127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"] {
        if address.starts_with('[') && std::net::UdpSocket::bind("[::1]:0").is_err() {
            continue;
        }
        let socket = bind(address);
        let stop = Stop::new();
        let _wake = socket.wake_on(&stop).unwrap();
        let waiting = begin({
            let stop = stop.clone();
            move || {
                let mut buffer = DatagramBuffer::new(10);
                socket.receive(&mut buffer, &stop).unwrap().is_none()
            }
        });
        stop.trigger();
        assert!(waiting.end(), "{address}");
    }
}

#[test]
fn a_stop_wakes_also_where_the_buffer_is_full() {
    let socket = bind("127.0.0.1:0");
    let stop = Stop::new();
    let _wake = socket.wake_on(&stop).unwrap();
    // More than any receive buffer holds by default.
    for _ in 0..10_000 {
        let _ = socket.send_to(&[0; 1000], inet(&socket));
    }
    stop.trigger();
    let ended = begin(move || {
        let mut buffer = DatagramBuffer::new(1000);
        socket.receive(&mut buffer, &stop).unwrap().is_none()
    });
    assert!(ended.end());
}

#[test]
fn two_families_on_one_port_are_two_sockets() {
    if std::net::UdpSocket::bind("[::1]:0").is_err() {
        eprintln!("no IPv6 loopback here");
        return;
    }
    // Somebody else may have the port for IPv4: then another one. Were it [::]
    // that takes IPv4, none would do.
    let both = (0..20).any(|_| {
        let v6 = bind("[::]:0");
        let v4 = v6.local().to_string().replace("[::]", "0.0.0.0");
        DatagramSocket::bind(&v4.parse().unwrap()).is_ok()
    });
    assert!(both, "[::] must not take IPv4");
}

#[test]
fn unix_paths_are_no_addresses_of_datagrams_here() {
    let address: Address = "unix:/nowhere/socket".parse().unwrap();
    assert!(DatagramSocket::bind(&address).is_err());
    assert!(DatagramSocket::open(&address, &DatagramOptions::default()).is_err());
}
