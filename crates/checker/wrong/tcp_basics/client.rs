//! The right client, and what wrong ones do instead.
//!
//! One thread sends what comes on standard input, the main thread prints what
//! the server answers: neither waits for the other.

use std::io::{self, ErrorKind, Read};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::conversation::SILENCE;
use super::sender::{Sent, send_input};
use super::table::Bug;
use crate::common::{connect, hang, is_idle};
use crate::lines::{Line, Lines};
use crate::show::say_text;

/// How often a client that waits for answers looks at the clock.
const LOOK: Duration = Duration::from_millis(100);

pub(crate) fn run(host: &str, port: u16, bug: Bug) -> io::Result<()> {
    let own = (bug == Bug::FixedPort).then_some(7182);
    let for_ever = bug == Bug::RetriesForEver;
    let mut socket = match connect(host, port, own, for_ever) {
        Err(error) if bug == Bug::RefusedExitZero => {
            eprintln!("{error}");
            return Ok(());
        }
        outcome => outcome?,
    };
    socket.set_nodelay(true)?;
    if bug == Bug::WaitsForGreeting {
        let mut greeting = [0; 1024];
        let count = socket.read(&mut greeting)?;
        say_text("", &greeting[..count], bug == Bug::PrintsRaw);
    }
    let sent = Arc::new(Sent::default());
    let (outgoing, noted) = (socket.try_clone()?, Arc::clone(&sent));
    let sender = thread::spawn(move || {
        // If it fails the server has gone, which the main thread tells.
        let _ = send_input(&outgoing, &noted, bug);
    });
    if bug == Bug::NeverReads {
        let _ = sender.join();
        return Ok(());
    }
    receive(&socket, &sent, bug)
}

fn receive(mut socket: &TcpStream, sent: &Sent, bug: Bug) -> io::Result<()> {
    let mut lines = Lines::new(super::habits(bug));
    let mut chunk = vec![0; 64 * 1024];
    socket.set_read_timeout(Some(match bug {
        Bug::SilenceEnds => SILENCE,
        _ => LOOK,
    }))?;
    loop {
        while bug == Bug::WritesAllFirst && sent.sending() {
            thread::sleep(LOOK);
        }
        let count = match socket.read(&mut chunk) {
            Err(error) if is_idle(&error) => {
                if bug == Bug::SilenceEnds
                    && let Some(line) = lines.last()
                {
                    print(line, sent, bug)?;
                }
                if sent.has_waited_enough() {
                    break;
                }
                continue;
            }
            // A server that has gone, whether it said so or not.
            Err(_) | Ok(0) => {
                if let Some(line) = lines.last() {
                    print(line, sent, bug)?;
                }
                if bug == Bug::IgnoresEof && sent.due() > 0
                    || bug == Bug::MarkerWaits && sent.marker()
                {
                    hang();
                }
                break;
            }
            Ok(count) => count,
        };
        lines.push(&chunk[..count]);
        while let Some(line) = lines.next() {
            print(line, sent, bug)?;
        }
    }
    if bug == Bug::MarkerError && sent.marker() {
        return Err(io::Error::other("the server closed the connection"));
    }
    match sent.due() {
        0 => Ok(()),
        // It takes reads for answers, so it does not know how many came.
        _ if bug == Bug::ReadIsMessage => Ok(()),
        _ if bug == Bug::GoneExitZero => Ok(()),
        due => Err(io::Error::new(
            ErrorKind::UnexpectedEof,
            format!("the server has gone, answers missing: {due}"),
        )),
    }
}

fn print(line: Line, sent: &Sent, bug: Bug) -> io::Result<()> {
    let own = sent.answered();
    let Line::Text(text) = line else {
        return Err(io::Error::other("the answer is too long"));
    };
    if let Err(error) = std::str::from_utf8(&text) {
        match bug {
            Bug::HangsOnBytes => hang(),
            Bug::CrashesOnBytes => std::process::abort(),
            Bug::ReadIsMessage => {}
            _ => return Err(io::Error::new(ErrorKind::InvalidData, error)),
        }
    }
    match bug {
        Bug::PrintsNothing => {}
        Bug::PrintsOwnLine => say_text("", &own, bug == Bug::PrintsRaw),
        _ => say_text("", &text, bug == Bug::PrintsRaw),
    }
    Ok(())
}
