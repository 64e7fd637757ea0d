//! What the tests over real sockets need: our programs, and bare sockets.

use std::net::{SocketAddr, UdpSocket};

use checker::program::{Program, SOON};

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

/// A bare socket, with a time limit on every receive.
pub(crate) fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("bind");
    socket.set_read_timeout(Some(SOON)).expect("limit");
    socket
}

pub(crate) fn receive(socket: &UdpSocket) -> (String, SocketAddr) {
    let mut buffer = vec![0; 70_000];
    let (count, from) = socket.recv_from(&mut buffer).expect("a datagram in time");
    buffer.truncate(count);
    (String::from_utf8(buffer).expect("text"), from)
}

/// Sends to the server and gives the next datagram that comes from it.
pub(crate) fn ask(socket: &UdpSocket, server: &str, request: &str) -> String {
    socket.send_to(request.as_bytes(), server).expect("send");
    let (answer, from) = receive(socket);
    assert_eq!(from.to_string(), server, "an answer from elsewhere");
    answer
}

/// Joins with a bare socket; its cookie.
pub(crate) fn join(socket: &UdpSocket, server: &str, name: &str) -> String {
    let answer = ask(socket, server, &format!("JOIN {name}"));
    let cookie = answer.strip_prefix("COOKIE ").expect("a cookie").to_owned();
    let answer = ask(socket, server, &format!("JOIN {name} {cookie}"));
    assert!(answer.starts_with(&format!("WELCOME {name} ")), "{answer}");
    cookie
}
