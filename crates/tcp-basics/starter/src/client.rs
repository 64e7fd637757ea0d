//! Your client: `my-tcp-basics-client HOST PORT`. Holes 6 to 8 are here.
//!
//! Lines come on standard input; answers go to standard output.

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
        eprintln!("usage: my-tcp-basics-client HOST PORT");
        return ExitCode::from(2);
    };
    match run(&host, port) {
        Ok(()) => ExitCode::SUCCESS,
        // TB-29, TB-30: whoever started us must be able to tell.
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Sends one message.
///
/// HOLE 6 (TB-21, TB-24): the line and one LF, also when the line is empty.
fn send(stream: &mut TcpStream, line: &[u8]) -> io::Result<()> {
    let _ = line;
    stream.flush()
}

/// Waits for one answer.
///
/// HOLE 7 (TB-23, TB-25, TB-26): one read may bring a part of an answer, or
/// several: read until the answer is complete, and leave what follows it in
/// `answers` for the next call.
fn receive(stream: &mut TcpStream, answers: &mut protocol::Lines) -> io::Result<Vec<u8>> {
    let mut chunk = [0; 1024];
    let count = stream.read(&mut chunk)?;
    answers.push(&chunk[..count]);
    let answer = answers.next().or_else(|| answers.last());
    answer.ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "no answer"))
}

/// Sends each line and prints the answer to it.
fn run(host: &str, port: u16) -> io::Result<()> {
    let mut stream = TcpStream::connect((host, port))?;
    let mut answers = protocol::Lines::default();
    for line in io::stdin().lines() {
        let line = line?;
        send(&mut stream, line.as_bytes())?;
        if protocol::is_marker(line.as_bytes()) {
            // HOLE 8 (TB-28): a marker gets no answer. What is there to wait
            // for now, and what may still be sent?
        }
        let answer = receive(&mut stream, &mut answers)?;
        // TB-22: bytes, not text: printing must not fail on what it is given.
        io::stdout().write_all(&answer)?;
        io::stdout().write_all(b"\n")?;
    }
    // TB-27: every line has had its answer, so nothing is due here.
    Ok(())
}
