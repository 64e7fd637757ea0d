//! Your server: `my-udp-timesync-server PORT`. Hole 8 is here.

mod calendar;
mod protocol;

use std::{
    env, io,
    net::{SocketAddr, UdpSocket},
    process::ExitCode,
    time::{Duration, SystemTime},
};

fn main() -> ExitCode {
    let Some(port) = env::args().nth(1).and_then(|port| port.parse::<u16>().ok()) else {
        eprintln!("usage: my-udp-timesync-server PORT");
        return ExitCode::from(2);
    };
    match run(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers one datagram after the other (UT-3).
///
/// HOLE 8 (UT-3, UT-6, UT-10, UT-11): how long may a datagram be, so that you
/// notice one that is too long? And whatever one client sends or does, the next
/// one is served: which of the errors here may end the server?
fn run(port: u16) -> io::Result<()> {
    let socket = UdpSocket::bind(("127.0.0.1", port))?;
    println!("listening on {}", socket.local_addr()?);
    let mut buffer = [0; 64];
    loop {
        let (count, from) = socket.recv_from(&mut buffer)?;
        answer(&socket, &buffer[..count], from)?;
    }
}

/// Answers one datagram, in the form of the question.
fn answer(socket: &UdpSocket, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
    let received = now();
    let answer = if protocol::is_sntp(datagram) {
        let [receive, transmit] =
            [received, now()].map(|time| protocol::timestamp(time.as_nanos()));
        protocol::reply(datagram, receive, transmit).to_vec()
    } else {
        protocol::answer(datagram, received.as_secs())
    };
    socket.send_to(&answer, to)?;
    Ok(())
}

/// The wall clock: time since 1970, in UTC.
fn now() -> Duration {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()
}
