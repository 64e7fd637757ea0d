//! Core checks of the server: one message, one answer (TB-1 to TB-4).

use super::stream;
use super::stream::lf;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::verdict::Failure;

pub(super) const ANSWERS_A_MESSAGE: Check = Check {
    name: "answers-a-message",
    role: Role::Server,
    level: Level::Core,
    requirement: "TB-1",
    summary: "a message is answered with the same text",
    section: "on-the-wire",
    hints: [
        "What exactly leaves your server when `hello` and a line feed have come in?",
        "Bind to the port of the command line on 127.0.0.1, listen, accept, read up to the line feed, and write the same bytes back, line feed included.",
        "bind((\"127.0.0.1\", port)); listen(); connection = accept(); line = read until LF; write the whole line; flush",
    ],
    run: answers_a_message,
};

fn answers_a_message(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    conversation
        .expect_nothing()
        .map_err(|seen| seen.blame(SPEAKS_FIRST))?;
    let message = lf(&bench.word());
    conversation.send(&message);
    conversation.expect(&message)?;
    conversation.expect_nothing()?;
    Ok(())
}

pub(super) const ANSWERS_IN_ORDER: Check = Check {
    name: "answers-in-order",
    role: Role::Server,
    level: Level::Core,
    requirement: "TB-2",
    summary: "the conversation goes on, and every message gets its own answer",
    section: "on-the-wire",
    hints: [
        "What does your server do after its first answer?",
        "Reading and answering is a loop that only the end of the conversation leaves, and nothing of one message may stay for the next.",
        "loop { line = read until LF; if end of input: break; write line; forget line }",
    ],
    run: stream::server_lines::answers_in_order,
};

pub(super) const MESSAGE_CUT: Check = Check {
    name: "message-cut",
    role: Role::Server,
    level: Level::Core,
    requirement: "TB-3",
    summary: "a message that arrives in pieces gets one answer, after its line feed",
    section: "what-goes-wrong",
    hints: [
        "How does your server know that a message is complete?",
        "A read returns whatever has arrived, perhaps half a message. Collect what was read until there is a line feed in it.",
        "buffer += read(); while buffer contains LF { message = buffer up to LF; remove it from buffer; answer it }",
    ],
    run: stream::server_lines::message_cut,
};

pub(super) const MESSAGES_GLUED: Check = Check {
    name: "messages-glued",
    role: Role::Server,
    level: Level::Core,
    requirement: "TB-4",
    summary: "messages that arrive together get an answer each, and a beginning is kept",
    section: "what-goes-wrong",
    hints: [
        "How many messages can one read return?",
        "After a read, take every complete message out of the buffer, not only the first, and keep what follows the last line feed for the next read.",
        "buffer += read(); while buffer contains LF { split at the first LF; answer the left part; buffer = the right part }",
    ],
    run: stream::server_lines::messages_glued,
};
