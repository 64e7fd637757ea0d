//! How a conversation ends, as the client sees it.

use super::lf;
use super::talk::{Input, Talk};
use crate::bench::{Bench, end_at_start};
use crate::causes::*;
use crate::limits::{CLIENT, LATE};
use crate::subject::Exit;
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

/// When nobody listens, the exit code tells.
pub(in crate::suites) fn no_server(bench: &mut Bench<'_>) -> Result<(), Failure> {
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
