//! Long answers, many alphabets.

use super::super::printed::contains;
use super::talk::{Input, Talk};
use super::{cuts_inside_characters, longest};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::verdict::Failure;

pub(in crate::suites) const LONG_ANSWER: Check = Check {
    name: "long-answer",
    role: Role::Client,
    level: Level::Core,
    requirement: "",
    summary: "an answer of up to 65,536 bytes is printed whole",
    section: "what-goes-wrong",
    hints: [
        "How large is the buffer you read into, and what happens to an answer that is larger?",
        "The size of one read says nothing about the size of an answer. Let a buffer of your own grow until the line feed is there.",
        "while buffer has no LF { buffer += read(); if buffer is longer than 65,537 bytes: give up }",
    ],
    run: long_answer,
};

/// An answer of any length that is allowed is printed whole.
fn long_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 4].map(|()| bench.word());
    let longest = longest(bench);
    let mut talk = Talk::start(bench, &lines, Input::EndsLater)?;
    for (line, length) in lines.iter().zip([1025, 5000, longest, 5]) {
        talk.receive(line)
            .map_err(|failure| refused_long(&talk, failure))?;
        talk.answer(&bench.text(length));
    }
    talk.finish();
    talk.printed(|missing| {
        let (at, length) = missing.closest();
        let more = &missing.answer[length..];
        let goes_on = contains(&missing.rest[at + length..], &more[..more.len().min(64)]);
        match length {
            _ if missing.nth == 0 && missing.rest.is_empty() => missing.plain(),
            0..512 => LIMIT_TOO_LOW,
            _ if goes_on => CUT_AT_1024,
            _ => TRUNCATED,
        }
    })
}

/// A client that left after a long answer had enough of it.
fn refused_long(talk: &Talk, failure: Failure) -> Failure {
    if talk.stream.ended() {
        failure.blame(LIMIT_TOO_LOW)
    } else {
        failure
    }
}

/// An answer cut inside a character is printed as it was sent.
pub(in crate::suites) fn answer_character_cut(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let before = bench.speech().before;
    let mut text = || format!("你好 é🦀 {}", bench.word());
    let cuts = cuts_inside_characters(&format!("{before}{}", text()));
    let answers: Vec<_> = (0..=cuts.len()).map(|_| text()).collect();
    let lines: Vec<_> = answers.iter().map(|_| bench.word()).collect();
    let mut talk = Talk::start(bench, &lines, Input::EndsLater)?;
    let mut stopped = Ok(());
    for (nth, (line, answer)) in lines.iter().zip(&answers).enumerate() {
        // Why a client has given up shows in what it printed.
        stopped = talk.receive(line);
        if stopped.is_err() {
            break;
        }
        match nth.checked_sub(1) {
            None => talk.answer_and_hold(answer),
            Some(nth) => talk.answer_in_pieces(answer, &cuts[nth..=nth]),
        }
    }
    talk.finish();
    talk.printed(|missing| match missing.nth {
        0 if missing.rest.is_empty() => missing.plain(),
        0 => NOT_EIGHT_BIT,
        _ => DECODE_PER_READ,
    })?;
    stopped
}
