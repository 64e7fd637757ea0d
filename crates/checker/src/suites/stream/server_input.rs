//! What clients may send that is no message.

use super::super::hostile::Hostile;
use super::{LIMIT, lf, longest, still_serves};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::verdict::Failure;

/// A message beyond the limit is refused, and so is a text whose answer would be.
pub(in crate::suites) fn too_long(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, first) = bench.server()?;
    let mut conversation = first;
    let mut over = vec![longest(bench) + 1, LIMIT + 1];
    over.dedup();
    let mut texts: Vec<_> = over.iter().map(|&length| lf(&bench.text(length))).collect();
    // And one without an end.
    texts.push(bench.text(2 * LIMIT).into_bytes());
    for text in texts {
        let echo = bench.speech().answer(text.trim_ascii_end());
        conversation.send(&text);
        conversation
            .expect(b"ERR too long\n")
            .and_then(|()| conversation.expect_end())
            .map_err(|seen| {
                let cause = match seen.end {
                    _ if !seen.got.is_empty() && echo.starts_with(&seen.got) => NO_LIMIT,
                    None if seen.got.is_empty() => NO_LIMIT,
                    Some(_) if seen.got.is_empty() => NO_ERROR_REPLY,
                    _ => return seen.into(),
                };
                seen.blame(cause)
            })?;
        conversation = bench.connect(&server, NO_ERROR_REPLY)?;
    }
    drop(conversation);
    still_serves(bench, &server, NO_ERROR_REPLY)
}

/// A text that is not UTF-8 is refused, with the offset of the first wrong byte.
pub(in crate::suites) fn not_text(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, first) = bench.server()?;
    let mut conversation = first;
    for (message, offset) in [
        (&b"\xff\n"[..], 0),
        (b"abc\x80def\n", 3),
        // A Chinese character, then the beginning of another, then `(`.
        (b"\xe4\xbd\xa0 \xe5\xa5(\n", 4),
    ] {
        conversation.send(message);
        conversation
            .expect(&lf(&format!("ERR not text at byte {offset}")))
            .and_then(|()| conversation.expect_end())
            .map_err(|seen| {
                let accepted = seen.got.ends_with(b"\n") && !seen.got.starts_with(b"ERR");
                let cause = match seen.end {
                    _ if accepted => NOT_TEXT_ACCEPTED,
                    Some(_) if seen.got.is_empty() => NOT_TEXT_KILLS,
                    _ => return seen.into(),
                };
                seen.blame(cause)
            })?;
        conversation = bench.connect(&server, NOT_TEXT_KILLS)?;
    }
    drop(conversation);
    still_serves(bench, &server, NOT_TEXT_KILLS)
}

pub(in crate::suites) const ESCAPED_OUTPUT: Check = Check {
    name: "escaped-output",
    role: Role::Server,
    level: Level::More,
    requirement: "",
    summary: "what a client sends, control characters or direction marks, cannot steer the operator's terminal",
    section: "going-further",
    hints: [
        "What happens to your terminal when a client sends the bytes that clear a screen?",
        "Print what comes from the network with its control characters replaced by something visible, and do not forget C1 and the marks that reverse a line.",
        "for each character { if it is a control character or a direction mark: print its number; else print it }",
    ],
    run: escaped_output,
};

/// What a client sends cannot steer the operator's terminal.
fn escaped_output(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, mut conversation) = bench.server()?;
    let hostile = Hostile::new(bench);
    conversation.send(&lf(&hostile.text));
    conversation.expect(&bench.answer(&hostile.text))?;
    for text in Hostile::followers(bench) {
        conversation.send(&lf(&text));
        conversation.expect(&bench.answer(&text))?;
    }
    conversation.half_close();
    conversation.expect_end()?;
    // A program that prints at all has printed when it sleeps again.
    conversation.hold();
    // After its end its pipes are read to theirs; until then some is on the way.
    let output = server.subject.output().clone();
    drop(server);
    hostile.find_in(&output)
}
