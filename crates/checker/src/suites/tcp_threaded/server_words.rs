//! Core checks of the server: a greeting, then an answer to each name (TT-1 to
//! TT-6).

use super::stream::{self, lf};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::ANSWER;
use crate::verdict::Failure;

pub(super) const GREETS_FIRST: Check = Check {
    name: "greets-first",
    role: Role::Server,
    level: Level::Core,
    requirement: "TT-1",
    summary: "every client is greeted before it has sent anything",
    section: "on-the-wire",
    hints: [
        "Who speaks first when a client has connected and says nothing?",
        "Right after accept, before any read, write `Welcome!` and one line feed. Every new connection gets it.",
        "connection = accept(); write \"Welcome!\" LF; flush; only then read",
    ],
    run: greets_first,
};

fn greets_first(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, mut conversation) = bench.server_ungreeted()?;
    let greeting = bench.speech().greeting().unwrap_or_default();
    if let Err(seen) = conversation.expect(&greeting) {
        if !seen.got.is_empty() || seen.end.is_some() {
            return Err(seen.into());
        }
        // The judge has its verdict already; this finds the cause.
        conversation.send(&lf(&bench.word()));
        let said = conversation.line(ANSWER).unwrap_or_default();
        return Err(seen.blame(if said == greeting {
            LATE_GREETING
        } else {
            NO_GREETING
        }));
    }
    conversation.expect_nothing()?;
    conversation.close();
    // The first was greeted, so it is not the greeting that is forgotten.
    bench.connect(&server, ONE_CLIENT_ONLY)?;
    Ok(())
}

pub(super) const ANSWERS_NAMES: Check = Check {
    name: "answers-names",
    role: Role::Server,
    level: Level::Core,
    requirement: "TT-2",
    summary: "every name is answered with Hello, the name and an exclamation mark, in order",
    section: "on-the-wire",
    hints: [
        "What exactly leaves your server when `Ada` and a line feed have come in?",
        "Take the line feed off, then write seven bytes (`Hello, ` with its blank), the bytes of the name, one `!` and one line feed. Then read the next name.",
        "loop { name = read until LF, without LF; if end of input: break; write \"Hello, \" + name + \"!\" + LF; flush }",
    ],
    run: stream::server_lines::answers_in_order,
};

pub(super) const NAME_CUT: Check = Check {
    name: "name-cut",
    role: Role::Server,
    level: Level::Core,
    requirement: "TT-3",
    summary: "a name that arrives in pieces, a long one too, gets one answer, after its line feed",
    section: "what-goes-wrong",
    hints: [
        "How does your server know that a name is complete?",
        "A read returns whatever has arrived, perhaps half a name. Collect what was read, in a buffer of this connection, until there is a line feed in it.",
        "buffer += read(); while buffer contains LF { name = buffer up to LF; remove it from buffer; answer it }",
    ],
    run: name_cut,
};

fn name_cut(bench: &mut Bench<'_>) -> Result<(), Failure> {
    stream::server_lines::message_cut(bench)?;
    stream::server_text::long_message(bench)
}

pub(super) const NAMES_GLUED: Check = Check {
    name: "names-glued",
    role: Role::Server,
    level: Level::Core,
    requirement: "TT-4",
    summary: "names that arrive together get an answer each, and a beginning is kept",
    section: "what-goes-wrong",
    hints: [
        "How many names can one read return?",
        "After a read, take every complete name out of the buffer, not only the first, and keep what follows the last line feed for the next read.",
        "buffer += read(); while buffer contains LF { split at the first LF; answer the left part; buffer = the right part }",
    ],
    run: stream::server_lines::messages_glued,
};

pub(super) const EMPTY_NAME: Check = Check {
    name: "empty-name",
    role: Role::Server,
    level: Level::Core,
    requirement: "TT-5",
    summary: "an empty name is answered with Hello, !",
    section: "exercise",
    hints: [
        "What does your server do with a line feed and nothing before it?",
        "An empty name is not the end of input: a read of 0 bytes is. Put the empty name between `Hello, ` and `!` like every other.",
        "if read returned 0 bytes: the client has ended; else: write \"Hello, \" + name + \"!\" + LF, whatever the name",
    ],
    run: stream::server_text::empty_message,
};

pub(super) const NAME_BYTES: Check = Check {
    name: "name-bytes",
    role: Role::Server,
    level: Level::Core,
    requirement: "TT-6",
    summary: "one CR before the LF is dropped, and every other byte of the name comes back",
    section: "on-the-wire",
    hints: [
        "Which bytes does your server remove from a name, and which does the contract let it remove?",
        "Telnet and Windows end a line in CR LF. Remove the LF, and one CR if it stands directly before it, and nothing else. Work on bytes: a character may arrive in two reads.",
        "name = bytes before LF; if name ends in CR { name = name without its last byte }; no strip, no trim; decode only to print",
    ],
    run: name_bytes,
};

fn name_bytes(bench: &mut Bench<'_>) -> Result<(), Failure> {
    stream::server_text::carriage_return(bench)?;
    stream::server_text::longest_with_cr(bench)?;
    stream::server_text::character_cut(bench)
}
