//! Core checks of the client: long answers, many alphabets (TB-25, TB-26).

use super::stream;
use crate::lesson::{Check, Level, Role};

pub(super) const LONG_ANSWER: Check = Check {
    name: "long-answer",
    role: Role::Client,
    level: Level::Core,
    slow: false,
    requirement: "TB-25",
    summary: "an answer of up to 65,536 bytes is printed whole",
    section: "what-goes-wrong",
    hints: [
        "How large is the buffer you read into, and what happens to an answer that is larger?",
        "The size of one read says nothing about the size of an answer. Let a buffer of your own grow until the line feed is there.",
        "while buffer has no LF { buffer += read(); if buffer is longer than 65,537 bytes: give up }",
    ],
    run: stream::client_text::long_answer,
};

pub(super) const ANSWER_CHARACTER_CUT: Check = Check {
    name: "answer-character-cut",
    role: Role::Client,
    level: Level::Core,
    slow: false,
    requirement: "TB-26",
    summary: "an answer cut inside a character is printed as it was sent",
    section: "what-goes-wrong",
    hints: [
        "How many bytes is `你`, and what does your client do with the first of them alone?",
        "Collect bytes until the answer is complete, and only then make text of it.",
        "answer = bytes up to LF, collected over reads; print decode(answer)",
    ],
    run: stream::client_text::answer_character_cut,
};
