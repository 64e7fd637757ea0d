//! What the tests over real sockets need: our programs, and bare sockets.

use std::net::{SocketAddr, UdpSocket};

pub(crate) use checker::program::datagrams::socket;
use checker::program::{Program, datagrams};

pub(crate) const SERVER: &str = env!("CARGO_BIN_EXE_udp-chat-server");

pub(crate) fn server(args: &[&str]) -> Program {
    Program::start(SERVER, &[&["--listen", "127.0.0.1:0"], args].concat())
}

pub(crate) fn client(address: &str, name: &str, args: &[&str]) -> Program {
    Program::start(
        env!("CARGO_BIN_EXE_udp-chat-client"),
        &[&["--connect", address, "--name", name], args].concat(),
    )
}

pub(crate) fn receive(socket: &UdpSocket) -> (String, SocketAddr) {
    let (bytes, from) = datagrams::receive(socket);
    (String::from_utf8(bytes).expect("text"), from)
}

/// Sends to the server and gives the next datagram that comes from it.
pub(crate) fn ask(socket: &UdpSocket, server: &str, request: &str) -> String {
    let answer = datagrams::exchange(socket, server, request.as_bytes());
    String::from_utf8(answer).expect("text")
}

/// Joins with a bare socket; its cookie.
pub(crate) fn join(socket: &UdpSocket, server: &str, name: &str) -> String {
    let answer = ask(socket, server, &format!("JOIN {name}"));
    let cookie = answer.strip_prefix("COOKIE ").expect("a cookie").to_owned();
    let answer = ask(socket, server, &format!("JOIN {name} {cookie}"));
    assert!(answer.starts_with(&format!("WELCOME {name} ")), "{answer}");
    cookie
}
