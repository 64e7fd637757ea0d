//! The life of a server of datagrams, whatever it answers: how it binds, what it
//! hears of answers that found nobody, and who goes on when it ends.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use socket2::{Domain, Socket, Type};

use crate::common::{AtSignal, is_refused, stop_on_signal};
use crate::show::say;

/// A socket at this address; `reuse` where others may bind it, too.
pub(crate) fn bind(address: SocketAddr, reuse: bool) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
    socket.set_reuse_address(reuse)?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// Ends at a signal, while the process that holds the socket does not: that is
/// the server called `worker`.
pub(crate) fn let_a_child_work(worker: &str, port: u16) -> io::Result<()> {
    stop_on_signal(AtSignal::Stops)?;
    let mut child = std::process::Command::new(std::env::current_exe()?)
        .args([worker, &port.to_string()])
        .spawn()?;
    match child.wait()?.success() {
        true => Ok(()),
        false => Err(io::Error::other("the worker has failed")),
    }
}

/// Waits for a datagram, of which it takes as much as the buffer holds.
pub(crate) fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<(Vec<u8>, SocketAddr)> {
    loop {
        match socket.recv_from(buffer) {
            Ok((count, sender)) => return Ok((buffer[..count].to_vec(), sender)),
            // An answer of its own found nobody, which Windows tells here.
            Err(error) if is_refused(&error) => {}
            Err(error) => say(&format!("not received: {error}")),
        }
    }
}

/// Sends and stays connected, so that nobody else is heard from then on.
pub(crate) fn connect_and_send(
    socket: &UdpSocket,
    answer: &[u8],
    to: SocketAddr,
) -> io::Result<usize> {
    socket.connect(to)?;
    socket.send(answer)
}

/// Sends, and fails when nobody is there. Most systems tell that to a connected
/// socket only, which hears nobody else meanwhile; so the address is tried: whoever
/// can have it has found it free.
pub(crate) fn send_and_hear(
    socket: &UdpSocket,
    answer: &[u8],
    to: SocketAddr,
) -> io::Result<usize> {
    let sent = socket.send_to(answer, to)?;
    match UdpSocket::bind(to) {
        Ok(_) => Err(io::ErrorKind::ConnectionRefused.into()),
        Err(_) => Ok(sent),
    }
}
