//! What one turn of the server does, on real sockets.

use std::{io, net::UdpSocket, time::Instant};

use common::{
    net::{DatagramBuffer, DatagramSocket, DatagramSockets, LARGEST_DATAGRAM},
    output::Output,
};

use crate::{
    room::{Peer, Room, Rules},
    server::{Out, SENT, TAKEN, turn},
};

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
    socket.set_nonblocking(true).expect("an open socket");
    socket
}

/// What has come; over loopback, Linux delivers within the call that sends.
fn heard(socket: &UdpSocket) -> Vec<String> {
    let mut buffer = [0; 100];
    let texts = std::iter::from_fn(|| socket.recv(&mut buffer).ok().map(|n| buffer[..n].to_vec()));
    texts
        .map(|text| String::from_utf8(text).expect("text"))
        .collect()
}

#[test]
fn a_turn_takes_and_sends_so_much_and_no_more() {
    let sockets = DatagramSocket::bind(&"127.0.0.1:0".parse().expect("an address"));
    let sockets = sockets.expect("bound");
    let server = sockets[0].local().to_string();
    let output = Output::to(io::sink());
    let mut out = Out {
        sockets: DatagramSockets::new(sockets).expect("one"),
        output: &output,
        printed: Ok(()),
    };
    let mut room = Room::new(Rules::default(), [1; 32], Instant::now());
    let mut buffer = DatagramBuffer::new(LARGEST_DATAGRAM);

    let stranger = socket();
    for _ in 0..TAKEN + 10 {
        stranger.send_to(b"ACK 1", &server).expect("sent");
    }
    assert!(turn(&mut room, &mut buffer, &mut out), "there are ten more");
    assert_eq!(room.totals().datagrams, TAKEN as u64);

    let members = [socket(), socket()];
    let peers = members.each_ref().map(|member| Peer {
        socket: 0,
        address: member.local_addr().expect("bound"),
    });
    let now = Instant::now();
    for (n, member) in members.iter().enumerate() {
        room.receive(peers[n], b"JOIN nobody", now, &mut out);
        let cookie = heard(member)[0].replace("COOKIE ", "");
        let join = format!("JOIN m{n} {cookie}");
        room.receive(peers[n], join.as_bytes(), now, &mut out);
        assert!(heard(member)[0].starts_with("WELCOME "));
    }
    for id in 1..=SENT + 10 {
        room.receive(peers[1], format!("SAY {id} x").as_bytes(), now, &mut out);
    }
    turn(&mut room, &mut buffer, &mut out);
    assert_eq!(heard(&members[0]).len(), SENT);
}
