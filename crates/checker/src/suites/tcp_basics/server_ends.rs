//! Core checks of the server: how a conversation ends (TB-9 to TB-12).

use super::{lf, still_serves};
use crate::bench::Bench;
use crate::causes::*;
use crate::diagnose::Seen;
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
    run: marker_ends,
};

fn marker_ends(bench: &mut Bench<'_>) -> Result<(), Failure> {
    // A server each, so that one which serves a single client is judged, too.
    for end in ["exit\n", "end\n", "q\n", "exit\r\n"] {
        let (_server, mut conversation) = bench.server()?;
        let due = lf(&bench.word());
        let later = lf(&bench.word());
        conversation.send(&[&due, end.as_bytes(), &later].concat());
        conversation.expect(&due).map_err(|seen| match seen.end {
            Some(_) if seen.got.is_empty() => seen.blame(ANSWERS_LOST),
            _ => seen.into(),
        })?;
        conversation
            .expect_end()
            .map_err(|seen| after_marker(*seen, end, &later))?;
    }
    for cut in 1..=4 {
        let (_server, mut conversation) = bench.server()?;
        conversation
            .exchange_cut(b"exit\n", &[cut], b"")
            .and_then(|()| conversation.expect_end())
            .map_err(|seen| after_marker(*seen, "exit\n", b"\n"))?;
    }
    Ok(())
}

/// What came although the conversation was to end.
fn after_marker(seen: Seen, end: &str, later: &[u8]) -> Failure {
    let marker = lf(end.trim_end());
    let cause = match seen.got.strip_prefix(&marker[..]) {
        Some(b"") if seen.end.is_some() => MARKER_ANSWERED,
        Some(_) => MARKER_UNKNOWN,
        None if seen.got.is_empty() && seen.end.is_none() => NEVER_CLOSES,
        None if seen.got.ends_with(later) => AFTER_MARKER,
        None => return Failure::from(Box::new(seen)),
    };
    seen.blame(cause)
}

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
    run: marker_inside,
};

fn marker_inside(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    for text in [
        "quit", "Exit", "EXIT", "exit now", "ending", "the end", " q", "q ", "qq", "Q",
    ] {
        conversation.send(&lf(text));
        conversation
            .expect(&lf(text))
            .map_err(|seen| match seen.end {
                Some(_) if seen.got.is_empty() => seen.blame(MARKER_TOO_GREEDY),
                _ => seen.into(),
            })?;
    }
    conversation.expect_nothing()?;
    Ok(())
}

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
    run: end_of_input,
};

fn end_of_input(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (message, rest) = (lf(&bench.word()), bench.word());
    let unterminated = [&message, rest.as_bytes()].concat();
    for sent in [&unterminated[..], &message, b""] {
        let (_server, mut conversation) = bench.server()?;
        let due = match sent.last() {
            None | Some(b'\n') => sent.to_vec(),
            Some(_) => [sent, b"\n"].concat(),
        };
        conversation.send(sent);
        conversation.half_close();
        conversation
            .expect(&due)
            .and_then(|()| conversation.expect_end())
            .map_err(|seen| at_end(*seen, &message))?;
    }
    // The rest is a message like any other, so it may be a marker.
    let (_server, mut conversation) = bench.server()?;
    conversation.send(&[&message, &b"exit"[..]].concat());
    conversation.half_close();
    conversation.expect(&message)?;
    conversation
        .expect_end()
        .map_err(|seen| after_marker(*seen, "exit\n", b"\n"))?;
    Ok(())
}

/// What came, or did not, after the client had ended its side.
fn at_end(seen: Seen, message: &[u8]) -> Failure {
    let rest = seen.got.strip_prefix(message).unwrap_or(&seen.got);
    let cause = if rest.len() > 2 && rest.iter().all(|&byte| byte == b'\n') {
        EOF_NOT_SEEN
    } else if seen.got == message && seen.expected.len() > message.len() {
        LAST_LINE_LOST
    } else if seen.got == seen.expected && seen.end.is_none() {
        NEVER_CLOSES
    } else {
        return Failure::from(Box::new(seen));
    };
    seen.blame(cause)
}

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
