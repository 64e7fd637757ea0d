//! A server's life on a machine.

use std::net::{SocketAddr, TcpStream};

use super::exchange;
use crate::bench::{Bench, Server};
use crate::causes::*;
use crate::limits::{CONNECT, STOP};
use crate::subject::{Exit, Stop};
use crate::verdict::Failure;

/// After a stop the same address can be listened on again at once.
pub(in crate::suites) fn restart(bench: &mut Bench<'_>) -> Result<(), Failure> {
    if bench.has_fixed_port() {
        let why = "its port is fixed, and would stay blocked for the next check";
        return Err(Failure::Skipped(why.into()));
    }
    let (server, mut conversation) = bench.server()?;
    let text = bench.word();
    // A marker makes the server close first, and its address the one that waits.
    conversation.send(format!("{text}\nexit\n").as_bytes());
    conversation.expect(&bench.answer(&text))?;
    conversation.expect_end()?;
    conversation.close();
    let address = server.address;
    drop(server);
    let (_server, mut conversation) = bench
        .server_at(address)
        .map_err(|failure| failure.blame(NO_REUSEADDR))?;
    exchange(bench, &mut conversation)?;
    Ok(())
}

/// The server can be reached from this machine only.
pub(in crate::suites) fn loopback_only(bench: &mut Bench<'_>) -> Result<(), Failure> {
    if cfg!(not(target_os = "linux")) {
        // All of 127.0.0.0/8 is this machine, but elsewhere only 127.0.0.1 answers.
        return Err(Failure::Skipped("needs a second loopback address".into()));
    }
    let (server, _conversation) = bench.server()?;
    let other = SocketAddr::from(([127, 0, 0, 2], server.address.port()));
    match TcpStream::connect_timeout(&other, CONNECT) {
        Ok(_) => Err(Failure::words(
            LISTENS_EVERYWHERE,
            format!("a connection to {other} to be refused"),
            "it was accepted",
        )),
        Err(_) => Ok(()),
    }
}

/// Proves that `stop` ends the server, while those are connected whom `with`
/// names.
pub(in crate::suites) fn stops_by(server: &Server, stop: Stop, with: &str) -> Result<(), Failure> {
    server.subject.signal(stop);
    let (cause, got) = match server.subject.wait_exit(STOP) {
        Some(Exit::Code(0)) => return Ok(()),
        Some(exit @ Exit::Code(_)) => (STOPPED_AS_FAILURE, format!("it ended with {exit}")),
        Some(exit @ Exit::Signal(_)) => (KILLED_BY_SIGNAL, format!("it was {exit}")),
        None => (STAYS_AFTER_SIGNAL, "it stayed".into()),
    };
    Err(Failure::words(
        cause,
        format!("exit code 0 within 1 s of {stop}, with {with}"),
        got,
    ))
}

/// The failure of a check that needs signals, where there are none.
pub(in crate::suites) fn needs_signals() -> Result<(), Failure> {
    if cfg!(not(unix)) {
        return Err(Failure::Skipped("this system has no SIGTERM".into()));
    }
    Ok(())
}
