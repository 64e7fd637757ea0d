//! What the client makes of trouble with the network.

use std::{io, net::UdpSocket, time::Instant};

use common::{
    net::{DatagramError, DatagramOptions, DatagramSocket, Target},
    output::Output,
    stop::Stop,
};
use crossbeam_channel::{bounded, never};

use crate::{
    client::Talk,
    network::{Arrived, Ended, Out},
    session::{End, Patience, Session},
};

/// What comes by the network, and how the session ended.
fn talked(arrived: Vec<Arrived>) -> Ended {
    let server = UdpSocket::bind("127.0.0.1:0").expect("bound");
    let address = server.local_addr().expect("bound").to_string();
    let options = DatagramOptions {
        bind: None,
        target: Target::Connected,
    };
    let sockets = DatagramSocket::open(&address.parse().expect("an address"), &options);
    let sockets = sockets.expect("open");
    let (came, network) = bounded(arrived.len());
    arrived
        .into_iter()
        .for_each(|arrived| came.send(arrived).expect("room"));
    let mut talk = Talk {
        session: Session::new("Bo", Patience::default(), Instant::now()),
        input: &never(),
        lines: 0,
        failure: None,
        stop: &Stop::new(),
        out: Out {
            socket: &sockets[0],
            sent: Ok(()),
            show: &mut Output::to(io::sink()),
            shown: Ok(()),
        },
    };
    talk.talk(&network, false)
}

#[test]
fn a_network_that_is_away_for_a_moment_ends_nothing() {
    let away = || Err(DatagramError::Io(io::ErrorKind::NetworkUnreachable.into()));
    let came = |text: &str| Ok(text.as_bytes().to_vec());
    let cookie = || came("COOKIE AbCdEfGhIjk");
    let ended = talked(vec![
        cookie(),
        away(),
        came("WELCOME Bo 1"),
        away(),
        came("BYE"),
    ]);
    assert_eq!(ended.expect("no failure"), Some(End::Closed));
    // Before anything came it is no network at all, and later a server that
    // is gone is gone.
    assert!(talked(vec![away()]).is_err());
    assert!(talked(vec![cookie(), Err(DatagramError::Refused)]).is_err());
}
