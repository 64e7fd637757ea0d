//! Core checks of the server: many clients at once (TT-9, TT-10).

use std::time::Instant;

use super::super::printed::contains;
use super::stream::{answered, lf, still_serves};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::ANSWER;
use crate::peer::Stream;
use crate::verdict::Failure;

/// Clients that say nothing (TT-9).
const SILENT: usize = 40;
/// Names of the one who comes after them. Whoever asks all the others in turn
/// before each answer is late with these.
const TURNS: usize = 20;
/// Clients that come together, and how often. Few: a server that listens with a
/// short queue keeps the others waiting for a second.
const TOGETHER: usize = 4;

pub(super) const SILENT_CLIENTS: Check = Check {
    name: "silent-clients",
    role: Role::Server,
    level: Level::Core,
    requirement: "TT-9",
    summary: "with 40 silent clients connected, the next one is greeted and answered at once",
    section: "what-goes-wrong",
    hints: [
        "Where does your server wait while a client says nothing, and who accepts meanwhile?",
        "A read waits for one client only. Give each its own thread, so that the loop that accepts never reads, and do not let a fixed number of threads be the limit for silent ones.",
        "loop { connection = accept(); start a thread { converse(connection) } }",
    ],
    run: silent_clients,
};

fn silent_clients(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, first) = bench.server()?;
    let mut silent = vec![first];
    while silent.len() < SILENT {
        let cause = match silent.len() {
            1 => ONE_AT_A_TIME,
            _ => TOO_FEW,
        };
        silent.push(bench.connect(&server, cause)?);
    }
    let mut next = bench.connect(&server, TOO_FEW)?;
    let start = Instant::now();
    for turn in 1..=TURNS {
        answered(bench, &mut next, TOO_FEW)?;
        if start.elapsed() > ANSWER {
            let limit = ANSWER.as_secs();
            return Err(Failure::words(
                SLOW_FOR_MANY,
                format!("{TURNS} names, sent one after the other, to be answered within {limit} s"),
                format!("after {limit} s there were {turn} answers"),
            ));
        }
    }
    // Sending the silent ones away is no way to serve the next. What they are told
    // that is not for them is for the next check to say.
    for client in silent.iter_mut().filter(|client| client.ended()) {
        client
            .expect_nothing_more()
            .map_err(|seen| seen.blame(CLOSED_EARLY))?;
    }
    Ok(())
}

pub(super) const NO_MIXING: Check = Check {
    name: "no-mixing",
    role: Role::Server,
    level: Level::Core,
    requirement: "TT-10",
    summary: "clients that send at the same time get their own answers, whole",
    section: "what-goes-wrong",
    hints: [
        "Which variables of your server do all clients share, and which belong to one of them?",
        "The connection, the buffer and the name belong to one conversation: make them variables of the function that holds it, never global ones or fields of the server.",
        "thread { buffer = empty; loop { buffer += connection.read(); while buffer has LF { answer on this connection } } }",
    ],
    run: no_mixing,
};

fn no_mixing(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, first) = bench.server()?;
    let mut clients = vec![first];
    for _ in 0..3 {
        clients.push(bench.connect(&server, ONE_AT_A_TIME)?);
    }
    for cut in [4, 5] {
        let names: Vec<_> = clients.iter().map(|_| bench.word()).collect();
        for (client, name) in clients.iter_mut().zip(&names) {
            client.send_and_hold(&name.as_bytes()[..cut]);
        }
        for nth in 0..clients.len() {
            clients[nth].send(&lf(&names[nth][cut..]));
            own_answers(bench, &mut clients, &names, nth, holds_piece)?;
        }
    }
    // All at the same time: what is shared and not locked goes wrong here.
    let names: Vec<_> = clients
        .iter()
        .map(|_| {
            (0..200)
                .map(|_| bench.word())
                .collect::<Vec<_>>()
                .join("\n")
        })
        .collect();
    for (client, names) in clients.iter_mut().zip(&names) {
        client
            .send_in_background(&lf(names))
            .map_err(|error| Failure::Broken(format!("cannot send: {error}")))?;
    }
    for nth in 0..clients.len() {
        own_answers(bench, &mut clients, &names, nth, holds_name)?;
    }
    // Those who come while the thread of the one before is still being started.
    for _ in 0..TOGETHER {
        let mut together = bench.connect_together(&server, TOGETHER, TOO_FEW, LOOP_VARIABLE)?;
        for client in &mut together {
            answered(bench, client, LOOP_VARIABLE)?;
        }
        together.into_iter().for_each(Stream::close);
    }
    Ok(())
}

