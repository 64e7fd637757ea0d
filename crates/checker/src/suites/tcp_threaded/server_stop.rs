//! Checks of the server beyond the core: how it stops (TT-17, TT-18).

use super::super::ends::{needs_signals, stops_by};
use super::stream::lf;
use crate::bench::Bench;
use crate::causes::*;
use crate::diagnose::common;
use crate::lesson::{Check, Level, Role};
use crate::limits::ANSWER;
use crate::peer::Stream;
use crate::subject::Stop;
use crate::verdict::Failure;

/// Clients that are connected and say nothing.
const IDLE: usize = 40;

pub(super) const STOP_SIGNAL: Check = Check {
    name: "stop-signal",
    role: Role::Server,
    level: Level::More,
    requirement: "TT-17",
    summary: "SIGTERM or Ctrl-C ends the server within a second, with exit code 0, whoever is connected",
    section: "going-further",
    hints: [
        "Where do your threads wait when the signal comes, and what wakes each of them?",
        "Let the signal handler only say that it is time to stop. Then shut down every open connection, which wakes its thread's read, and wait for the threads.",
        "on SIGTERM or SIGINT { stopping = true; wake accept; for each connection { shutdown(read) } }; join the threads; return 0 from main",
    ],
    run: stop_signal,
};

fn stop_signal(bench: &mut Bench<'_>) -> Result<(), Failure> {
    needs_signals()?;
    for stop in [Stop::Terminate, Stop::Interrupt] {
        let (server, first) = bench.server()?;
        let mut idle = Vec::new();
        while idle.len() + 1 < IDLE {
            let mut next = bench.visit(&server, TOO_FEW)?;
            next.line();
            idle.push(next);
        }
        bench.note(format!("{IDLE} clients are connected"));
        stops_by(&server, stop, "40 idle clients")?;
        drop((first, idle));
    }
    Ok(())
}

pub(super) const STOP_ANSWERING: Check = Check {
    name: "stop-answering",
    role: Role::Server,
    level: Level::More,
    requirement: "TT-18",
    summary: "a stop in the middle of many answers cuts none of them",
    section: "going-further",
    hints: [
        "What becomes of an answer that is half written when your server stops?",
        "Let each thread finish the write it is in, then end its side and close. Ending the process ends them all in the middle.",
        "on stop { shutdown(read) on each connection }; thread { finish the answers begun; shutdown(write); close }; main { join all threads; exit(0) }",
    ],
    run: stop_answering,
};

fn stop_answering(bench: &mut Bench<'_>) -> Result<(), Failure> {
    needs_signals()?;
    let (server, _other) = bench.server()?;
    // Two, because one may be cut between two answers by chance.
    let mut conversations = Vec::new();
    for _ in 0..2 {
        conversations.push(bench.connect_narrow(&server, ONE_AT_A_TIME)?);
    }
    let mut cut = Vec::new();
    for mut conversation in conversations {
        // The server cannot be done when nobody reads, and no name is on its way
        // when the stop comes: that one may be answered by a reset.
        conversation.read_ahead(0);
        let mut answers = Vec::new();
        for _ in 0..40 {
            let names: Vec<_> = (0..250).map(|_| bench.text(100)).collect();
            answers.extend(names.iter().flat_map(|name| bench.answer(name)));
            let names: Vec<u8> = names.iter().flat_map(|name| lf(name)).collect();
            if conversation.send_and_see_it_stuck(&names) {
                break;
            }
        }
        cut.push((conversation, answers));
    }
    server.subject.signal(Stop::Terminate);
    // Nobody reads before the server has heard of the stop.
    cut[0].0.hold_stuck();
    for (conversation, answers) in &cut {
        conversation.read_ahead(answers.len() + 1);
    }
    for (conversation, answers) in &mut cut {
        ends_whole(conversation, answers)?;
    }
    Ok(())
}

/// Proves that the connection ends, and not in the middle of an answer.
fn ends_whole(conversation: &mut Stream, answers: &[u8]) -> Result<(), Failure> {
    if conversation.wait_end(ANSWER).is_none() {
        return Err(Failure::words(
            STAYS_AFTER_SIGNAL,
            "the end of the connection after the stop",
            format!("none within {} s", ANSWER.as_secs()),
        ));
    }
    let got = conversation.waiting();
    if common(&got, answers) < got.len() {
        return Err(conversation.seen(answers, 0).into());
    }
    let cut = got.iter().rev().take_while(|&&byte| byte != b'\n').count();
    if cut == 0 {
        return Ok(());
    }
    let whole = got.iter().filter(|&&byte| byte == b'\n').count();
    Err(Failure::words(
        STOP_CUTS,
        "whole answers, then the end of the connection",
        format!(
            "{whole} whole answers, then {cut} bytes of the next and the end of the connection"
        ),
    ))
}
