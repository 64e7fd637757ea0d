//! Core checks of the client: how a conversation ends (TB-27 to TB-30).

use super::lf;
use super::talk::{Input, Talk};
use crate::bench::{Bench, end_at_start};
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::{CLIENT, LATE};
use crate::subject::Exit;
use crate::verdict::Failure;

pub(super) const INPUT_END: Check = Check {
    name: "input-end",
    role: Role::Client,
    level: Level::Core,
    requirement: "TB-27",
    summary: "at the end of input the client waits for its answers and exits with code 0",
    section: "exercise",
    hints: [
        "When your input ends, how many answers are still on their way?",
        "The end of input ends only what you send. Shut down writing, read until the server has ended too, then leave with code 0.",
        "at end of stdin { shutdown(write); until read returns 0 bytes { print what came } }; exit(0)",
    ],
    run: input_end,
};

fn input_end(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 3].map(|()| bench.word());
    let mut talk = Talk::start(bench, &lines, Input::Ended)?;
    for (nth, line) in lines.iter().enumerate() {
        talk.receive(line)?;
        if nth + 1 == lines.len() {
            // Its input has ended long ago, its last answer is late.
            if let Some(exit) = talk.client.wait_exit(LATE) {
                return Err(Failure::words(
                    ANSWERS_NOT_AWAITED,
                    "the client to wait for its last answer",
                    format!("it had ended with {exit}"),
                ));
            }
        }
        talk.answer(&bench.word());
    }
    talk.finish();
    talk.printed(|_| ANSWERS_NOT_AWAITED)?;
    talk.end_with_client()?;
    talk.succeeds(NEVER_LEAVES)
}

pub(super) const MARKER_SENT: Check = Check {
    name: "marker-sent",
    role: Role::Client,
    level: Level::Core,
    requirement: "TB-28",
    summary: "after a marker the client is silent, and content when the server closes",
    section: "exercise",
    hints: [
        "Whose turn is it after your client has sent `exit`?",
        "Send the marker like any line, then nothing more. Read until the server closes; that is the end you asked for, so the exit code is 0.",
        "write line + LF; if line is \"exit\", \"end\" or \"q\" { until read returns 0 bytes { print what came }; exit(0) }",
    ],
    run: marker_sent,
};

fn marker_sent(bench: &mut Bench<'_>) -> Result<(), Failure> {
    for marker in ["exit", "end", "q"] {
        let lines = [bench.word(), marker.into(), bench.word()];
        let mut talk = Talk::start(bench, &lines, Input::Ended)?;
        talk.receive(&lines[0])?;
        talk.answer(&bench.word());
        talk.receive(marker)
            .map_err(|failure| failure.blame(MARKER_NOT_SENT))?;
        talk.stream.hold();
        talk.stream.half_close();
        talk.succeeds(EOF_NOT_SEEN).map_err(after_marker)?;
        talk.stream
            .expect_nothing()
            .map_err(|seen| seen.blame(AFTER_MARKER))?;
    }
    Ok(())
}

/// A client that calls the close it asked for an error has waited for more.
fn after_marker(failure: Failure) -> Failure {
    match failure {
        Failure::Wrong(wrong) if wrong.cause == SUCCESS_HIDDEN => {
            Failure::Wrong(wrong).blame(MARKER_AWAITED)
        }
        other => other,
    }
}

pub(super) const SERVER_GONE: Check = Check {
    name: "server-gone",
    role: Role::Client,
    level: Level::Core,
    requirement: "TB-29",
    summary: "when the server goes away with answers due, the exit code tells",
    section: "exercise",
    hints: [
        "What does your read return when the server has gone, and what does your client make of it?",
        "A read of 0 bytes while an answer is due means that it will never come. Say so on standard error and leave with another code than 0.",
        "if read returned 0 bytes and an answer is due { print to stderr \"server gone\"; exit(1) }",
    ],
    run: server_gone,
};

fn server_gone(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 3].map(|()| bench.word());
    let mut talk = Talk::start(bench, &lines, Input::Ended)?;
    talk.receive(&lines[0])?;
    talk.answer(&bench.word());
    talk.receive(&lines[1])?;
    talk.stream.half_close();
    talk.fails(EOF_NOT_SEEN)
}

pub(super) const NO_SERVER: Check = Check {
    name: "no-server",
    role: Role::Client,
    level: Level::Core,
    requirement: "TB-30",
    summary: "when nobody listens, the exit code tells",
    section: "exercise",
    hints: [
        "What does connect return when nobody listens?",
        "A refused connection is an answer: nobody is there. Report it on standard error and leave with another code than 0.",
        "try { connect(host, port) } on error { print it to stderr; exit(1) }",
    ],
    run: no_server,
};

fn no_server(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let address = bench.dead_address()?;
    let line = bench.word();
    let mut client = bench.start(address)?;
    bench.feed(&client, &lf(&line));
    client.end_input();
    let wanted = "another exit code than 0, because nobody listens";
    match client.wait_exit(CLIENT) {
        Some(Exit::Code(0)) => Err(Failure::words(FAILURE_HIDDEN, wanted, "exit code 0")),
        Some(exit @ Exit::Code(126 | 127)) => {
            Err(Failure::words(end_at_start(exit), wanted, exit.to_string()))
        }
        Some(Exit::Code(_)) => Ok(()),
        Some(exit) => Err(Failure::words(KILLED_BY_SIGNAL, wanted, exit.to_string())),
        None => Err(Failure::words(
            NEVER_GIVES_UP,
            wanted,
            "it still ran after 5 s",
        )),
    }
}
