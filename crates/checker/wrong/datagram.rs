//! The life of a server of datagrams, whatever it answers: how it binds, what it
//! hears of answers that found nobody, and who goes on when it ends.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use socket2::{Domain, Socket, Type};

use crate::common::{AtSignal, hang, is_refused, stop_on_signal};
use crate::show::say;

/// What a server makes of the news that an answer of its own found nobody.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtRefused {
    /// It was somebody else's affair.
    GoesOn,
    /// As if an error were not caught.
    Dies,
    /// It never receives again.
    IsDeaf,
}

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
pub(crate) fn receive(
    socket: &UdpSocket,
    buffer: &mut [u8],
    at_refused: AtRefused,
) -> io::Result<(Vec<u8>, SocketAddr)> {
    loop {
        match socket.recv_from(buffer) {
            Ok((count, sender)) => return Ok((buffer[..count].to_vec(), sender)),
            Err(error) if is_refused(&error) => match at_refused {
                AtRefused::GoesOn => {}
                AtRefused::Dies => return Err(error),
                AtRefused::IsDeaf => hang(),
            },
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

/// Connected while it sends, so that it is told when nobody is there; only to
/// a client that sends on, since others are not heard meanwhile. Where it is
/// told anyway, nothing is special.
pub(crate) fn send_and_hear(
    socket: &UdpSocket,
    answer: &[u8],
    to: SocketAddr,
) -> io::Result<usize> {
    if cfg!(windows) {
        return socket.send_to(answer, to);
    }
    let sent = connect_and_send(socket, answer, to);
    #[cfg(unix)]
    rustix::net::connect_unspec(socket)?;
    sent
}
