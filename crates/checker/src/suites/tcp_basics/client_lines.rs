//! Core checks of the client: lines out, answers in (TB-21 to TB-24).

use super::talk::{Input, Talk};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::verdict::Failure;

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
    run: sends_lines,
};

fn sends_lines(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 4].map(|()| bench.word());
    let mut talk = Talk::start(bench, &lines, Input::EndsLater)?;
    for line in &lines {
        talk.receive(line)?;
        talk.answer(line);
    }
    Ok(())
}

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
    run: prints_answers,
};

fn prints_answers(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 4].map(|()| bench.word());
    let mut talk = Talk::start(bench, &lines, Input::EndsLater)?;
    for line in &lines {
        talk.receive(line)?;
        // Not what was sent: printing one's own input must not do.
        talk.answer_and_hold(&bench.word());
    }
    talk.finish();
    talk.printed(|missing| missing.plain())
}

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
    run: answer_cut,
};

fn answer_cut(bench: &mut Bench<'_>) -> Result<(), Failure> {
    const GLUED: usize = 4;
    let length = bench.word().len();
    let lines: Vec<_> = (0..length + GLUED + 1).map(|_| bench.word()).collect();
    let mut talk = Talk::start(bench, &lines, Input::EndsLater)?;
    let (cut, glued) = lines.split_at(length);
    let (mut glued, last) = glued.split_at(GLUED);
    for (line, cut) in cut.iter().zip((2..=length).chain([1])) {
        talk.receive(line)?;
        talk.answer_in_pieces(&bench.word(), &[cut]);
    }
    while let Some((line, later)) = glued.split_first() {
        talk.receive(line)?;
        glued = later;
        let mut answers = vec![bench.word()];
        // A client that sends ahead gets its answers together; one that waits
        // for each answer gets them one by one.
        talk.stream.hold();
        while let (Some((line, later)), true) = (glued.split_first(), talk.has_line()) {
            talk.receive(line)?;
            glued = later;
            answers.push(bench.word());
        }
        talk.answer_glued(&answers);
    }
    talk.receive(&last[0])?;
    talk.answer_after_silence(&bench.word(), 4);
    talk.finish();
    talk.printed(|missing| {
        let (_, printed) = missing.closest();
        let nothing = missing.rest.is_empty() && missing.nth == 0;
        match missing.nth >= cut.len() {
            _ if nothing => missing.plain(),
            _ if missing.nth == length + GLUED => SILENCE_TAKEN_FOR_END,
            true if printed == 0 => REST_DROPPED,
            _ => ONE_READ_ONE_MESSAGE,
        }
    })
}

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
    run: empty_line,
};

fn empty_line(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [bench.word(), String::new(), bench.word()];
    let mut talk = Talk::start(bench, &lines, Input::EndsLater)?;
    for line in &lines {
        talk.receive(line)?;
        // An empty message has an empty answer; the others are told apart.
        let answer = if line.is_empty() {
            String::new()
        } else {
            bench.word()
        };
        talk.answer(&answer);
    }
    talk.finish();
    talk.printed(|missing| missing.plain())
}
