//! Core checks of the client: long answers, many alphabets (TB-25, TB-26).

use super::stream;
use crate::lesson::{Check, Level, Role};

pub(super) const LONG_ANSWER: Check = Check {
    requirement: "TB-25",
    ..stream::client_text::LONG_ANSWER
};

pub(super) const ANSWER_CHARACTER_CUT: Check = Check {
    name: "answer-character-cut",
    role: Role::Client,
    level: Level::Core,
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
