//! A server's life on a machine.

use std::net::{SocketAddr, TcpStream};

use super::exchange;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::CONNECT;
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

pub(in crate::suites) const LOOPBACK_ONLY: Check = Check {
    name: "loopback-only",
    role: Role::Server,
    level: Level::More,
    requirement: "",
    summary: "the server can be reached from this machine only",
    section: "going-further",
    hints: [
        "Who can reach your server: you, your room, or the world?",
        "An empty address, 0.0.0.0 or :: means every address of the machine. Bind to 127.0.0.1 unless you were told otherwise.",
        "bind((\"127.0.0.1\", port)), not bind((\"\", port))",
    ],
    run: loopback_only,
};

/// The server can be reached from this machine only.
fn loopback_only(bench: &mut Bench<'_>) -> Result<(), Failure> {
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
