//! Checks of the server beyond the core: what clients may send (TB-2, TB-13,
//! TB-14, TB-20).

use super::stream;
use super::stream::lf;
use crate::bench::Bench;
use crate::causes::*;
use crate::diagnose::common;
use crate::lesson::{Check, Level, Role};
use crate::verdict::Failure;

pub(super) const MEGABYTE: Check = Check {
    name: "megabyte",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-2",
    summary: "a megabyte of answers arrives whole, although the client reads late",
    section: "going-further",
    hints: [
        "What does your write return, and who looks at it?",
        "A write may take only a part of the bytes. Use the call that writes everything, or loop until all of it is gone.",
        "while data is not empty { count = write(data); data = data without its first count bytes }",
    ],
    run: megabyte,
};

fn megabyte(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, first) = bench.server()?;
    first.close();
    let mut conversation = bench.connect_narrow(&server, ONE_CLIENT_ONLY)?;
    let messages: Vec<u8> = (0..1024).flat_map(|_| lf(&bench.text(1023))).collect();
    conversation.read_ahead(0);
    conversation
        .send_in_background(&messages)
        .map_err(|error| Failure::Broken(format!("cannot send: {error}")))?;
    conversation.hold_stuck();
    conversation.read_ahead(messages.len());
    conversation.expect(&messages).map_err(|seen| {
        // What is lost is lost in the middle: other bugs show earlier.
        let right = common(&seen.expected, &seen.got);
        if right > 4096 {
            seen.blame(PARTIAL_WRITE)
        } else {
            seen.into()
        }
    })
}

pub(super) const TOO_LONG: Check = Check {
    name: "too-long",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-13",
    summary: "a text beyond 65,536 bytes is refused with ERR too long",
    section: "going-further",
    hints: [
        "How much memory does a client cost you that never sends a line feed?",
        "Stop collecting as soon as the text cannot fit any more, answer `ERR too long`, and end the conversation as at a marker.",
        "if text before LF > 65,536 bytes, or buffer without LF > 65,537 { write \"ERR too long\" LF; end the conversation }",
    ],
    run: stream::server_input::too_long,
};

pub(super) const NOT_TEXT: Check = Check {
    name: "not-text",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-14",
    summary: "a text that is not UTF-8 is refused with the offset of the first wrong byte",
    section: "going-further",
    hints: [
        "What does your server do with the byte 0xff, which no UTF-8 text contains?",
        "Check a complete text before answering it. Where decoding fails, the error carries the offset; report that, end the conversation, and serve on.",
        "try { decode(text) } on error { write \"ERR not text at byte \" + offset + LF; end the conversation }",
    ],
    run: stream::server_input::not_text,
};

pub(super) const ESCAPED_OUTPUT: Check = Check {
    requirement: "TB-20",
    ..stream::server_input::ESCAPED_OUTPUT
};
