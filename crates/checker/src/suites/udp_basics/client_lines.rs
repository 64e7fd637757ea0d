//! Core checks of the client: lines out, answers in (UB-15 to UB-17, UB-23).

use std::time::Instant;

use super::LIMIT;
use super::talk::{Talk, rows};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::LATE;
use crate::verdict::{Failure, Side};

pub(super) const SENDS_NUMBERED: Check = Check {
    name: "sends-numbered",
    role: Role::Client,
    level: Level::Core,
    requirement: "UB-15",
    summary: "line n of the input is sent as one datagram: n, a blank, the line",
    section: "on-the-wire",
    hints: [
        "What exactly leaves your client when the first line of its input is `hello`?",
        "Strip the line end, put the number of the line and one blank before the text, and send that as one datagram.",
        "number = 0; for each line of stdin { number += 1; request = decimal(number) + \" \" + line without its line end; send(socket, request); wait for the answer }",
    ],
    run: sends_numbered,
};

fn sends_numbered(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [
        bench.word(),
        format!("  {}\t ", bench.word()),
        format!("你好 é🦀 {}", bench.word()),
        format!("7 {}", bench.word()),
    ];
    let mut talk = Talk::start(bench, &lines)?;
    talk.answer_all(1)
}

pub(super) const PRINTS_ANSWERS: Check = Check {
    name: "prints-answers",
    role: Role::Client,
    level: Level::Core,
    requirement: "UB-16",
    summary: "the text of every answer is printed, in the order of the input",
    section: "on-the-wire",
    hints: [
        "When does your client print, and what: what it sent, or what came back?",
        "Print the text, without its number, when the answer has come and not before. If you send ahead, keep an answer until those of the earlier lines are printed.",
        "answer = receive(socket); if answer == request { print to stdout what follows the first blank }",
    ],
    run: prints_answers,
};

fn prints_answers(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 4].map(|()| bench.word());
    let mut talk = Talk::start(bench, &lines)?;
    talk.request(1)?;
    // A client that sends ahead does so now, and gets its answers the wrong way
    // round.
    talk.listen_until(Instant::now() + LATE / 4)?;
    let early = talk.client.output().stdout();
    if let Some(line) = lines.iter().find(|line| rows(&early, line) > 0) {
        return Err(Failure::of(
            PRINTED_UNANSWERED,
            Side::words("nothing on standard output, since no answer was sent yet"),
            Side::printed(line.as_bytes()),
        ));
    }
    let ahead = (1..=lines.len()).filter(|&number| talk.count(number) > 0);
    for number in ahead.collect::<Vec<_>>().into_iter().rev() {
        talk.answer(number);
    }
    for number in 1..=lines.len() {
        if talk.count(number) == 0 {
            talk.request(number)?;
            talk.answer(number);
        }
    }
    talk.printed(|_| NOT_PRINTED)
}

pub(super) const EMPTY_LINE: Check = Check {
    name: "empty-line",
    role: Role::Client,
    level: Level::Core,
    requirement: "UB-17",
    summary: "an empty line is sent as its number and a blank",
    section: "exercise",
    hints: [
        "What does your client send for an empty line of input?",
        "An empty line is not the end of the input. It has a number like every other, then the blank, and no text.",
        "if read from stdin returned nothing at all: end of input; else send decimal(number) + \" \" + line without its line end",
    ],
    run: empty_line,
};

fn empty_line(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [bench.word(), String::new(), bench.word()];
    let mut talk = Talk::start(bench, &lines)?;
    talk.request(1)?;
    talk.answer(1);
    talk.request(2).map_err(|failure| match failure {
        // Its place was taken by the next line.
        Failure::Wrong(wrong) if wrong.cause.id == NUMBERED_WRONG.id => {
            Failure::Wrong(wrong).blame(EMPTY_NOT_SENT)
        }
        other => other,
    })?;
    talk.answer(2);
    talk.answer_all(3)?;
    talk.printed(|_| NOT_PRINTED)
}

pub(super) const LONG_ANSWER: Check = Check {
    name: "long-answer",
    role: Role::Client,
    level: Level::Core,
    requirement: "UB-23",
    summary: "an answer of 1472 bytes is printed whole",
    section: "what-goes-wrong",
    hints: [
        "How large is the buffer you receive into, and where does the rest of a larger answer go?",
        "One call takes one whole datagram or cuts it, and the rest is gone. Give it room for the largest one the contract allows.",
        "answer = receive(socket, 65535); compare all of it with the request; print all of its text",
    ],
    run: long_answer,
};

fn long_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    // With number and blank: one beyond a common size, and the limit.
    let lines = [1025, LIMIT].map(|length| bench.text(length - 2));
    let mut talk = Talk::start(bench, &lines)?;
    talk.request(1)?;
    talk.answer(1);
    // A client that does not know its answer again asks again and gives up.
    talk.request(2)
        .map_err(|failure| failure.blame(BUFFER_TOO_SMALL))?;
    talk.answer(2);
    talk.printed(|number| match talk.count(number) {
        1 => CUT_SILENTLY,
        _ => BUFFER_TOO_SMALL,
    })
}
