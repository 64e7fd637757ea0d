//! Core checks of the server: how a conversation ends (TB-9 to TB-12).

use super::stream;
use super::stream::{lf, still_serves};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::verdict::Failure;

pub(super) const MARKER_ENDS: Check = Check {
    name: "marker-ends",
    role: Role::Server,
    level: Level::Core,
    requirement: "TB-9",
    summary: "exit, end and q end the conversation, with all earlier answers and no later ones",
    section: "exercise",
    hints: [
        "Which of these gets an answer when they arrive together: a message, a marker, another message?",
        "Compare each complete message with the three markers. At one of them stop reading messages, send what is still due, and close.",
        "if text is \"exit\" or \"end\" or \"q\" { flush; shut down writing; read until the client ends; close; stop }",
    ],
    run: stream::server_ends::marker_ends,
};

pub(super) const MARKER_INSIDE: Check = Check {
    name: "marker-inside",
    role: Role::Server,
    level: Level::Core,
    requirement: "TB-10",
    summary: "a message that only resembles a marker is answered",
    section: "exercise",
    hints: [
        "What does your server do with `quit`, `Exit`, or `q` with a blank before it?",
        "Compare the whole text, byte for byte: not its beginning, not in lower case, not without its blanks.",
        "text == \"exit\", never text.startswith(\"exit\"), text.lower() or text.strip()",
    ],
    run: stream::server_ends::marker_inside,
};

pub(super) const END_OF_INPUT: Check = Check {
    name: "end-of-input",
    role: Role::Server,
    level: Level::Core,
    requirement: "TB-11",
    summary: "after the client's end every answer arrives, also for a last text without line feed",
    section: "exercise",
    hints: [
        "What does your read return when the client has nothing more to say, and what is then in your buffer?",
        "A read of 0 bytes is the end of input. A rest in the buffer is the last message; answer it, then close.",
        "if read returned 0 bytes { if buffer is not empty: answer it; close the connection; stop }",
    ],
    run: stream::server_ends::end_of_input,
};

pub(super) const NEXT_CLIENT: Check = Check {
    name: "next-client",
    role: Role::Server,
    level: Level::Core,
    requirement: "TB-12",
    summary: "whatever one client does, the next one is served",
    section: "exercise",
    hints: [
        "Where does your server go after a conversation has ended, well or badly?",
        "Accepting is a loop around the conversation, and an error inside the conversation ends only that: catch it there, report it, accept the next.",
        "loop { connection = accept(); try { converse(connection) } on error { print it }; close connection }",
    ],
    run: next_client,
};

fn next_client(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, mut conversation) = bench.server()?;
    let message = lf(&bench.word());
    conversation.send(&message);
    conversation.expect(&message)?;
    conversation.half_close();
    conversation.expect_end()?;
    drop(conversation);
    still_serves(bench, &server, ONE_CLIENT_ONLY)?;

    // Vanished in the middle of a message, while the server waits for its rest.
    let mut vanishing = bench.connect(&server, RESET_KILLS)?;
    vanishing.send_and_hold(b"half a mess");
    vanishing.reset();
    // Vanished with answers on their way.
    let mut vanishing = bench.connect(&server, RESET_KILLS)?;
    vanishing.send(&lf(&bench.word()).repeat(100));
    vanishing.reset();
    // Vanished after its end, while the server writes: that is a broken pipe, and
    // SIGPIPE ends a program that expects none. More answers than the server's
    // system holds, but no more messages, or our end would wait behind them.
    let mut vanishing = bench.connect_narrow(&server, RESET_KILLS)?;
    vanishing.read_ahead(0);
    vanishing.send(&lf(&bench.text(31)).repeat(3072));
    vanishing.half_close();
    vanishing.hold_stuck();
    vanishing.reset();
    // Came only to leave.
    bench.connect(&server, RESET_KILLS)?.close();
    still_serves(bench, &server, RESET_KILLS)
}
