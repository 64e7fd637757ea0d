//! Core check of the server: what one client does to the others (TT-11).

use super::stream::{answered, lf, still_serves};
use crate::bench::{Bench, Server};
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::ANSWER;
use crate::verdict::Failure;

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
