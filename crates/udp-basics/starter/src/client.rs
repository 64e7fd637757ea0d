//! Your client: `my-udp-basics-client HOST PORT`. Holes 6 to 8 are here.
//!
//! Lines come on standard input; the texts of the answers go to standard output.

mod protocol;

use std::{
    env,
    io::{self, Write as _},
    net::UdpSocket,
    process::ExitCode,
};

fn main() -> ExitCode {
    let host = env::args().nth(1);
    let port = env::args().nth(2).and_then(|port| port.parse::<u16>().ok());
    let (Some(host), Some(port)) = (host, port) else {
        eprintln!("usage: my-udp-basics-client HOST PORT");
        return ExitCode::from(2);
    };
    match run(&host, port) {
        Ok(()) => ExitCode::SUCCESS,
        // UB-19, UB-25: whoever started us must be able to tell.
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Sends each line and prints the answer to it.
fn run(host: &str, port: u16) -> io::Result<()> {
    // Port 0: the system chooses one (UB-27).
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    // HOLE 6 (UB-22, UB-25): whose datagrams does this socket receive now? There
    // is a call that lets in only the server's, and passes on that nobody
    // listens. It sends nothing.
    let server = (host, port);
    for (line, number) in io::stdin().lines().zip(1..) {
        let request = protocol::request(number, line?.as_bytes());
        let text = ask(&socket, server, &request)?;
        // UB-16: bytes, not text: printing must not fail on what it is given.
        io::stdout().write_all(&text)?;
        io::stdout().write_all(b"\n")?;
    }
    // UB-24: every line has had its answer, so nothing is due here.
    Ok(())
}

/// Sends a request until its answer comes.
///
/// HOLE 7 (UB-18, UB-19): the request or its answer may be lost, and then this
/// waits for ever. How long is a wait, how often is the request sent, and what
/// is returned in the end? See `UdpSocket::set_read_timeout`.
fn ask(socket: &UdpSocket, server: (&str, u16), request: &[u8]) -> io::Result<Vec<u8>> {
    socket.send_to(request, server)?;
    receive(socket, request)
}

/// Waits for the answer.
///
/// HOLE 8 (UB-20, UB-21, UB-23): this one waits for the first datagram. What if
/// it is not the answer? And how long may an answer be?
fn receive(socket: &UdpSocket, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut buffer = [0; 64];
    let (count, _from) = socket.recv_from(&mut buffer)?;
    let text = protocol::answer(request, &buffer[..count]);
    text.map(<[u8]>::to_vec)
        .ok_or_else(|| io::Error::other("no answer"))
}
