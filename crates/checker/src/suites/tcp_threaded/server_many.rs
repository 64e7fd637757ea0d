//! Core checks of the server: many clients at once (TT-9 to TT-11).

use std::time::Instant;

use super::super::printed::contains;
use super::stream::{exchange, lf, still_serves};
use crate::bench::{Bench, Server};
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::ANSWER;
use crate::peer::Stream;
use crate::verdict::{Cause, Failure};

/// Clients that say nothing (TT-9).
const SILENT: usize = 40;
/// Names of the one who comes after them. Whoever asks all the others in turn
/// before each answer is late with these.
const TURNS: usize = 20;

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

pub(super) const OTHERS_GO_ON: Check = Check {
    name: "others-go-on",
    role: Role::Server,
    level: Level::Core,
    requirement: "TT-11",
    summary: "whatever one client does, the others are still answered and new ones served",
    section: "exercise",
    hints: [
        "What happens to the other clients when one of your reads or writes fails?",
        "An error in one conversation ends that conversation: catch everything inside its thread, report it, close its connection. Nothing of it may reach the loop that accepts, or stay locked.",
        "thread { try { converse(connection) } on any error { print it }; close connection }",
    ],
    run: others_go_on,
};

/// What one client does, to the harm of the others.
type Mischief = fn(&mut Bench<'_>, &Server) -> Result<(), Failure>;

fn others_go_on(bench: &mut Bench<'_>) -> Result<(), Failure> {
    const MISCHIEF: [Mischief; 8] = [
        vanish_in_a_name,
        vanish_while_answered,
        end_and_vanish,
        send_no_text,
        come_and_leave,
        |bench, server| say_goodbye(bench, server, "exit"),
        |bench, server| say_goodbye(bench, server, "end"),
        |bench, server| say_goodbye(bench, server, "q"),
    ];
    let (server, first) = bench.server()?;
    let mut others = vec![first];
    for _ in 0..2 {
        others.push(bench.connect(&server, ONE_AT_A_TIME)?);
    }
    // One of them in the middle of a name.
    let name = bench.word();
    let mut halfway = others.remove(0);
    halfway.send_and_hold(&name.as_bytes()[..4]);
    for do_it in MISCHIEF {
        do_it(bench, &server)?;
        others[0].hold();
        for other in &mut others {
            answered(bench, other, OTHERS_DIE)?;
        }
        still_serves(bench, &server, NO_MORE_SERVED)?;
    }
    halfway.send(&lf(&name[4..]));
    halfway
        .expect(&bench.answer(&name))
        .map_err(|seen| seen.or_silence(OTHERS_DIE))
}

fn vanish_in_a_name(bench: &mut Bench<'_>, server: &Server) -> Result<(), Failure> {
    let mut client = bench.connect(server, NO_MORE_SERVED)?;
    client.send_and_hold(b"half a na");
    client.reset();
    Ok(())
}

fn vanish_while_answered(bench: &mut Bench<'_>, server: &Server) -> Result<(), Failure> {
    let mut client = bench.connect(server, NO_MORE_SERVED)?;
    client.send(&lf(&bench.word()).repeat(100));
    client.reset();
    Ok(())
}

/// A write to somebody who ended before vanishing is a broken pipe, and SIGPIPE
/// ends a program that expects none. More answers than the server's system holds,
/// but no more names, or our end would wait behind them.
fn end_and_vanish(bench: &mut Bench<'_>, server: &Server) -> Result<(), Failure> {
    let mut client = bench.connect_narrow(server, NO_MORE_SERVED)?;
    client.read_ahead(0);
    client.send(&lf(&bench.text(31)).repeat(3072));
    client.half_close();
    client.hold_stuck();
    client.reset();
    Ok(())
}

fn send_no_text(bench: &mut Bench<'_>, server: &Server) -> Result<(), Failure> {
    let mut client = bench.connect(server, NO_MORE_SERVED)?;
    client.send_and_hold(b"\xff\xfe\n");
    client.close();
    Ok(())
}

fn come_and_leave(bench: &mut Bench<'_>, server: &Server) -> Result<(), Failure> {
    bench.connect(server, NO_MORE_SERVED)?.close();
    Ok(())
}

/// What every client is asked to do in the end. A server that leaves its whole
/// program where it should leave the conversation passes as long as it is
/// watched by nobody else.
fn say_goodbye(bench: &mut Bench<'_>, server: &Server, marker: &str) -> Result<(), Failure> {
    let mut client = bench.connect(server, NO_MORE_SERVED)?;
    client.send(&lf(marker));
    client.wait_end(ANSWER);
    client.close();
    Ok(())
}

/// One name and its answer; blames `cause` when nothing comes.
fn answered(bench: &mut Bench<'_>, client: &mut Stream, cause: Cause) -> Result<(), Failure> {
    exchange(bench, client).map_err(|seen| seen.or_silence(cause))
}
