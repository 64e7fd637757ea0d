//! Checks of the server beyond the core that lesson 1 knows, too (TT-12, TT-13,
//! TT-19 to TT-21).

use super::stream;
use crate::lesson::{Check, Level, Role};

pub(super) const TOO_LONG: Check = Check {
    name: "too-long",
    role: Role::Server,
    level: Level::More,
    slow: false,
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
    slow: false,
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
    name: "restart",
    role: Role::Server,
    level: Level::More,
    slow: false,
    requirement: "TT-19",
    summary: "after a stop the same address can be listened on again at once",
    section: "going-further",
    hints: [
        "Why does your system think that the address is still in use, although the server has gone?",
        "The side that closes first stays in TIME_WAIT for a minute. SO_REUSEADDR, set before bind, says that you can live with that.",
        "socket(); setsockopt(SO_REUSEADDR, 1); bind(); listen()",
    ],
    run: stream::server_life::restart,
};

pub(super) const LOOPBACK_ONLY: Check = Check {
    name: "loopback-only",
    role: Role::Server,
    level: Level::More,
    slow: false,
    requirement: "TT-20",
    summary: "the server can be reached from this machine only",
    section: "going-further",
    hints: [
        "Who can reach your server: you, your room, or the world?",
        "An empty address, 0.0.0.0 or :: means every address of the machine. Bind to 127.0.0.1 unless you were told otherwise.",
        "bind((\"127.0.0.1\", port)), not bind((\"\", port))",
    ],
    run: stream::server_life::loopback_only,
};

pub(super) const ESCAPED_OUTPUT: Check = Check {
    name: "escaped-output",
    role: Role::Server,
    level: Level::More,
    slow: false,
    requirement: "TT-21",
    summary: "what a client sends, control characters or direction marks, cannot steer the operator's terminal",
    section: "going-further",
    hints: [
        "What happens to your terminal when a client sends the bytes that clear a screen?",
        "Print what comes from the network with its control characters replaced by something visible, and do not forget C1 and the marks that reverse a line.",
        "for each character { if it is a control character or a direction mark: print its number; else print it }",
    ],
    run: stream::server_input::escaped_output,
};
