//! Checks of the server beyond the core: its life on a machine (UB-10 to UB-14).

use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use super::super::ends::{needs_signals, stops_by};
use super::{Hostile, exchange};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::STOP;
use crate::subject::{Exit, Stop, is_free};
use crate::verdict::Failure;

pub(super) const LOOPBACK_ONLY: Check = Check {
    name: "loopback-only",
    role: Role::Server,
    level: Level::More,
    requirement: "UB-10",
    summary: "the server can be reached from this machine only",
    section: "going-further",
    hints: [
        "Who can send to your server: you, your room, or the world?",
        "An empty address, 0.0.0.0 or :: means every address of the machine. Bind to 127.0.0.1 unless you were told otherwise.",
        "bind((\"127.0.0.1\", port)), not bind((\"\", port))",
    ],
    run: loopback_only,
};

fn loopback_only(bench: &mut Bench<'_>) -> Result<(), Failure> {
    if cfg!(not(target_os = "linux")) {
        // All of 127.0.0.0/8 is this machine, but elsewhere only 127.0.0.1 is.
        return Err(Failure::Skipped("needs a second loopback address".into()));
    }
    let word = bench.word();
    let (server, mut socket) = bench.datagram_server(word.as_bytes())?;
    socket.expect(word.as_bytes())?;
    // Two sockets cannot have one address, and "any" is all of them.
    let other = SocketAddr::from(([127, 0, 0, 2], server.address.port()));
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
    requirement: "UB-11",
    summary: "SIGTERM and Ctrl-C end the server within a second, with exit code 0",
    section: "going-further",
    hints: [
        "Where does your server wait when the signal comes, and what wakes it?",
        "Let the signal handler only say that it is time to stop, and make recvfrom notice it: by a time limit, or by a datagram that you send to yourself.",
        "on SIGTERM or SIGINT { stopping = true; sendto(own socket, nothing, own address) }; after recvfrom: if stopping { leave the loop }; return 0 from main",
    ],
    run: stop_signal,
};

fn stop_signal(bench: &mut Bench<'_>) -> Result<(), Failure> {
    needs_signals()?;
    for stop in [Stop::Terminate, Stop::Interrupt] {
        let word = bench.word();
        let (server, mut socket) = bench.datagram_server(word.as_bytes())?;
        socket.expect(word.as_bytes())?;
        stops_by(&server, stop, "")?;
    }
    Ok(())
}

pub(super) const RESTART: Check = Check {
    name: "restart",
    role: Role::Server,
    level: Level::More,
    requirement: "UB-12",
    summary: "after a stop the same address can be used again at once",
    section: "going-further",
    hints: [
        "What is left of your server after it has stopped?",
        "UDP has no TIME_WAIT: an address is free as soon as the last process that holds the socket is gone. End what you started, and leave no file behind that says you run.",
        "at the end { stop and wait for every process that you started; close(socket) }",
    ],
    run: restart,
};

fn restart(bench: &mut Bench<'_>) -> Result<(), Failure> {
    needs_signals()?;
    let word = bench.word();
    let (server, mut socket) = bench.datagram_server(word.as_bytes())?;
    socket.expect(word.as_bytes())?;
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
    let word = bench.word();
    let (_server, mut socket) = bench
        .datagram_server_at(address, word.as_bytes())
        .map_err(|failure| failure.blame(ADDRESS_KEPT))?;
    drop(stopped);
    Ok(socket.expect(word.as_bytes())?)
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

pub(super) const ESCAPED_OUTPUT: Check = Check {
    name: "escaped-output",
    role: Role::Server,
    level: Level::More,
    requirement: "UB-13",
    summary: "what a client sends cannot steer the operator's terminal",
    section: "going-further",
    hints: [
        "What happens to your terminal when somebody sends you the bytes that clear a screen?",
        "Print what comes from the network with its control characters replaced by something visible, and do not forget C1 and the marks that reverse a line.",
        "for each character { if it is a control character or a direction mark: print its number; else print it }",
    ],
    run: escaped_output,
};

fn escaped_output(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let word = bench.word();
    let (server, mut socket) = bench.datagram_server(word.as_bytes())?;
    socket.expect(word.as_bytes())?;
    let hostile = Hostile::new(bench);
    exchange(&mut socket, hostile.text.as_bytes())?;
    // It prints before or after it answers; the next answer comes after both.
    for text in Hostile::followers(bench) {
        exchange(&mut socket, text.as_bytes())?;
    }
    server.subject.signal(Stop::Terminate);
    server.subject.wait_exit(STOP);
    hostile.find_in(server.subject.output())
}

pub(super) const SECOND_SERVER: Check = Check {
    name: "second-server",
    role: Role::Server,
    level: Level::More,
    requirement: "UB-14",
    summary: "a second server on the same address fails, and the first goes on",
    section: "going-further",
    hints: [
        "Start your server twice: which of the two gets the datagrams?",
        "With SO_REUSEADDR or SO_REUSEPORT both may bind, and one takes the other's datagrams. UDP does not need it; leave it off, and let the second fail.",
        "socket(); bind(); on error { print it to stderr; exit(1) }, with no setsockopt in between",
    ],
    run: second_server,
};

fn second_server(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let word = bench.word();
    let (server, mut socket) = bench.datagram_server(word.as_bytes())?;
    socket.expect(word.as_bytes())?;
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
    let word = bench.word();
    exchange(&mut socket, word.as_bytes()).map_err(|missed| missed.or_silence(SECOND_STEALS))
}
