//! Core checks of the client: a greeting, then an answer to each name (TT-22 to
//! TT-26).

use super::stream;
use super::stream::talk::{Input, Talk};
use crate::bench::Bench;
use crate::causes::WAITS_FOR_END;
use crate::lesson::{Check, Level, Role};
use crate::verdict::Failure;

pub(super) const PRINTS_GREETING: Check = Check {
    name: "prints-greeting",
    role: Role::Client,
    level: Level::Core,
    requirement: "TT-22",
    summary: "the greeting is printed, and the first name follows it",
    section: "on-the-wire",
    hints: [
        "Who speaks first, and how does your client know that the greeting is complete?",
        "After connect, read up to the first line feed and print that. The connection stays open, so do not read until it ends.",
        "connection = connect(host, port); greeting = read from the connection until LF; print greeting",
    ],
    run: prints_greeting,
};

fn prints_greeting(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [bench.word()];
    let mut talk = Talk::start_ungreeted(bench, &lines, Input::EndsLater)?;
    talk.greet();
    match talk.receive(&lines[0]) {
        // What it prints may be on its way until it ends, so it is let go on.
        Ok(()) => {
            let answer = bench.word();
            talk.stream.send(&bench.answer(&answer));
        }
        Err(Failure::Wrong(wrong)) if wrong.cause == WAITS_FOR_END => {
            return Err(Failure::Wrong(wrong));
        }
        // What is wrong with its names is for the next check to say.
        Err(_) => {}
    }
    talk.finish();
    talk.printed(|missing| missing.plain())
}

pub(super) const SENDS_LINES: Check = Check {
    name: "sends-lines",
    role: Role::Client,
    level: Level::Core,
    requirement: "TT-23",
    summary: "every line of input is sent as a name",
    section: "on-the-wire",
    hints: [
        "What exactly leaves your client when its input is `Ada`?",
        "For each line of standard input send the text and one line feed, at once, not only when a buffer is full.",
        "for each line of stdin { write line + LF; flush; read the answer; print it }",
    ],
    run: stream::client_lines::sends_lines,
};

pub(super) const PRINTS_ANSWERS: Check = Check {
    name: "prints-answers",
    role: Role::Client,
    level: Level::Core,
    requirement: "TT-24",
    summary: "every answer is printed, whole and in order",
    section: "on-the-wire",
    hints: [
        "Where does your client get what it prints: from its input, or from the server?",
        "After sending, read from the connection up to the line feed, and print those bytes on standard output, as they came.",
        "answer = read from the connection until LF; write answer to stdout",
    ],
    run: stream::client_lines::prints_answers,
};

pub(super) const ANSWER_CUT: Check = Check {
    name: "answer-cut",
    role: Role::Client,
    level: Level::Core,
    requirement: "TT-25",
    summary: "a greeting or an answer in pieces is one, and glued answers are several",
    section: "what-goes-wrong",
    hints: [
        "How does your client know that an answer is complete, and where the next one begins?",
        "A read returns whatever has arrived: half a greeting, or two answers and a half. Collect it in a buffer, and take lines out of that at line feeds.",
        "while buffer has no LF { buffer += read() }; answer = buffer up to LF; keep the rest for the next answer",
    ],
    run: stream::client_lines::answer_cut,
};

pub(super) const LONG_ANSWER: Check = Check {
    requirement: "TT-24",
    ..stream::client_text::LONG_ANSWER
};

pub(super) const ANSWER_CHARACTER_CUT: Check = Check {
    name: "answer-character-cut",
    role: Role::Client,
    level: Level::Core,
    requirement: "TT-25",
    summary: "an answer cut inside a character is printed as it was sent",
    section: "what-goes-wrong",
    hints: [
        "How many bytes is `李`, and what does your client do with the first of them alone?",
        "Collect bytes until the answer is complete, and only then make text of it.",
        "answer = bytes up to LF, collected over reads; print decode(answer)",
    ],
    run: stream::client_text::answer_character_cut,
};

pub(super) const EMPTY_LINE: Check = Check {
    name: "empty-line",
    role: Role::Client,
    level: Level::Core,
    requirement: "TT-26",
    summary: "an empty line is sent as an empty name",
    section: "exercise",
    hints: [
        "What does your client send for an empty line of input?",
        "An empty line is not the end of the input. Send it like every other: its text, which is nothing, and a line feed.",
        "if read from stdin returned nothing at all: end of input; else write line without its line end, then LF",
    ],
    run: stream::client_lines::empty_line,
};
