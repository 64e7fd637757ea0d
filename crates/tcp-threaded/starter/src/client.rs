//! Your client: `my-tcp-threaded-client HOST PORT`. Holes 5 to 7 are here.
//!
//! Names come on standard input; the greeting and the answers go to standard
//! output.

mod protocol;

use std::{
    env,
    io::{self, Read as _, Write as _},
    net::TcpStream,
    process::ExitCode,
};

fn main() -> ExitCode {
    let host = env::args().nth(1);
    let port = env::args().nth(2).and_then(|port| port.parse::<u16>().ok());
    let (Some(host), Some(port)) = (host, port) else {
        eprintln!("usage: my-tcp-threaded-client HOST PORT");
        return ExitCode::from(2);
    };
    match run(&host, port) {
        Ok(()) => ExitCode::SUCCESS,
        // TT-30, TT-31: whoever started us must be able to tell.
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Sends each name and prints the answer to it (TT-23, TT-24, TT-26).
fn run(host: &str, port: u16) -> io::Result<()> {
    let mut stream = TcpStream::connect((host, port))?;
    let mut messages = protocol::Lines::default();
    // HOLE 5 (TT-22, TT-29): the server speaks first. What does it say, and what
    // if it says `Busy, try again later` instead?
    for name in io::stdin().lines() {
        let name = name?;
        send(&mut stream, name.as_bytes())?;
        if protocol::is_marker(name.as_bytes()) {
            // HOLE 6 (TT-28): a marker gets no answer. What is there to wait for
            // now, and what may still be sent?
        }
        let answer = receive(&mut stream, &mut messages)?;
        print(&answer)?;
    }
    // TT-27: every name has had its answer, so nothing is due here.
    Ok(())
}

/// Sends one message and its LF.
fn send(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let mut line = message.to_vec();
    line.push(b'\n');
    stream.write_all(&line)
}

/// Prints one message. Bytes, not text: printing must not fail on what came.
fn print(message: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout();
    stdout.write_all(message)?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}

/// Waits for one message.
///
/// HOLE 7 (TT-25, TT-30): one read may bring a part of a message, or several:
/// read until one is complete, and leave what follows it in `messages` for the
/// next call. When the server has gone, that is an error.
fn receive(stream: &mut TcpStream, messages: &mut protocol::Lines) -> io::Result<Vec<u8>> {
    let mut chunk = [0; 1024];
    let count = stream.read(&mut chunk)?;
    messages.push(&chunk[..count]);
    let message = messages.next().or_else(|| messages.last());
    message.ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "no answer"))
}
