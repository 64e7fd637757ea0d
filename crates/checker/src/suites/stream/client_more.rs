//! What servers may send, and how clients share a machine.

use super::super::hostile::Hostile;
use super::talk::{Input, Talk};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::verdict::Failure;

/// The most of an endless answer that a client may take, in bytes.
const MOST: usize = 8 << 20;
/// More than the buffers of both systems hold of what it has not read.
const IN_FLIGHT: usize = 64 << 20;

pub(in crate::suites) const NOT_TEXT_ANSWER: Check = Check {
    name: "not-text-answer",
    role: Role::Client,
    level: Level::More,
    requirement: "",
    summary: "an answer that is not UTF-8 neither crashes nor hangs the client",
    section: "going-further",
    hints: [
        "What does your client do with the byte 0xff, which no UTF-8 text contains?",
        "Decide what happens to undecodable bytes: show them escaped, or report them and leave. Nothing printed before may be lost.",
        "try { text = decode(answer) } on error { print to stderr where; exit(1) }",
    ],
    run: not_text_answer,
};

/// An answer that is not UTF-8 neither crashes nor hangs the client.
fn not_text_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 2].map(|()| bench.word());
    let mut talk = Talk::start(bench, &lines, Input::Ended)?;
    talk.receive(&lines[0])?;
    talk.answer(&bench.word());
    talk.receive(&lines[1])?;
    talk.stream.send(&bench.speech().answer(b"\xff\xfe\x80"));
    talk.end_with_client()?;
    talk.exit(NEVER_LEAVES)?;
    talk.printed(|missing| missing.plain())
}

pub(in crate::suites) const ENDLESS_ANSWER: Check = Check {
    name: "endless-answer",
    role: Role::Client,
    level: Level::More,
    requirement: "",
    summary: "an answer without end ends the client",
    section: "going-further",
    hints: [
        "How much memory does a server cost you that never sends a line feed?",
        "Stop collecting when an answer cannot be within the limit of 65,536 bytes any more, and report it by the exit code.",
        "if buffer without LF > 65,537 bytes { print to stderr \"answer too long\"; exit(1) }",
    ],
    run: endless_answer,
};

/// An answer without end ends the client.
fn endless_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let line = bench.word();
    let mut talk = Talk::start(bench, std::slice::from_ref(&line), Input::Ended)?;
    talk.receive(&line)?;
    talk.stream.send(bench.speech().before.as_bytes());
    let part = bench.text(1 << 16).into_bytes();
    for _ in 0..(MOST + IN_FLIGHT) / part.len() {
        // A client that has had enough refuses the rest.
        if talk.stream.try_send(&part).is_err() {
            return talk.fails(NO_LIMIT);
        }
    }
    Err(Failure::words(
        NO_LIMIT,
        "the client to stop reading after at most 8 MiB",
        format!("it took {} MiB", (MOST + IN_FLIGHT) >> 20),
    ))
}

pub(in crate::suites) const ESCAPED_ANSWER: Check = Check {
    name: "escaped-answer",
    role: Role::Client,
    level: Level::More,
    requirement: "",
    summary: "what a server sends, control characters or direction marks, cannot steer the terminal",
    section: "going-further",
    hints: [
        "What happens to your terminal when a server answers with the bytes that clear a screen?",
        "Print what comes from the network with its control characters replaced by something visible, and do not forget C1 and the marks that reverse a line.",
        "for each character { if it is a control character or a direction mark: print its number; else print it }",
    ],
    run: escaped_answer,
};

/// What a server sends cannot steer the terminal.
fn escaped_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let line = bench.word();
    let mut talk = Talk::start(bench, std::slice::from_ref(&line), Input::Ended)?;
    talk.receive(&line)?;
    let hostile = Hostile::new(bench);
    talk.stream.send(&bench.answer(&hostile.text));
    talk.end_with_client()?;
    talk.exit(NEVER_LEAVES)?;
    hostile.find_in(talk.client.output())
}

pub(in crate::suites) const TWO_CLIENTS: Check = Check {
    name: "two-clients",
    role: Role::Client,
    level: Level::More,
    requirement: "",
    summary: "two clients run side by side",
    section: "going-further",
    hints: [
        "Which port does your client use on its own side, and who chose it?",
        "A client needs no port of its own choice. Leave bind out, and connect lets the system pick a free one.",
        "socket(); connect(host, port); no bind in between",
    ],
    run: two_clients,
};

/// Two clients run side by side.
fn two_clients(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let listener = bench.listen()?;
    let lines = [(); 2].map(|()| bench.word());
    let mut first = Talk::start_at(bench, &listener, &lines[..1], Input::EndsLater)?;
    first.receive(&lines[0])?;
    let second = Talk::start_at(bench, &listener, &lines[1..], Input::EndsLater);
    let mut second = second.map_err(|failure| failure.blame(FIXED_PORT))?;
    second.receive(&lines[1])?;
    for mut talk in [second, first] {
        talk.answer(&bench.word());
        talk.client.end_input();
        talk.finish();
        talk.printed(|missing| missing.plain())?;
    }
    Ok(())
}
