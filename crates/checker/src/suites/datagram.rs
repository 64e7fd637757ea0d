//! What every server of datagrams owes beyond its lesson's words: its life on a
//! machine. Each lesson puts its own number on a check, and its own exchange where
//! its server is no echo.

pub(super) mod client;
pub(super) mod echo;

use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use super::ends::{needs_signals, stops_by};
use super::loopback;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::STOP;
use crate::peer::Datagrams;
use crate::subject::{Exit, Stop, is_free};
use crate::verdict::Failure;

/// Makes up a request, and tells the answer that is due to it.
pub(super) type Exchange = fn(&mut Bench<'_>) -> (Vec<u8>, Vec<u8>);

pub(super) const LOOPBACK_ONLY: Check = loopback::only(|bench| loopback_only(bench, echo::text));

pub(super) fn loopback_only(bench: &mut Bench<'_>, exchange: Exchange) -> Result<(), Failure> {
    let (request, answer) = exchange(bench);
    let (server, mut socket) = bench.datagram_server(&request)?;
    socket.expect(&answer)?;
    // Two sockets cannot have one address, and "any" is all of them.
    let other = loopback::other(server.address)?;
    match UdpSocket::bind(other) {
        Ok(_) => Ok(()),
        Err(_) => Err(Failure::words(
            LISTENS_EVERYWHERE,
            format!("{other} to be free"),
            "the server receives there, too",
        )),
    }
}

pub(super) const STOP_SIGNAL: Check = Check {
    name: "stop-signal",
    role: Role::Server,
    level: Level::More,
    requirement: "",
    summary: "SIGTERM and Ctrl-C end the server within a second, with exit code 0",
    section: "going-further",
    hints: [
        "Where does your server wait when the signal comes, and what wakes it?",
        "Let the signal handler only say that it is time to stop, and make recvfrom notice it: by a time limit, or by a datagram that you send to yourself.",
        "on SIGTERM or SIGINT { stopping = true; sendto(own socket, nothing, own address) }; after recvfrom: if stopping { leave the loop }; return 0 from main",
    ],
    run: |bench| stop_signal(bench, echo::text),
};

pub(super) fn stop_signal(bench: &mut Bench<'_>, exchange: Exchange) -> Result<(), Failure> {
    needs_signals()?;
    for stop in [Stop::Terminate, Stop::Interrupt] {
        let (request, answer) = exchange(bench);
        let (server, mut socket) = bench.datagram_server(&request)?;
        socket.expect(&answer)?;
        stops_by(&server, stop, "")?;
    }
    Ok(())
}

pub(super) const RESTART: Check = Check {
    name: "restart",
    role: Role::Server,
    level: Level::More,
    requirement: "",
    summary: "after a stop the same address can be used again at once",
    section: "going-further",
    hints: [
        "What is left of your server after it has stopped?",
        "UDP has no TIME_WAIT: an address is free as soon as the last process that holds the socket is gone. End what you started, and leave no file behind that says you run.",
        "at the end { stop and wait for every process that you started; close(socket) }",
    ],
    run: |bench| restart(bench, echo::text),
};

pub(super) fn restart(bench: &mut Bench<'_>, exchange: Exchange) -> Result<(), Failure> {
    needs_signals()?;
    let (request, answer) = exchange(bench);
    let (server, mut socket) = bench.datagram_server(&request)?;
    socket.expect(&answer)?;
    let address = server.address;
    server.subject.signal(Stop::Terminate);
    // One that stays is the affair of another check; here it is made to go. What
    // one that stopped has left running must be there still.
    let has_stopped = server.subject.wait_exit(STOP).is_some();
    let stopped = has_stopped.then_some(server);
    if !is_soon_free(address) {
        return Err(Failure::words(
            ADDRESS_KEPT,
            format!("{address} to be free"),
            "a socket still receives there",
        ));
    }
    let (request, answer) = exchange(bench);
    let (_server, mut socket) = bench
        .datagram_server_at(address, &request)
        .map_err(|failure| failure.blame(ADDRESS_KEPT))?;
    drop(stopped);
    Ok(socket.expect(&answer)?)
}

/// Whether the address can be used; helpers of a program may end a moment later.
fn is_soon_free(address: SocketAddr) -> bool {
    let start = Instant::now();
    while !is_free(address) {
        if start.elapsed() > STOP {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
    true
}

pub(super) const SECOND_SERVER: Check = Check {
    name: "second-server",
    role: Role::Server,
    level: Level::More,
    requirement: "",
    summary: "a second server on the same address fails, and the first goes on",
    section: "going-further",
    hints: [
        "Start your server twice: which of the two gets the datagrams?",
        "With SO_REUSEADDR or SO_REUSEPORT both may bind, and one takes the other's datagrams. UDP does not need it; leave it off, and let the second fail.",
        "socket(); bind(); on error { print it to stderr; exit(1) }, with no setsockopt in between",
    ],
    run: |bench| second_server(bench, echo::text),
};

pub(super) fn second_server(bench: &mut Bench<'_>, exchange: Exchange) -> Result<(), Failure> {
    let (request, answer) = exchange(bench);
    let (server, mut socket) = bench.datagram_server(&request)?;
    socket.expect(&answer)?;
    let (second, runs) = bench.second_server(&server)?;
    let wanted = "the second server to end with another exit code than 0";
    let wrong = match second.exited() {
        _ if runs => Some((SECOND_STEALS, "it runs".into())),
        Some(Exit::Code(0)) => Some((FAILURE_HIDDEN, "exit code 0".to_string())),
        Some(exit @ Exit::Signal(_)) => Some((KILLED_BY_SIGNAL, exit.to_string())),
        _ => None,
    };
    if let Some((cause, got)) = wrong {
        return Err(Failure::words(cause, wanted, got));
    }
    let (request, answer) = exchange(bench);
    socket.send(&request);
    socket
        .expect(&answer)
        .map_err(|missed| missed.or_silence(SECOND_STEALS))
}

/// The judge's own address, as clients are told it.
pub(super) fn judges_address(judge: &Datagrams) -> Result<SocketAddr, Failure> {
    let broken = |error| Failure::Broken(format!("no address of the judge: {error}"));
    judge.address().map_err(broken)
}
