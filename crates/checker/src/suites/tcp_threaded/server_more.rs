//! Checks of the server beyond the core that lesson 1 knows, too (TT-12, TT-13,
//! TT-19 to TT-21).

use super::stream;
use crate::lesson::{Check, Level, Role};

pub(super) const TOO_LONG: Check = Check {
    name: "too-long",
    role: Role::Server,
    level: Level::More,
    requirement: "TT-12",
    summary: "what is too long to be answered is refused with ERR too long",
    section: "going-further",
    hints: [
        "How much memory do a thousand clients cost you that never send a line feed?",
        "Stop collecting as soon as the message cannot fit any more, answer `ERR too long`, and end the conversation as at a marker. A name whose answer would have more than 65,536 bytes is too long as well.",
        "if name > 65,528 bytes, or buffer without LF > 65,537 { write \"ERR too long\" LF; end the conversation }",
    ],
    run: stream::server_input::too_long,
};

pub(super) const NOT_TEXT: Check = Check {
    name: "not-text",
    role: Role::Server,
    level: Level::More,
    requirement: "TT-13",
    summary: "a name that is not UTF-8 is refused with the offset of the first wrong byte",
    section: "going-further",
    hints: [
        "What does your server do with the byte 0xff, which no UTF-8 text contains?",
        "Check a complete name before answering it. Where decoding fails, the error carries the offset; report that and end this conversation.",
        "try { decode(name) } on error { write \"ERR not text at byte \" + offset + LF; end the conversation }",
    ],
    run: stream::server_input::not_text,
};

pub(super) const RESTART: Check = Check {
    requirement: "TT-19",
    ..stream::server_life::RESTART
};

pub(super) const LOOPBACK_ONLY: Check = Check {
    requirement: "TT-20",
    ..stream::server_life::LOOPBACK_ONLY
};

pub(super) const ESCAPED_OUTPUT: Check = Check {
    requirement: "TT-21",
    ..stream::server_input::ESCAPED_OUTPUT
};
