//! Core checks of the client: how a conversation ends (TB-27 to TB-30).

use super::stream;
use crate::lesson::{Check, Level, Role};

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
    run: stream::client_ends::input_end,
};

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
    run: stream::client_ends::marker_sent,
};

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
    run: stream::client_ends::server_gone,
};

pub(super) const NO_SERVER: Check = Check {
    requirement: "TB-30",
    ..stream::client_ends::NO_SERVER
};
