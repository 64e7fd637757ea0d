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
    slow: false,
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
    name: "not-text-answer",
    role: Role::Client,
    level: Level::More,
    slow: false,
    requirement: "TB-32",
    summary: "an answer that is not UTF-8 neither crashes nor hangs the client",
    section: "going-further",
    hints: [
        "What does your client do with the byte 0xff, which no UTF-8 text contains?",
        "Decide what happens to undecodable bytes: show them escaped, or report them and leave. Nothing printed before may be lost.",
        "try { text = decode(answer) } on error { print to stderr where; exit(1) }",
    ],
    run: stream::client_more::not_text_answer,
};

pub(super) const ENDLESS_ANSWER: Check = Check {
    name: "endless-answer",
    role: Role::Client,
    level: Level::More,
    slow: false,
    requirement: "TB-33",
    summary: "an answer without end ends the client",
    section: "going-further",
    hints: [
        "How much memory does a server cost you that never sends a line feed?",
        "Stop collecting when an answer cannot be within the limit of 65,536 bytes any more, and report it by the exit code.",
        "if buffer without LF > 65,537 bytes { print to stderr \"answer too long\"; exit(1) }",
    ],
    run: stream::client_more::endless_answer,
};

pub(super) const ESCAPED_ANSWER: Check = Check {
    name: "escaped-answer",
    role: Role::Client,
    level: Level::More,
    slow: false,
    requirement: "TB-34",
    summary: "what a server sends, control characters or direction marks, cannot steer the terminal",
    section: "going-further",
    hints: [
        "What happens to your terminal when a server answers with the bytes that clear a screen?",
        "Print what comes from the network with its control characters replaced by something visible, and do not forget C1 and the marks that reverse a line.",
        "for each character { if it is a control character or a direction mark: print its number; else print it }",
    ],
    run: stream::client_more::escaped_answer,
};

pub(super) const TWO_CLIENTS: Check = Check {
    name: "two-clients",
    role: Role::Client,
    level: Level::More,
    slow: false,
    requirement: "TB-35",
    summary: "two clients run side by side",
    section: "going-further",
    hints: [
        "Which port does your client use on its own side, and who chose it?",
        "A client needs no port of its own choice. Leave bind out, and connect lets the system pick a free one.",
        "socket(); connect(host, port); no bind in between",
    ],
    run: stream::client_more::two_clients,
};

pub(super) const BIG_INPUT: Check = Check {
    name: "big-input",
    role: Role::Client,
    level: Level::More,
    slow: false,
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
