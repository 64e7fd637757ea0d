//! How a conversation ends, as the client sees it.

use super::super::ends::fails_after_start;
use super::lf;
use super::talk::{Input, Talk};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::{CLIENT, LATE};
use crate::verdict::Failure;

/// At the end of input the client waits for its answers and exits with code 0.
pub(in crate::suites) fn input_end(bench: &mut Bench<'_>) -> Result<(), Failure> {
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

/// After a marker the client is silent, and content when the server closes.
pub(in crate::suites) fn marker_sent(bench: &mut Bench<'_>) -> Result<(), Failure> {
    for marker in ["exit", "end", "q"] {
        let lines = [bench.word(), marker.into(), bench.word()];
        let mut talk = Talk::start(bench, &lines, Input::Ended)?;
        talk.receive(&lines[0])?;
        talk.answer(&bench.word());
        talk.receive(marker)
            .map_err(|failure| failure.blame(MARKER_NOT_SENT))?;
        talk.stream.hold();
        talk.stream.half_close();
        talk.succeeds(EOF_NOT_SEEN)
            .map_err(|failure| after_marker(&talk, failure))?;
        talk.stream
            .expect_nothing()
            .map_err(|seen| seen.blame(AFTER_MARKER))?;
    }
    Ok(())
}

/// A client that calls the close it asked for an error has waited for more, or
/// has gone on.
fn after_marker(talk: &Talk, failure: Failure) -> Failure {
    match failure {
        failure if !talk.stream.waiting().is_empty() => failure.blame(AFTER_MARKER),
        Failure::Wrong(wrong) if wrong.cause == SUCCESS_HIDDEN => {
            Failure::Wrong(wrong).blame(MARKER_AWAITED)
        }
        other => other,
    }
}

/// When the server goes away with answers due, the exit code tells.
pub(in crate::suites) fn server_gone(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 3].map(|()| bench.word());
    let mut talk = Talk::start(bench, &lines, Input::Ended)?;
    talk.receive(&lines[0])?;
    talk.answer(&bench.word());
    talk.receive(&lines[1])?;
    talk.stream.half_close();
    talk.fails(EOF_NOT_SEEN)
}

pub(in crate::suites) const NO_SERVER: Check = Check {
    name: "no-server",
    role: Role::Client,
    level: Level::Core,
    requirement: "",
    summary: "when nobody listens, the exit code tells",
    section: "exercise",
    hints: [
        "What does connect return when nobody listens?",
        "A refused connection is an answer: nobody is there. Report it on standard error and leave with another code than 0.",
        "try { connect(host, port) } on error { print it to stderr; exit(1) }",
    ],
    run: no_server,
};

/// When nobody listens, the exit code tells.
fn no_server(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let address = bench.dead_address()?;
    let line = bench.word();
    let mut client = bench.start(address)?;
    bench.feed(&client, &lf(&line));
    client.end_input();
    // Nothing tells when it has started: no connection comes to be seen.
    let limit = bench.start_timeout() + CLIENT;
    fails_after_start(&client, limit, NEVER_GIVES_UP)
}
