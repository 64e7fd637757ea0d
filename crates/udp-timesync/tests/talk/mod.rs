//! What the test files over sockets need: our programs, and bare sockets.

use std::net::{SocketAddr, UdpSocket};

use checker::program::{Program, SOON};

pub(crate) const SERVER: &str = env!("CARGO_BIN_EXE_udp-timesync-server");
pub(crate) const CLIENT: &str = env!("CARGO_BIN_EXE_udp-timesync-client");

pub(crate) fn server(args: &[&str]) -> Program {
    Program::start(SERVER, &[&["--listen", "127.0.0.1:0"], args].concat())
}

pub(crate) fn client(address: &str, args: &[&str]) -> Program {
    Program::start(CLIENT, &[&["--connect", address], args].concat())
}

/// Runs a client to its end: standard output, standard error, and exit code.
pub(crate) fn talk(address: &str, args: &[&str]) -> (String, String, i32) {
    let mut client = client(address, args);
    let code = client.wait();
    (client.stdout(), client.stderr(), code)
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
