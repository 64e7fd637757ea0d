//! A server's life on a machine.

use std::net::TcpStream;

use super::exchange;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::CONNECT;
use crate::suites::loopback;
use crate::verdict::Failure;

pub(in crate::suites) const RESTART: Check = Check {
    name: "restart",
    role: Role::Server,
    level: Level::More,
    requirement: "",
    summary: "after a stop the same address can be listened on again at once",
    section: "going-further",
    hints: [
        "Why does your system think that the address is still in use, although the server has gone?",
        "The side that closes first stays in TIME_WAIT for a minute. SO_REUSEADDR, set before bind, says that you can live with that.",
        "socket(); setsockopt(SO_REUSEADDR, 1); bind(); listen()",
    ],
    run: restart,
};

/// After a stop the same address can be listened on again at once.
fn restart(bench: &mut Bench<'_>) -> Result<(), Failure> {
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

pub(in crate::suites) const LOOPBACK_ONLY: Check = loopback::only(loopback_only);

/// The server can be reached from this machine only.
fn loopback_only(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, _conversation) = bench.server()?;
    let other = loopback::other(server.address)?;
    match TcpStream::connect_timeout(&other, CONNECT) {
        Ok(_) => Err(Failure::words(
            LISTENS_EVERYWHERE,
            format!("a connection to {other} to be refused"),
            "it was accepted",
        )),
        Err(_) => Ok(()),
    }
}
