//! Core checks of the client: how a conversation ends (TT-27 to TT-31).

use super::super::printed::contains;
use super::BUSY;
use super::stream::talk::{Input, Talk};
use super::stream::{self, lf};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::verdict::Failure;

pub(super) const INPUT_END: Check = Check {
    name: "input-end",
    role: Role::Client,
    level: Level::Core,
    requirement: "TT-27",
    summary: "at the end of input the client waits for its answers and exits with code 0",
    section: "exercise",
    hints: [
        "When your input ends, how many answers are still on their way?",
        "The end of input ends only what you send. Read until every answer is there, then end your side and leave with code 0.",
        "at end of stdin { shutdown(write); until read returns 0 bytes { print what came } }; exit(0)",
    ],
    run: stream::client_ends::input_end,
};

pub(super) const MARKER_SENT: Check = Check {
    name: "marker-sent",
    role: Role::Client,
    level: Level::Core,
    requirement: "TT-28",
    summary: "after a marker the client is silent, and content when the server closes",
    section: "exercise",
    hints: [
        "Whose turn is it after your client has sent `exit`?",
        "Send the marker like any line, then nothing more, and expect no answer for it. When the server closes, that is the end you asked for: the exit code is 0.",
        "write line + LF; if line is \"exit\", \"end\" or \"q\" { until read returns 0 bytes { print what came }; exit(0) }",
    ],
    run: stream::client_ends::marker_sent,
};

pub(super) const BUSY_SHOWN: Check = Check {
    name: "busy-shown",
    role: Role::Client,
    level: Level::Core,
    requirement: "TT-29",
    summary: "a server that is busy is reported, and the exit code tells",
    section: "exercise",
    hints: [
        "What does your client do when the first line is not the greeting?",
        "Compare the first line with `Busy, try again later`. Show it to the user, send nothing, and leave with another code than 0.",
        "first = read until LF; if first is \"Busy, try again later\" { print first to stderr; exit(1) }",
    ],
    run: busy_shown,
};

fn busy_shown(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 2].map(|()| bench.word());
    shows_busy(bench, &lines)?;
    // Who takes it for a greeting notices with the first name that nobody answers.
    shows_busy(bench, &[])
}

fn shows_busy(bench: &mut Bench<'_>, lines: &[String]) -> Result<(), Failure> {
    let mut talk = Talk::start_ungreeted(bench, lines, Input::Ended)?;
    talk.stream.send(&lf(BUSY));
    talk.stream.half_close();
    talk.fails(EOF_NOT_SEEN)?;
    let output = talk.client.output();
    if [output.stdout(), output.stderr()]
        .iter()
        .any(|said| contains(said, BUSY.as_bytes()))
    {
        return Ok(());
    }
    Err(Failure::words(
        BUSY_HIDDEN,
        format!("`{BUSY}` on standard output or standard error"),
        "it is on neither",
    ))
}

pub(super) const SERVER_GONE: Check = Check {
    name: "server-gone",
    role: Role::Client,
    level: Level::Core,
    requirement: "TT-30",
    summary: "when the server goes away before its time, the exit code tells",
    section: "exercise",
    hints: [
        "What does your read return when the server has gone, and what does your client make of it?",
        "A read of 0 bytes before the greeting, or while an answer is due, means that it will never come. Say so on standard error and leave with another code than 0.",
        "if read returned 0 bytes and a greeting or an answer is due { print to stderr \"server gone\"; exit(1) }",
    ],
    run: server_gone,
};

fn server_gone(bench: &mut Bench<'_>) -> Result<(), Failure> {
    stream::client_ends::server_gone(bench)?;
    let lines = [bench.word()];
    let mut talk = Talk::start_ungreeted(bench, &lines, Input::Ended)?;
    talk.stream.half_close();
    talk.fails(EOF_NOT_SEEN)
}

pub(super) const NO_SERVER: Check = Check {
    requirement: "TT-31",
    ..stream::client_ends::NO_SERVER
};
