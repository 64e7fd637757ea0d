//! Checks of the client beyond the core (TT-32 to TT-35).

use super::stream;
use crate::lesson::{Check, Level, Role};

pub(super) const NOT_TEXT_ANSWER: Check = Check {
    name: "not-text-answer",
    role: Role::Client,
    level: Level::More,
    slow: false,
    requirement: "TT-32",
    summary: "an answer that is not UTF-8 neither crashes nor hangs the client",
    section: "going-further",
    hints: [
        "What does your client do with the byte 0xff, which no UTF-8 text contains?",
        "Decide what happens to undecodable bytes: show them escaped, or report them and leave. Nothing printed before may be lost.",
        "try { text = decode(answer) } on error { print to stderr where; exit(1) }",
    ],
    run: stream::client_more::not_text_answer,
};

pub(super) const ENDLESS_ANSWER: Check = Check {
    name: "endless-answer",
    role: Role::Client,
    level: Level::More,
    slow: false,
    requirement: "TT-33",
    summary: "an answer without end ends the client",
    section: "going-further",
    hints: [
        "How much memory does a server cost you that never sends a line feed?",
        "Stop collecting when an answer cannot be within the limit of 65,536 bytes any more, and report it by the exit code.",
        "if buffer without LF > 65,537 bytes { print to stderr \"answer too long\"; exit(1) }",
    ],
    run: stream::client_more::endless_answer,
};

pub(super) const ESCAPED_ANSWER: Check = Check {
    name: "escaped-answer",
    role: Role::Client,
    level: Level::More,
    slow: false,
    requirement: "TT-34",
    summary: "what a server sends, control characters or direction marks, cannot steer the terminal",
    section: "going-further",
    hints: [
        "What happens to your terminal when a server answers with the bytes that clear a screen?",
        "Print what comes from the network with its control characters replaced by something visible, and do not forget C1 and the marks that reverse a line.",
        "for each character { if it is a control character or a direction mark: print its number; else print it }",
    ],
    run: stream::client_more::escaped_answer,
};

pub(super) const TWO_CLIENTS: Check = Check {
    name: "two-clients",
    role: Role::Client,
    level: Level::More,
    slow: false,
    requirement: "TT-35",
    summary: "two clients run side by side",
    section: "going-further",
    hints: [
        "Which port does your client use on its own side, and who chose it?",
        "A client needs no port of its own choice. Leave bind out, and connect lets the system pick a free one.",
        "socket(); connect(host, port); no bind in between",
    ],
    run: stream::client_more::two_clients,
};
