//! Bare UDP sockets in a test's hand, the other end of our programs.

use std::{
    net::{SocketAddr, UdpSocket},
    thread,
};

use super::SOON;

/// The largest datagram that this system sends over IPv4, unless somebody has
/// told it otherwise: macOS has a limit of its own (`net.inet.udp.maxdgram`).
pub const LARGEST_SENT: usize = if cfg!(target_os = "macos") {
    9_216
} else {
    65_507
};

/// More than any datagram holds.
const BUFFER: usize = 1 << 16;

/// A socket on 127.0.0.1, with a time limit on every receive.
///
/// # Panics
///
/// If there is none to be had.
#[must_use]
pub fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("bind");
    socket.set_read_timeout(Some(SOON)).expect("limit");
    socket
}

/// The next datagram, and where it came from.
///
/// # Panics
///
/// If none comes in the socket's time.
#[track_caller]
pub fn receive(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = vec![0; BUFFER];
    let (count, from) = socket.recv_from(&mut buffer).expect("a datagram in time");
    buffer.truncate(count);
    (buffer, from)
}

/// Sends one datagram.
///
/// # Panics
///
/// If the system does not take it.
#[track_caller]
pub fn send(socket: &UdpSocket, bytes: &[u8], to: SocketAddr) {
    socket.send_to(bytes, to).expect("send");
}

/// Sends to the server and gives the next datagram that comes.
///
/// # Panics
///
/// If none comes in the socket's time, or one from elsewhere.
#[track_caller]
pub fn exchange(socket: &UdpSocket, server: &str, bytes: &[u8]) -> Vec<u8> {
    socket.send_to(bytes, server).expect("send");
    let (answer, from) = receive(socket);
    assert_eq!(from.to_string(), server, "an answer from elsewhere");
    answer
}

/// A server written by the test, for a client that runs meanwhile: what it does
/// with each datagram. Its address.
///
/// # Panics
///
/// If there is no socket to be had.
pub fn fake(mut answer: impl FnMut(&UdpSocket, &[u8], SocketAddr) + Send + 'static) -> String {
    let socket = socket();
    let address = socket.local_addr().expect("bound").to_string();
    // It ends with the test's process, or when nobody has asked for so long.
    thread::spawn(move || {
        let mut buffer = vec![0; BUFFER];
        while let Ok((count, from)) = socket.recv_from(&mut buffer) {
            answer(&socket, &buffer[..count], from);
        }
    });
    address
}
