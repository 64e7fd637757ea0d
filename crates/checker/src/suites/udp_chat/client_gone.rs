//! Checks of the client beyond the core: a server that forgets, is silent or is
//! not there (UC-45 to UC-49).

use std::time::{Duration, Instant};

use super::super::datagram::client;
use super::PATIENCE;
use super::host::Host;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::{CLIENT, GIVE_UP};
use crate::verdict::{Failure, Side, how_often};

/// When a client that hears nothing must ask; the contract's number.
const ASKS: Duration = Duration::from_secs(10);
/// When one that the server has forgotten must know it; the contract's 5 s and a
/// little more, as below: a busy machine may be late to end it.
const FORGOTTEN_FOR: Duration = Duration::from_secs(7);
/// When one that hears nothing at all must have given up; the contract's number
/// and a little more.
const GONE: Duration = Duration::from_secs(42);

pub(super) const FORGOTTEN: Check = Check {
    name: "forgotten",
    role: Role::Client,
    level: Level::More,
    requirement: "UC-45",
    summary: "a client that the server has forgotten joins again or fails",
    section: "going-further",
    hints: [
        "The server was started again and knows nobody: what does your client make of ERR NOJOIN 0?",
        "Nothing that it says will ever arrive in this session. Either join anew, or say so and leave with another code than 0.",
        "on \"ERR NOJOIN 0\": print to stderr \"the server does not know me any more\"; exit(1)",
    ],
    run: forgotten,
};

fn forgotten(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 2].map(|()| bench.word());
    let mut host = Host::joined(bench, &lines[..1])?;
    host.said(1, &lines[0])?;
    host.manners.says = false;
    // It may ask whether that is so.
    host.manners.pings = false;
    host.manners.joins = false;
    let before = host.joins.len();
    host.type_lines(bench, &lines[1..]);
    host.said(2, &lines[1])?;
    let start = Instant::now();
    let knows = |host: &Host| host.joins.len() > before || host.is_over();
    let asked = |host: &Host| host.says(2) + host.pings;
    while start.elapsed() < FORGOTTEN_FOR && !knows(&host) {
        host.judge.send(b"ERR NOJOIN 0");
        // As a server does: each time that it says or asks something.
        let so_far = asked(&host);
        let news = |host: &Host| (knows(host) || asked(host) > so_far).then_some(());
        host.until(CLIENT / 5, news);
    }
    match host.joins.len() > before {
        true => Ok(()),
        false => host.fails(Duration::ZERO, NOJOIN_IGNORED),
    }
}

pub(super) const NO_ANSWER: Check = Check {
    name: "no-answer",
    role: Role::Client,
    level: Level::Slow,
    requirement: "UC-46",
    summary: "a client whose JOIN nobody answers gives up within 20 s, and its exit code tells",
    section: "going-further",
    hints: [
        "Nobody will ever answer your JOIN: when does your client stop asking?",
        "After ten seconds or so of trying it says that there was no answer, and leaves with another code than 0.",
        "deadline = now + 10 s; if now > deadline { print to stderr \"no answer\"; exit(1) }",
    ],
    run: no_answer,
};

fn no_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let line = bench.word();
    let mut host = Host::start(bench, &[line])?;
    host.manners.joins = false;
    host.first_join()?;
    host.fails(GIVE_UP, JOINS_FOR_EVER)
}

pub(super) const ASKS_IN_SILENCE: Check = Check {
    name: "asks-in-silence",
    role: Role::Client,
    level: Level::Slow,
    requirement: "UC-47",
    summary: "a client that hears nothing sends PING, again until PONG comes",
    section: "going-further",
    hints: [
        "Nobody has said anything for a minute: is the room quiet, or the network gone, and what does the server think of you?",
        "It drops whoever is silent for 30 s. When nothing has come for 5 s, send PING, and again every second until PONG or anything else comes.",
        "if now - heard > 5 s and now - pinged > 1 s { send(\"PING\"); pinged = now }",
    ],
    run: asks_in_silence,
};

fn asks_in_silence(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let mut host = Host::joined(bench, &[])?;
    host.manners.pings = false;
    for (times, limit) in [(1, ASKS), (2, PATIENCE)] {
        host.until(limit, |host| (host.pings >= times).then_some(()));
        host.is_right()?;
        if host.pings < times {
            let got = match host.client.exited() {
                Some(exit) => format!("it ended with {exit}"),
                None => format!("it came {}", how_often(host.pings)),
            };
            let wanted = Side::bytes("PING", format!("the {times}. time, since nothing came"));
            let cause = if times == 1 { NEVER_PINGS } else { PINGS_ONCE };
            return Err(Failure::of(cause, wanted, Side::words(got)));
        }
    }
    Ok(())
}

pub(super) const SILENT_SERVER: Check = Check {
    name: "silent-server",
    role: Role::Client,
    level: Level::Slow,
    requirement: "UC-48",
    summary: "a client whose server falls silent gives up after 30 s, and its exit code tells",
    section: "going-further",
    hints: [
        "The server's machine has lost its network: how long does your client wait, and what for?",
        "When nothing at all came for 30 s, although it has sent SAY or PING, nothing will. Say so, and leave with another code than 0.",
        "if now - heard > 30 s { print to stderr \"the server is silent\"; exit(1) }",
    ],
    run: silent_server,
};

fn silent_server(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 2].map(|()| bench.word());
    let mut host = Host::joined(bench, &lines[..1])?;
    host.said(1, &lines[0])?;
    host.manners.pings = false;
    host.manners.says = false;
    host.type_lines(bench, &lines[1..]);
    host.said(2, &lines[1])?;
    host.fails(GONE, WAITS_FOR_EVER)
}

pub(super) const NO_SERVER: Check = client::no_server("UC-49", no_server);

fn no_server(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let address = bench.datagram_address()?;
    let judge = bench.stranger()?;
    let line = bench.word();
    let mut host = Host::start_at(bench, judge, address, &[line])?;
    host.fails(CLIENT, REFUSED_UNHEARD)
}
