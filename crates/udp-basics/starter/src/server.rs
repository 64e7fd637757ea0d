//! Your server: `my-udp-basics-server PORT`. Holes 3 to 5 are here.

use std::{
    env, io,
    net::{SocketAddr, UdpSocket},
    process::ExitCode,
};

fn main() -> ExitCode {
    let Some(port) = env::args().nth(1).and_then(|port| port.parse::<u16>().ok()) else {
        eprintln!("usage: my-udp-basics-server PORT");
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

/// Answers one datagram after the other (UB-2).
fn run(port: u16) -> io::Result<()> {
    let socket = UdpSocket::bind(("127.0.0.1", port))?;
    println!("listening on {}", socket.local_addr()?);
    // HOLE 3 (UB-6, UB-7): what does not fit in here is thrown away, and nobody
    // is told. How large may a datagram be, and how would you notice one that
    // did not fit?
    let mut buffer = [0; 64];
    loop {
        let (count, from) = socket.recv_from(&mut buffer)?;
        // HOLE 4 (UB-8, UB-9): whatever one client sends or does, the next one
        // is served. Which of the errors here may end the server? (The question
        // mark above is one of them.)
        answer(&socket, &buffer[..count], from)?;
    }
}

/// Answers one datagram.
///
/// HOLE 5 (UB-1, UB-2, UB-3, UB-4, UB-5): the same bytes, to the sender, whatever
/// they are; none at all is a datagram too.
fn answer(socket: &UdpSocket, bytes: &[u8], to: SocketAddr) -> io::Result<()> {
    let text = String::from_utf8_lossy(bytes);
    if text.trim().is_empty() {
        return Ok(());
    }
    let _ = (socket, to);
    println!("{text:?}");
    Ok(())
}
