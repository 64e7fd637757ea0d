//! Your client: `my-udp-timesync-client HOST PORT FORMAT`. Holes 9 to 12 are
//! here. If the format is the word `sntp`, it asks in SNTP.

mod calendar;
mod protocol;

use std::{
    env, io,
    net::UdpSocket,
    process::ExitCode,
    time::{Instant, SystemTime},
};

fn main() -> ExitCode {
    let host = env::args().nth(1);
    let port = env::args().nth(2).and_then(|port| port.parse::<u16>().ok());
    let (Some(host), Some(port), Some(format)) = (host, port, env::args().nth(3)) else {
        eprintln!("usage: my-udp-timesync-client HOST PORT FORMAT");
        return ExitCode::from(2);
    };
    let server = (host.as_str(), port);
    let told = match format.as_str() {
        "sntp" => sntp(server),
        format => text(server, format),
    };
    match told {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        // UT-24, UT-25, UT-32: whoever started us must be able to tell.
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The time as text.
///
/// HOLE 9 (UT-21, UT-22, UT-25): what goes out, and nothing else; and an answer
/// may be an error. How long may it be?
fn text(server: (&str, u16), format: &str) -> io::Result<String> {
    let socket = ask(server, format!("{format}\n").as_bytes())?;
    let mut buffer = [0; 64];
    let count = socket.recv(&mut buffer)?;
    Ok(String::from_utf8_lossy(&buffer[..count]).into_owned())
}

/// Sends a question, and gives the socket on which its answer comes.
///
/// HOLE 10 (UT-23, UT-24, UT-26): whose datagrams does this socket receive? And
/// the question or its answer may be lost: then somebody waits for ever. How
/// long is a wait, how often is the question asked, and on which socket? Perhaps
/// the loop does not belong here, but around this call.
fn ask(server: (&str, u16), question: &[u8]) -> io::Result<UdpSocket> {
    // Port 0: the system chooses one.
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.send_to(question, server)?;
    Ok(socket)
}

/// Offset and delay over SNTP.
///
/// HOLE 11 (UT-29): T1 and T4 are there, T2 and T3 come with the answer. Which
/// two sums make offset and delay?
fn sntp(server: (&str, u16)) -> io::Result<String> {
    let number = nonce();
    // The wall clock is read once. After that only the monotonic one is: it
    // cannot be set meanwhile.
    let t1 = SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap_or_default()
        .as_nanos() as i128;
    let sent = Instant::now();
    let socket = ask(server, &protocol::question(number))?;
    let mut buffer = [0; 512];
    loop {
        let count = socket.recv(&mut buffer)?;
        let t4 = t1 + sent.elapsed().as_nanos() as i128;
        match protocol::judge(&buffer[..count], number) {
            protocol::Verdict::Time { receive, transmit } => {
                let (t2, t3) = (protocol::nanos(receive), protocol::nanos(transmit));
                let (offset, delay) = (t2 - t1, t4 - t3);
                let [offset, delay] = [offset, delay].map(|nanos| nanos as f64 / 1e9);
                return Ok(format!("offset {offset:+.6} s, delay {delay:.6} s"));
            }
            protocol::Verdict::Kiss => return Err(io::Error::other("the server sends us away")),
            protocol::Verdict::Useless => {}
        }
    }
}

/// A number that nobody can predict (UT-28).
///
/// HOLE 12 (UT-28): the time is no such number: everybody knows it. The standard
/// library makes random keys for its hash maps: look at `RandomState`.
fn nonce() -> [u8; 8] {
    let time = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    protocol::timestamp(time.as_nanos())
}
