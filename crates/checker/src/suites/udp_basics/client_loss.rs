//! Core checks of the client: what is lost, and how it ends (UB-18, UB-19, UB-24).

use std::time::Instant;

use super::super::ends::fails;
use super::talk::{Talk, rows};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::GIVE_UP;
use crate::verdict::{Failure, how_often};

/// How often a request must have been tried before it is given up (UB-18).
const TRIES: usize = 3;

pub(super) const SENDS_AGAIN: Check = Check {
    name: "sends-again",
    role: Role::Client,
    level: Level::Core,
    requirement: "UB-18",
    summary: "a request without an answer is sent again, the same bytes",
    section: "what-goes-wrong",
    hints: [
        "The network loses your datagram: what wakes your client?",
        "Nothing will, unless you set a time limit for receiving. When it passes without the answer, send the same bytes again, and wait longer each time.",
        "wait = 0.2 s; up to 4 times { send(socket, request); until wait has passed { answer = receive(socket); if answer == request { done } }; wait = 2 * wait }",
    ],
    run: sends_again,
};

fn sends_again(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 2].map(|()| bench.word());
    let mut talk = Talk::start(bench, &lines)?;
    talk.request(1)?;
    talk.again(1, NEVER_SENDS_AGAIN)
        .map_err(|failure| match talk.client.exited() {
            Some(_) => failure.blame(GIVES_UP_TOO_SOON),
            None => failure,
        })?;
    talk.answer(1);
    talk.request(2)?;
    talk.answer(2);
    talk.printed(|_| NOT_PRINTED)
}

pub(super) const GIVES_UP: Check = Check {
    name: "gives-up",
    role: Role::Client,
    level: Level::Core,
    requirement: "UB-19",
    summary: "without any answer the client gives up after at least three tries, and its exit code tells",
    section: "exercise",
    hints: [
        "Nobody will ever answer: when does your client stop trying, and who learns of it?",
        "Count the tries. After the last one say on standard error which request had no answer, and leave with another code than 0.",
        "after the last try { print to stderr \"no answer to request 1\"; failed = true }; at the end: exit(1) if failed",
    ],
    run: gives_up,
};

fn gives_up(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [bench.word()];
    let mut talk = Talk::start(bench, &lines)?;
    talk.request(1)?;
    fails(&talk.client, GIVE_UP, GIVES_UP_NEVER)?;
    talk.listen_until(Instant::now())?;
    let tries = talk.count(1);
    if tries < TRIES {
        return Err(Failure::words(
            GIVES_UP_TOO_SOON,
            format!("the request at least {TRIES} times"),
            format!("it came {}", how_often(tries)),
        ));
    }
    if rows(&talk.client.output().stdout(), &lines[0]) > 0 {
        return Err(Failure::words(
            PRINTED_UNANSWERED,
            "no text on standard output, since no answer was sent",
            "the text of the request",
        ));
    }
    Ok(())
}

pub(super) const EXIT_CODE: Check = Check {
    name: "exit-code",
    role: Role::Client,
    level: Level::Core,
    requirement: "UB-24",
    summary: "when every line has its answer the client ends, with exit code 0",
    section: "exercise",
    hints: [
        "What does your client wait for when its input has ended and every answer is there?",
        "For nothing: nobody will tell it that the conversation is over, since there is none. Leave with code 0.",
        "at end of stdin { close(socket); exit(0) if every request was answered }",
    ],
    run: exit_code,
};

fn exit_code(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 3].map(|()| bench.word());
    let mut talk = Talk::start(bench, &lines)?;
    talk.answer_all(1)?;
    talk.succeeds()?;
    talk.printed(|_| NOT_PRINTED)
}
