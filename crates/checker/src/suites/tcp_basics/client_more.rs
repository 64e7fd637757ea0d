//! Checks of the client beyond the core (TB-31 to TB-36).

use super::stream;
use super::stream::lf;
use super::stream::talk::{Input, Talk, as_input};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::verdict::Failure;

pub(super) const UNTERMINATED_ANSWER: Check = Check {
    name: "unterminated-answer",
    role: Role::Client,
    level: Level::More,
    requirement: "TB-31",
    summary: "a last answer without line feed is printed",
    section: "going-further",
    hints: [
        "What is in your buffer when the server has closed?",
        "At the end of input a rest in the buffer is the last answer; print it.",
        "if read returned 0 bytes and buffer is not empty { print buffer }",
    ],
    run: unterminated_answer,
};

fn unterminated_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 2].map(|()| bench.word());
    let mut talk = Talk::start(bench, &lines, Input::Ended)?;
    talk.receive(&lines[0])?;
    talk.answer(&bench.word());
    talk.receive(&lines[1])?;
    let last = bench.word();
    talk.stream.send(last.as_bytes());
    talk.expect_printed(&last, vec![last.clone().into_bytes()]);
    talk.stream.half_close();
    talk.printed(|_| LAST_LINE_LOST)
}

pub(super) const NOT_TEXT_ANSWER: Check = Check {
    requirement: "TB-32",
    ..stream::client_more::NOT_TEXT_ANSWER
};

pub(super) const ENDLESS_ANSWER: Check = Check {
    requirement: "TB-33",
    ..stream::client_more::ENDLESS_ANSWER
};

pub(super) const ESCAPED_ANSWER: Check = Check {
    requirement: "TB-34",
    ..stream::client_more::ESCAPED_ANSWER
};

pub(super) const TWO_CLIENTS: Check = Check {
    requirement: "TB-35",
    ..stream::client_more::TWO_CLIENTS
};

pub(super) const BIG_INPUT: Check = Check {
    name: "big-input",
    role: Role::Client,
    level: Level::More,
    requirement: "TB-36",
    summary: "much input gets through a server that answers line by line",
    section: "going-further",
    hints: [
        "Who reads the answers while your client is still sending?",
        "If you send everything first, the answers fill every buffer and both sides wait for ever. Read in between, or in a thread of its own.",
        "thread: for each line of stdin { write it }; main: while an answer comes { print it }",
    ],
    run: big_input,
};

fn big_input(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines: Vec<_> = (0..2048).map(|_| bench.text(1023)).collect();
    let listener = bench.listen_narrow()?;
    let (first, rest) = lines.split_at(1);
    let mut talk = Talk::start_at(bench, &listener, first, Input::Open)?;
    talk.stream.read_ahead(4096);
    for (nth, line) in lines.iter().enumerate() {
        talk.receive(line)
            .map_err(|failure| failure.blame(HALF_DUPLEX))?;
        // Answered before the next line is read; the client must take it.
        if talk.stream.try_send(&lf(line)).is_err() {
            return Err(Failure::words(
                HALF_DUPLEX,
                "the client to read its answers while it sends",
                format!("after {nth} answers it read no more"),
            ));
        }
        talk.expect_printed(line, Vec::new());
        if nth == 0 {
            // Not before the first was sent: its end must not be waited for.
            bench.feed(&talk.client, &as_input(rest));
            talk.client.end_input();
        }
    }
    talk.finish();
    talk.printed(|missing| missing.plain())
}
