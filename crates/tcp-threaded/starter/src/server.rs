//! Your server: `my-tcp-threaded-server PORT`. Holes 2 to 4 are here.

mod protocol;

use std::{
    env,
    io::{self, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::ExitCode,
};

fn main() -> ExitCode {
    let Some(port) = env::args().nth(1).and_then(|port| port.parse::<u16>().ok()) else {
        eprintln!("usage: my-tcp-threaded-server PORT");
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

/// Serves many clients at once.
///
/// HOLE 2 (TT-9, TT-10, TT-11): this is lesson 1's loop: it serves one client
/// and lets the others wait. Give each client a thread of its own. What may a
/// thread use that others use too? What happens to the others when it panics,
/// or when its client vanishes?
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

/// One conversation, from the greeting to its end.
///
/// HOLE 3 (TT-1): the server speaks first, and before it has read anything.
fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut lines = protocol::Lines::default();
    let mut chunk = [0; 1024];
    loop {
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            // TT-8: the client has ended its side; closing happens by itself when
            // `stream` is dropped. A marker ends the conversation without an LF
            // too, and gets no answer (TT-7).
            if let Some(name) = lines.last()
                && !protocol::is_marker(&name)
            {
                send(&mut stream, &protocol::answer(&name))?;
            }
            return Ok(());
        }
        lines.push(&chunk[..count]);
        while let Some(name) = lines.next() {
            if protocol::is_marker(&name) {
                return Ok(());
            }
            send(&mut stream, &protocol::answer(&name))?;
        }
    }
}

/// Sends one message.
///
/// HOLE 4 (TT-2): the message and one LF, in one write: two small writes would
/// make the second wait for the acknowledgement of the first.
fn send(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let _ = message;
    stream.flush()
}
