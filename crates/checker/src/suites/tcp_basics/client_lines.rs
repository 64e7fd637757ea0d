//! Core checks of the client: lines out, answers in (TB-21 to TB-24).

use super::stream;
use crate::lesson::{Check, Level, Role};

pub(super) const SENDS_LINES: Check = Check {
    name: "sends-lines",
    role: Role::Client,
    level: Level::Core,
    requirement: "TB-21",
    summary: "every line of input is sent as a message",
    section: "on-the-wire",
    hints: [
        "What exactly leaves your client when its input is `hello`?",
        "Connect, then for each line of standard input send the text and one line feed, without waiting to be greeted.",
        "connection = connect(host, port); for each line of stdin { write line + LF; flush; read the answer; print it }",
    ],
    run: stream::client_lines::sends_lines,
};

pub(super) const PRINTS_ANSWERS: Check = Check {
    name: "prints-answers",
    role: Role::Client,
    level: Level::Core,
    requirement: "TB-22",
    summary: "every answer is printed, whole and in order",
    section: "on-the-wire",
    hints: [
        "Where does your client print, and what: what it sent, or what came back?",
        "After sending, read from the connection up to the line feed, and print those bytes on standard output.",
        "answer = read from the connection until LF; write answer to stdout",
    ],
    run: stream::client_lines::prints_answers,
};

pub(super) const ANSWER_CUT: Check = Check {
    name: "answer-cut",
    role: Role::Client,
    level: Level::Core,
    requirement: "TB-23",
    summary: "an answer in pieces is one answer, and glued answers are several",
    section: "what-goes-wrong",
    hints: [
        "How does your client know that an answer is complete, and where the next one begins?",
        "A read returns whatever has arrived: half an answer, or two and a half. Collect it in a buffer, and take answers out of that at line feeds.",
        "while buffer has no LF { buffer += read() }; answer = buffer up to LF; keep the rest for the next answer",
    ],
    run: stream::client_lines::answer_cut,
};

pub(super) const EMPTY_LINE: Check = Check {
    name: "empty-line",
    role: Role::Client,
    level: Level::Core,
    requirement: "TB-24",
    summary: "an empty line is sent as an empty message",
    section: "exercise",
    hints: [
        "What does your client send for an empty line of input?",
        "An empty line is not the end of the input. Send it like every other: its text, which is nothing, and a line feed.",
        "if read from stdin returned nothing at all: end of input; else write line without its line end, then LF",
    ],
    run: stream::client_lines::empty_line,
};
