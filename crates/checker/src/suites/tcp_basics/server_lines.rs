//! Core checks of the server: messages and their answers (TB-1 to TB-8).

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
        "What exactly leaves your server when `hello` and a line feed came in?",
        "Bind to the port on the command line, listen, accept, read up to the line feed, and write the same bytes back, line feed included.",
        "bind((\"127.0.0.1\", port)); listen(); connection = accept(); line = read until LF; write all of line; flush.",
    ],
    run: answers_a_message,
};

fn answers_a_message(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    conversation
        .expect_nothing()
        .map_err(|seen| seen.blame(SPEAKS_FIRST))?;
    let message = format!("{}\n", bench.word()).into_bytes();
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
    summary: "the conversation goes on, every message gets its own answer",
    section: "on-the-wire",
    hints: [
        "What does your server do after its first answer?",
        "Reading and answering is a loop that only the end of the conversation leaves; nothing of one message may stay for the next.",
        "loop { line = read until LF; if end of input: break; write line }",
    ],
    run: answers_in_order,
};

fn answers_in_order(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    for _ in 0..5 {
        let message = format!("{}\n", bench.word()).into_bytes();
        conversation.send(&message);
        conversation.expect(&message)?;
    }
    conversation.expect_nothing()?;
    Ok(())
}

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
        "buffer += read(); while buffer contains LF: message = buffer up to LF; remove it from buffer; answer it.",
    ],
    run: message_cut,
};

fn message_cut(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    let length = bench.word().len();
    // From the second byte on, then the first: a cut inside is easier to see.
    for cut in (2..=length).chain([1]) {
        let message = format!("{}\n", bench.word()).into_bytes();
        conversation.exchange_cut(&message, &[cut], &message)?;
    }
    let message = format!("{}\n", bench.word()).into_bytes();
    let every: Vec<_> = (1..message.len()).collect();
    conversation.exchange_cut(&message, &every, &message)?;
    conversation.expect_nothing()?;
    Ok(())
}
