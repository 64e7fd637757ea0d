//! What both test files need: our programs, and bare sockets.

use std::net::{SocketAddr, UdpSocket};

use checker::program::{Pair, SOON};

pub(crate) const PAIR: Pair = Pair {
    server: env!("CARGO_BIN_EXE_udp-basics-server"),
    client: env!("CARGO_BIN_EXE_udp-basics-client"),
};

/// Runs a client to its end: standard output, standard error, and exit code.
pub(crate) fn talk(address: &str, args: &[&str], input: &str) -> (String, String, i32) {
    let ended = PAIR.run(address, args, input);
    (ended.printed, ended.errors, ended.code)
}

/// A bare socket, with a time limit on every receive.
pub(crate) fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("bind");
    socket.set_read_timeout(Some(SOON)).expect("limit");
    socket
}

pub(crate) fn receive(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = vec![0; 70_000];
    let (count, from) = socket.recv_from(&mut buffer).expect("a datagram in time");
    buffer.truncate(count);
    (buffer, from)
}
