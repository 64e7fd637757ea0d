//! Your server: `my-tcp-basics-server PORT`. Holes 4 and 5 are here.

mod protocol;

use std::{
    env,
    io::{self, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::ExitCode,
};

fn main() -> ExitCode {
    let Some(port) = env::args().nth(1).and_then(|port| port.parse::<u16>().ok()) else {
        eprintln!("usage: my-tcp-basics-server PORT");
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

/// Serves one client after another (TB-12).
fn run(port: u16) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on {}", listener.local_addr()?);
    for stream in listener.incoming() {
        // An error in one conversation ends that conversation and no more.
        if let Err(error) = stream.and_then(serve) {
            eprintln!("a conversation ended: {error}");
        }
    }
    Ok(())
}

/// Answers one message.
///
/// HOLE 4 (TB-1, TB-2, TB-7, TB-8): send the same bytes and one LF. One call
/// to `write` may send only a part of them.
fn answer(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let _ = message;
    stream.flush()
}

/// One conversation, from its first byte to its end.
fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut lines = protocol::Lines::default();
    let mut chunk = [0; 1024];
    loop {
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            // HOLE 5 (TB-11): the client has ended its side. Is there a last
            // message? Closing happens by itself when `stream` is dropped.
            if let Some(message) = lines.last() {
                answer(&mut stream, &message)?;
            }
            return Ok(());
        }
        lines.push(&chunk[..count]);
        while let Some(message) = lines.next() {
            if protocol::is_marker(&message) {
                return Ok(());
            }
            answer(&mut stream, &message)?;
        }
    }
}
