//! Checks of the server beyond the core: what clients may send (TB-2, TB-13,
//! TB-14, TB-20).

use super::{Hostile, LIMIT, lf, still_serves};
use crate::bench::Bench;
use crate::causes::*;
use crate::diagnose::common;
use crate::lesson::{Check, Level, Role};
use crate::verdict::Failure;

pub(super) const MEGABYTE: Check = Check {
    name: "megabyte",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-2",
    summary: "a megabyte of answers arrives whole, although the client reads late",
    section: "going-further",
    hints: [
        "What does your write return, and who looks at it?",
        "A write may take only a part of the bytes. Use the call that writes everything, or loop until all of it is gone.",
        "while data is not empty { count = write(data); data = data without its first count bytes }",
    ],
    run: megabyte,
};

fn megabyte(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, first) = bench.server()?;
    first.close();
    let mut conversation = bench.connect_narrow(&server, ONE_CLIENT_ONLY)?;
    let messages: Vec<u8> = (0..1024).flat_map(|_| lf(&bench.text(1023))).collect();
    conversation.read_ahead(0);
    conversation
        .send_in_background(&messages)
        .map_err(|error| Failure::Broken(format!("cannot send: {error}")))?;
    conversation.hold_stuck();
    conversation.read_ahead(messages.len());
    conversation.expect(&messages).map_err(|seen| {
        // What is lost is lost in the middle: other bugs show earlier.
        let right = common(&seen.expected, &seen.got);
        if right > 4096 {
            seen.blame(PARTIAL_WRITE)
        } else {
            seen.into()
        }
    })
}

pub(super) const TOO_LONG: Check = Check {
    name: "too-long",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-13",
    summary: "a text beyond 65,536 bytes is refused with ERR too long",
    section: "going-further",
    hints: [
        "How much memory does a client cost you that never sends a line feed?",
        "Stop collecting as soon as the text cannot fit any more, answer `ERR too long`, and end the conversation as at a marker.",
        "if text before LF > 65,536 bytes, or buffer without LF > 65,537 { write \"ERR too long\" LF; end the conversation }",
    ],
    run: too_long,
};

fn too_long(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, first) = bench.server()?;
    let mut conversation = first;
    let one_over = lf(&bench.text(LIMIT + 1));
    let endless = bench.text(2 * LIMIT).into_bytes();
    for text in [one_over, endless] {
        conversation.send(&text);
        conversation
            .expect(b"ERR too long\n")
            .and_then(|()| conversation.expect_end())
            .map_err(|seen| {
                let cause = match seen.end {
                    _ if !seen.got.is_empty() && text.starts_with(&seen.got) => NO_LIMIT,
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

pub(super) const NOT_TEXT: Check = Check {
    name: "not-text",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-14",
    summary: "a text that is not UTF-8 is refused with the offset of the first wrong byte",
    section: "going-further",
    hints: [
        "What does your server do with the byte 0xff, which no UTF-8 text contains?",
        "Check a complete text before answering it. Where decoding fails, the error carries the offset; report that, end the conversation, and serve on.",
        "try { decode(text) } on error { write \"ERR not text at byte \" + offset + LF; end the conversation }",
    ],
    run: not_text,
};

fn not_text(bench: &mut Bench<'_>) -> Result<(), Failure> {
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

pub(super) const ESCAPED_OUTPUT: Check = Check {
    name: "escaped-output",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-20",
    summary: "what a client sends, control characters or direction marks, cannot steer the operator's terminal",
    section: "going-further",
    hints: [
        "What happens to your terminal when a client sends the bytes that clear a screen?",
        "Print what comes from the network with its control characters replaced by something visible, and do not forget C1 and the marks that reverse a line.",
        "for each character { if it is a control character or a direction mark: print its number; else print it }",
    ],
    run: escaped_output,
};

fn escaped_output(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, mut conversation) = bench.server()?;
    let hostile = Hostile::new(bench);
    conversation.send(&lf(&hostile.text));
    conversation.expect(&lf(&hostile.text))?;
    conversation.half_close();
    conversation.expect_end()?;
    // A program that prints at all has printed when it sleeps again.
    conversation.hold();
    // After its end its pipes are read to theirs; until then some is on the way.
    let output = server.subject.output().clone();
    drop(server);
    hostile.find_in(&output)
}
