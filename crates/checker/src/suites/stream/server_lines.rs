//! One message, one answer, wherever TCP cuts.

use super::{exchange, lf};
use crate::bench::Bench;
use crate::causes::*;
use crate::verdict::Failure;

/// The conversation goes on, and every message gets its own answer.
pub(in crate::suites) fn answers_in_order(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    for _ in 0..5 {
        exchange(bench, &mut conversation)?;
    }
    conversation.expect_nothing()?;
    Ok(())
}

/// A message that arrives in pieces gets one answer, after its line feed.
pub(in crate::suites) fn message_cut(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    let length = bench.word().len();
    // The cut before the second byte comes last: one further in is easier to see.
    for cut in (2..=length).chain([1]) {
        let text = bench.word();
        conversation.exchange_cut(&lf(&text), &[cut], &bench.answer(&text))?;
    }
    let text = bench.word();
    let every: Vec<_> = (1..=text.len()).collect();
    conversation.exchange_cut(&lf(&text), &every, &bench.answer(&text))?;
    let text = bench.word();
    conversation
        .exchange_after_silence(&lf(&text), 4, &bench.answer(&text))
        .map_err(|seen| seen.blame(SILENCE_TAKEN_FOR_END))?;
    conversation.expect_nothing()?;
    Ok(())
}

/// Messages that arrive together get an answer each, and a beginning is kept.
pub(in crate::suites) fn messages_glued(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    let (whole, due) = glued(bench, 3);
    let last = bench.word();
    let (beginning, end) = last.split_at(4);
    conversation.send_and_hold(&[&whole, beginning.as_bytes()].concat());
    conversation.expect(&due)?;
    conversation.send(&lf(end));
    conversation.expect(&bench.answer(&last))?;
    let (whole, due) = glued(bench, 20);
    conversation.send(&whole);
    conversation.expect(&due)?;
    conversation.expect_nothing()?;
    Ok(())
}

/// So many messages, and their answers.
fn glued(bench: &mut Bench<'_>, count: usize) -> (Vec<u8>, Vec<u8>) {
    let (mut messages, mut answers) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let text = bench.word();
        messages.extend(lf(&text));
        answers.extend(bench.answer(&text));
    }
    (messages, answers)
}
