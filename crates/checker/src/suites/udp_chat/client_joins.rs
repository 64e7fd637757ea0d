//! Core checks of the client: how it becomes a member, or not (UC-29, UC-30,
//! UC-40).

use super::host::Host;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::{CLIENT, RESEND};
use crate::verdict::{Failure, Side, how_often};

pub(super) const JOINS: Check = Check {
    name: "joins",
    role: Role::Client,
    level: Level::Core,
    requirement: "UC-29",
    summary: "the client joins under its name, and sends its cookie back as it came",
    section: "on-the-wire",
    hints: [
        "What does your client send first, and what does it do with the answer?",
        "JOIN and the name from the command line. The answer is COOKIE and 11 characters that mean nothing to you: send JOIN again with the name, a blank and these.",
        "send(\"JOIN \" + name); answer = receive(); if answer starts with \"COOKIE \" { send(\"JOIN \" + name + \" \" + the rest of answer) }; done when answer starts with \"WELCOME \"",
    ],
    run: joins,
};

fn joins(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let line = bench.word();
    let host = Host::joined(bench, &[line])?;
    match host.joins.first() {
        Some(None) => host.is_right(),
        _ => Err(Failure::of(
            COOKIE_CHANGED,
            Side::words("a first JOIN without a cookie"),
            Side::words("one with a cookie that nobody has sent"),
        )),
    }
}

pub(super) const JOINS_AGAIN: Check = Check {
    name: "joins-again",
    role: Role::Client,
    level: Level::Core,
    requirement: "UC-30",
    summary: "a JOIN without an answer is sent again, with and without the cookie",
    section: "what-goes-wrong",
    hints: [
        "The network loses your JOIN, or the answer to it: what wakes your client?",
        "Only a limit on how long it waits. When that has passed, send the same again; that holds for the JOIN without the cookie and for the one with it.",
        "request = \"JOIN \" + name; loop { send(request); answer = receive within 0.2 s; if COOKIE c { request = \"JOIN \" + name + \" \" + c }; if WELCOME { done } }",
    ],
    run: joins_again,
};

fn joins_again(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let line = bench.word();
    let mut host = Host::start(bench, &[line])?;
    host.manners.joins = false;
    host.first_join()?;
    comes(&mut host, 2, false)?;
    let cookie = format!("COOKIE {}", host.cookie);
    for copy in 1..=2 {
        host.judge.send(cookie.as_bytes());
        comes(&mut host, copy, true)?;
    }
    host.manners.joins = true;
    host.let_in()
}

/// Waits for a JOIN, with or without the cookie, to have come so many times.
fn comes(host: &mut Host, times: usize, with_cookie: bool) -> Result<(), Failure> {
    let count = |host: &Host| {
        let mut joins = host.joins.iter();
        joins
            .by_ref()
            .filter(|cookie| cookie.is_some() == with_cookie)
            .count()
    };
    host.until(RESEND, |host| (count(host) >= times).then_some(()));
    host.is_right()?;
    if count(host) >= times {
        return Ok(());
    }
    let wanted = match with_cookie {
        true => host.join_line(),
        false => format!("JOIN {}", host.name).into_bytes(),
    };
    let cause = match (times, with_cookie) {
        (1, true) => COOKIE_NOT_RETURNED,
        _ => NEVER_SENDS_AGAIN,
    };
    let got = match host.client.exited() {
        Some(exit) => format!("it ended with {exit}"),
        None => format!("it came {}", how_often(count(host))),
    };
    Err(Failure::of(
        cause,
        Side::bytes(wanted, "again from the client, since it got no answer"),
        Side::words(got),
    ))
}

pub(super) const REFUSED: Check = Check {
    name: "refused",
    role: Role::Client,
    level: Level::Core,
    requirement: "UC-40",
    summary: "a client that is not let in says so and fails",
    section: "exercise",
    hints: [
        "Somebody else has your name already: what does the user of your client learn?",
        "ERR instead of WELCOME is the end of it: print what it says on standard error, and leave with another exit code than 0.",
        "if answer starts with \"ERR \" { print to stderr \"not let in: \" + answer; exit(1) }",
    ],
    run: refused,
};

fn refused(bench: &mut Bench<'_>) -> Result<(), Failure> {
    for code in ["TAKEN", "NAME", "FULL"] {
        let line = bench.word();
        let mut host = Host::start(bench, &[line])?;
        host.first_join()?;
        // As a server does: it says so only to one who has come back.
        let came = |host: &Host| host.joins.iter().any(Option::is_some).then_some(());
        host.manners.joins = false;
        host.judge
            .send(format!("COOKIE {}", host.cookie).as_bytes());
        host.until(RESEND, came);
        host.is_right()?;
        // It may get lost, and then the client asks again.
        for _ in 0..4 {
            host.judge.send(format!("ERR {code} 0").as_bytes());
            host.until(CLIENT / 5, |host| host.is_over().then_some(()));
        }
        host.fails(CLIENT / 5, REFUSAL_IGNORED)?;
        host.is_right()?;
    }
    Ok(())
}
