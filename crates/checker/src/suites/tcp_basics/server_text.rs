//! Core checks of the server: what belongs to a text (TB-5 to TB-8).

use super::stream;
use crate::bench::Bench;
use crate::lesson::{Check, Level, Role};
use crate::verdict::Failure;

pub(super) const EMPTY_MESSAGE: Check = Check {
    name: "empty-message",
    role: Role::Server,
    level: Level::Core,
    requirement: "TB-5",
    summary: "an empty message is answered with an empty line",
    section: "exercise",
    hints: [
        "What does your server do with a line feed and nothing before it?",
        "An empty message is not the end of input: a read of 0 bytes is. Look for the line feed before you look at the text.",
        "if read returned 0 bytes: the client has ended; else if the text before LF is empty: write LF",
    ],
    run: stream::server_text::empty_message,
};

pub(super) const CARRIAGE_RETURN: Check = Check {
    name: "carriage-return",
    role: Role::Server,
    level: Level::Core,
    requirement: "TB-6",
    summary: "one CR before the LF is dropped, and every other byte comes back",
    section: "on-the-wire",
    hints: [
        "Which bytes does your server remove from a message, and which does the contract let it remove?",
        "Telnet and Windows end a line in CR LF. Remove one CR if it stands directly before the LF, and nothing else: blanks belong to the text.",
        "text = bytes before LF; if text ends in CR { text = text without its last byte }; no strip, no trim, no replace",
    ],
    run: stream::server_text::carriage_return,
};

pub(super) const LONG_MESSAGE: Check = Check {
    name: "long-message",
    role: Role::Server,
    level: Level::Core,
    requirement: "TB-7",
    summary: "a text of up to 65,536 bytes is answered whole",
    section: "what-goes-wrong",
    hints: [
        "How large is the buffer you read into, and what happens to a message that is larger?",
        "The size of one read says nothing about the size of a message. Let a buffer of your own grow until the line feed is there.",
        "while buffer has no LF { buffer += read(); if buffer is longer than 65,537 bytes: too long }",
    ],
    run: long_message,
};

fn long_message(bench: &mut Bench<'_>) -> Result<(), Failure> {
    stream::server_text::long_message(bench)?;
    stream::server_text::longest_with_cr(bench)
}

pub(super) const CHARACTER_CUT: Check = Check {
    name: "character-cut",
    role: Role::Server,
    level: Level::Core,
    requirement: "TB-8",
    summary: "characters of several bytes come back, also when a read ends inside one",
    section: "what-goes-wrong",
    hints: [
        "How many bytes is `你`, and what does your server do with the first of them alone?",
        "Work on bytes. If you need text, decode a complete message, never what one read returned.",
        "message = bytes up to LF, collected over reads; write the same bytes; decode only to print",
    ],
    run: stream::server_text::character_cut,
};