/// Proves that client `nth` is answered with its own names, which are separated
/// by LF. What `holds` another's name comes out of a shared buffer.
fn own_answers(
    bench: &Bench<'_>,
    clients: &mut [Stream],
    names: &[String],
    nth: usize,
    holds: fn(&[u8], &str) -> bool,
) -> Result<(), Failure> {
    let due: Vec<u8> = names[nth]
        .lines()
        .flat_map(|name| bench.answer(name))
        .collect();
    let Err(seen) = clients[nth].expect(&due) else {
        return Ok(());
    };
    let own = names[nth].lines().next().unwrap_or_default().as_bytes();
    let elsewhere = clients
        .iter()
        .enumerate()
        .any(|(other, client)| other != nth && contains(&client.waiting(), own));
    let others = names.iter().enumerate().filter(|(other, _)| *other != nth);
    let mut others = others.flat_map(|(_, names)| names.lines());
    let came = contains(&seen.got, own);
    Err(
        match (elsewhere, others.any(|name| holds(&seen.got, name))) {
            (true, true) if came => seen.blame(SENT_TO_ALL),
            (true, _) => seen.blame(WRONG_CLIENT),
            (_, true) => seen.blame(SHARED_BUFFER),
            _ => seen.into(),
        },
    )
}

/// Whether a piece of a name came, where the names are sent in pieces.
fn holds_piece(got: &[u8], name: &str) -> bool {
    let pieces = [&name[..4], &name[4..]];
    pieces.iter().any(|piece| contains(got, piece.as_bytes()))
}

/// Whether a whole name came. The number at its end may be the beginning of
/// another's.
fn holds_name(got: &[u8], name: &str) -> bool {
    let ends = |rest: &[u8]| !rest.first().is_some_and(u8::is_ascii_digit);
    let mut rests = (0..got.len()).filter_map(|at| got[at..].strip_prefix(name.as_bytes()));
    rests.any(ends)
}

pub(super) const SLOW_CLIENTS: Check = Check {
    name: "slow-clients",
    role: Role::Server,
    level: Level::Core,
    requirement: "TT-9",
    summary: "clients that send a byte now and then keep nobody waiting",
    section: "what-goes-wrong",
    hints: [
        "What does your server do between the first byte of a name and its line feed?",
        "Data that arrive promise no whole line. Read what is there, keep it with its connection, and let the others go on; hold no lock while you wait for more.",
        "bytes = read once from this connection; its buffer += bytes; answer the complete names in it; nothing of this under a lock",
    ],
    run: slow_clients,
};

fn slow_clients(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, first) = bench.server()?;
    let mut slow = vec![(first, bench.word())];
    for _ in 0..3 {
        let client = bench.connect(&server, ONE_AT_A_TIME)?;
        slow.push((client, bench.word()));
    }
    let mut next = bench.connect(&server, TOO_FEW)?;
    for at in 0..4 {
        for (client, name) in &mut slow {
            client.send(&name.as_bytes()[at..=at]);
            if at == 0 {
                client.hold();
            }
            answered(bench, &mut next, HALF_NAME_BLOCKS)?;
        }
    }
    still_serves(bench, &server, HALF_NAME_BLOCKS)?;
    for (client, name) in &mut slow {
        client.send(&lf(&name[4..]));
        client.expect(&bench.answer(name))?;
    }
    Ok(())
}
