//! Core checks of the server: how a conversation ends (TT-7, TT-8).

use super::stream;
use crate::bench::Bench;
use crate::lesson::{Check, Level, Role};
use crate::verdict::Failure;

pub(super) const MARKER_ENDS: Check = Check {
    name: "marker-ends",
    role: Role::Server,
    level: Level::Core,
    requirement: "TT-7",
    summary: "exit, end and q, and nothing else, end the conversation, with all earlier answers",
    section: "exercise",
    hints: [
        "Which of these gets an answer when they arrive together: a name, a marker, another name?",
        "Compare each complete name with the three markers, byte for byte. At one of them stop reading names, send what is still due, and close this connection. The other clients stay.",
        "if name is \"exit\" or \"end\" or \"q\" { flush; shut down writing; read until the client ends; close; end this thread }",
    ],
    run: marker_ends,
};

fn marker_ends(bench: &mut Bench<'_>) -> Result<(), Failure> {
    stream::server_ends::marker_ends(bench)?;
    stream::server_ends::marker_inside(bench)
}

pub(super) const END_OF_INPUT: Check = Check {
    name: "end-of-input",
    role: Role::Server,
    level: Level::Core,
    requirement: "TT-8",
    summary: "after the client's end every answer arrives, also to a last name without line feed",
    section: "exercise",
    hints: [
        "What does your read return when the client has nothing more to say, and what is then in your buffer?",
        "A read of 0 bytes is the end of input. A rest in the buffer is the last name; answer it, then close.",
        "if read returned 0 bytes { if buffer is not empty: answer it; close the connection; end this thread }",
    ],
    run: stream::server_ends::end_of_input,
};
