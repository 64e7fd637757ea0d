//! The check of the server behind a network that loses, doubles, swaps and
//! delays (UC-23).

use std::time::{Duration, Instant};

use super::member::Member;
use super::network::network;
use super::wire::Reply;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::verdict::{Failure, Side};

/// How many each member says.
const TEXTS: u32 = 12;
/// How often what is not acknowledged is said again.
const AGAIN: Duration = Duration::from_millis(100);
/// For a server that repeats as seldom as it may: a text is lost five times in a
/// row once in thousands, and each time costs 2 s.
const LONGEST: Duration = Duration::from_secs(40);

pub(super) const BAD_NETWORK: Check = Check {
    name: "bad-network",
    role: Role::Server,
    level: Level::More,
    requirement: "UC-23",
    summary: "behind a network that loses, doubles, swaps and delays, everybody hears everything once and in order",
    section: "going-further",
    hints: [
        "Every fifth datagram is lost, whatever it says: which of yours must not be lost, and who repeats it?",
        "Each side repeats what it wants an answer to: the client JOIN and SAY, the server MSG and NOTE. Everything may come twice and late, so everything that comes is looked up by its id before it is believed.",
        "three rules: repeat until acknowledged; acknowledge again what has come before; deliver last + 1 only",
    ],
    run: bad_network,
};

fn bad_network(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 3].map(|()| bench.word());
    let (server, mut first) = Member::first(bench, &names[0])?;
    first.get_cookie()?;
    let network = network(bench, server.address)?;
    let mut members = Vec::new();
    for name in &names {
        let mut member = Member::stranger(bench, &server, name)?;
        member
            .socket
            .aim(network.address(), server.subject.output());
        join(&mut member)?;
        members.push(member);
    }
    let texts: Vec<Vec<String>> = names
        .iter()
        .map(|_| (0..TEXTS).map(|_| bench.word()).collect())
        .collect();
    let start = Instant::now();
    while !members.iter().all(|member| is_done(member, &texts, &names)) {
        if start.elapsed() > LONGEST || server.subject.exited().is_some() {
            return Err(missing(&members, &texts, &names));
        }
        for (member, texts) in members.iter_mut().zip(&texts) {
            // One after the other and all at once: as a client with a window.
            for (id, text) in (1..).zip(texts) {
                if member.acks(id) == 0 {
                    member.send_say(id, text);
                }
            }
        }
        let turn = Instant::now() + AGAIN;
        for member in &mut members {
            while member.step(turn.min(Instant::now() + AGAIN / 4)) {}
        }
        network.note(bench);
    }
    for member in &mut members {
        let own = member.name.clone();
        for (name, texts) in names.iter().zip(&texts).filter(|(name, _)| **name != own) {
            member.heard_only(name, texts, RELAYED_TWICE, RELAYED_EARLY)?;
        }
    }
    Ok(())
}

/// Joins although anything may be lost or come twice.
fn join(member: &mut Member) -> Result<(), Failure> {
    let start = Instant::now();
    let mut line = format!("JOIN {}", member.name);
    loop {
        member.socket.send(line.as_bytes());
        member.listen(AGAIN);
        for reply in std::mem::take(&mut member.replies) {
            match Reply::parse(&reply) {
                Some(Reply::Cookie(cookie)) => line = format!("JOIN {} {cookie}", member.name),
                Some(Reply::Welcome { .. }) => return Ok(()),
                Some(Reply::Err { .. }) => {
                    return Err(member.failure(JOIN_REFUSED, "WELCOME", Some(reply)));
                }
                _ => {}
            }
        }
        if start.elapsed() > LONGEST / 2 || member.socket.exit().is_some() {
            return Err(member.failure(LOST_FOR_EVER, "COOKIE, then WELCOME", None));
        }
    }
}

/// Whether a member was told that all it said has come, and has heard all else.
fn is_done(member: &Member, texts: &[Vec<String>], names: &[String]) -> bool {
    (1..=TEXTS).all(|id| member.acks(id) > 0) && first_missing(member, texts, names).is_none()
}

fn first_missing<'a>(
    member: &Member,
    texts: &'a [Vec<String>],
    names: &'a [String],
) -> Option<(&'a String, &'a String)> {
    let others = names
        .iter()
        .zip(texts)
        .filter(|(name, _)| **name != member.name);
    let mut due = others.flat_map(|(name, texts)| texts.iter().map(move |text| (name, text)));
    due.find(|(name, text)| {
        let mut msgs = member.msgs();
        !msgs.any(|(_, by, what)| by == *name && what == *text)
    })
}

fn missing(members: &[Member], texts: &[Vec<String>], names: &[String]) -> Failure {
    for member in members {
        if let Some((name, text)) = first_missing(member, texts, names) {
            return Failure::of(
                LOST_FOR_EVER,
                Side::bytes(
                    text.as_bytes(),
                    format!("from {name}, in a MSG to {}", member.name),
                ),
                Side::words(format!("it did not come within {} s", LONGEST.as_secs())),
            );
        }
    }
    let got = format!("some were not acknowledged within {} s", LONGEST.as_secs());
    Failure::words(LOST_FOR_EVER, "an ACK for every SAY", got)
}
