//! Lines out, answers in.

use super::super::printed::contains;
use super::talk::{Input, Talk};
use crate::bench::Bench;
use crate::causes::*;
use crate::verdict::Failure;

/// Every line of input is sent as a message.
pub(in crate::suites) fn sends_lines(bench: &mut Bench<'_>) -> Result<(), Failure> {
    // Words first: who sends one line and no more is told so. Each of the others is
    // changed by one way to read or to write text.
    let lines = [
        bench.word(),
        bench.word(),
        format!("  {}\t ", bench.word()),
        format!("{} 你好 é🦀", bench.word()),
        bench.word(),
    ];
    let mut talk = Talk::start(bench, &lines, Input::EndsLater)?;
    for line in &lines {
        talk.receive(line)?;
        // What it can print is another question.
        talk.answer(&bench.word());
    }
    Ok(())
}

/// Every answer is printed, whole and in order.
pub(in crate::suites) fn prints_answers(bench: &mut Bench<'_>) -> Result<(), Failure> {
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

/// An answer in pieces is one answer, and glued answers are several.
pub(in crate::suites) fn answer_cut(bench: &mut Bench<'_>) -> Result<(), Failure> {
    const GLUED: usize = 4;
    let length = bench.word().len();
    let lines: Vec<_> = (0..length + GLUED + 1).map(|_| bench.word()).collect();
    let mut talk = Talk::start_ungreeted(bench, &lines, Input::EndsLater)?;
    talk.greet_in_pieces(3);
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
    // Every answer begins with the same words.
    let before = bench.speech().before.len();
    talk.printed(|missing| {
        let (_, printed) = missing.closest();
        let nothing = missing.rest.is_empty() && missing.nth == 0;
        // One read taken for an answer prints the end of it at least.
        let end = &missing.answer[missing.answer.len() - 4..];
        let dropped = !missing.rest.is_empty() && !contains(missing.rest, end);
        match missing.nth >= cut.len() {
            _ if nothing => missing.plain(),
            _ if missing.nth == length + GLUED => SILENCE_TAKEN_FOR_END,
            _ if dropped => REST_DROPPED,
            true if printed <= before => REST_DROPPED,
            _ => ONE_READ_ONE_MESSAGE,
        }
    })
}

/// An empty line is sent as an empty message.
pub(in crate::suites) fn empty_line(bench: &mut Bench<'_>) -> Result<(), Failure> {
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
