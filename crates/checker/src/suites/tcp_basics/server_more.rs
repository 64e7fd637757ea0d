//! Checks of the server beyond the core (TB-2 and TB-13 to TB-20).

use std::net::{SocketAddr, TcpStream};

use super::{Hostile, LIMIT, lf, still_serves};
use crate::bench::Bench;
use crate::causes::*;
use crate::diagnose::common;
use crate::lesson::{Check, Level, Role};
use crate::limits::{CONNECT, STOP};
use crate::peer::End;
use crate::subject::Exit;
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
    let mut conversation = bench.connect_narrow(&server)?;
    let messages: Vec<u8> = (0..1024).flat_map(|_| lf(&bench.text(1023))).collect();
    conversation.read_ahead(0);
    conversation
        .send_in_background(&messages)
        .map_err(|error| Failure::Broken(format!("cannot send: {error}")))?;
    conversation.hold();
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

pub(super) const WAITING_CLIENT: Check = Check {
    name: "waiting-client",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-15",
    summary: "a client that comes while another is served gets its turn",
    section: "going-further",
    hints: [
        "Where is a client that has connected but was not accepted yet?",
        "The system keeps it in the backlog of the listening socket. Give listen a backlog, and do not close what you cannot serve yet.",
        "listen(128); serve one client to its end; accept the next: it may have been waiting",
    ],
    run: waiting_client,
};

fn waiting_client(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, mut served) = bench.server()?;
    let message = lf(&bench.word());
    served.send(&message);
    served.expect(&message)?;
    let mut waiting = bench.connect(&server, SECOND_REFUSED)?;
    let due = lf(&bench.word());
    waiting.send(&due);
    let message = lf(&bench.word());
    served.send(&message);
    served.expect(&message)?;
    served.half_close();
    served.expect_end()?;
    waiting
        .expect(&due)
        .map_err(|seen| match seen.got.is_empty() {
            true => seen.blame(SECOND_REFUSED),
            false => seen.into(),
        })
}

pub(super) const UNREAD_INPUT: Check = Check {
    name: "unread-input",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-16",
    summary: "the connection ends cleanly, although input is still unread",
    section: "going-further",
    hints: [
        "What does your system send when you close a socket whose input you have not read?",
        "It sends a reset, which can overtake your last answers. End your own side only, read until the client has ended too, then close.",
        "shutdown(write); until read returns 0 bytes or 1 s has passed { read and forget }; close",
    ],
    run: unread_input,
};

fn unread_input(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    let due = lf(&bench.word());
    let later = lf(&bench.text(1023)).repeat(256);
    conversation.send(&[&due, &b"exit\n"[..], &later].concat());
    conversation.half_close();
    conversation.expect(&due).map_err(|seen| match seen.end {
        Some(End::Reset) => seen.blame(CLOSED_WITH_UNREAD),
        _ => Failure::from(seen),
    })?;
    conversation.expect_end()?;
    match conversation.end() {
        Some(End::Reset) => Err(Failure::words(
            CLOSED_WITH_UNREAD,
            "the end of the connection",
            "a reset of the connection",
        )),
        _ => Ok(()),
    }
}

pub(super) const RESTART: Check = Check {
    name: "restart",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-17",
    summary: "after a stop the same address can be listened on again at once",
    section: "going-further",
    hints: [
        "Why does your system think that the address is still in use, although the server has gone?",
        "The side that closes first stays in TIME_WAIT for a minute. SO_REUSEADDR, set before bind, says that you can live with that.",
        "socket(); setsockopt(SO_REUSEADDR, 1); bind(); listen()",
    ],
    run: restart,
};

fn restart(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, mut conversation) = bench.server()?;
    let message = lf(&bench.word());
    // A marker makes the server close first, and its address the one that waits.
    conversation.send(&[&message, &b"exit\n"[..]].concat());
    conversation.expect(&message)?;
    conversation.expect_end()?;
    conversation.close();
    let address = server.address;
    drop(server);
    let (_server, mut conversation) = bench
        .server_at(address)
        .map_err(|failure| failure.blame(NO_REUSEADDR))?;
    conversation.send(&message);
    conversation.expect(&message)?;
    Ok(())
}

pub(super) const LOOPBACK_ONLY: Check = Check {
    name: "loopback-only",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-18",
    summary: "the server can be reached from this machine only",
    section: "going-further",
    hints: [
        "Who can reach your server: you, your room, or the world?",
        "An empty address, 0.0.0.0 or :: means every address of the machine. Bind to 127.0.0.1 unless you were told otherwise.",
        "bind((\"127.0.0.1\", port)), not bind((\"\", port))",
    ],
    run: loopback_only,
};

fn loopback_only(bench: &mut Bench<'_>) -> Result<(), Failure> {
    if cfg!(not(target_os = "linux")) {
        // All of 127.0.0.0/8 is this machine, but elsewhere only 127.0.0.1 answers.
        return Err(Failure::Skipped("needs a second loopback address".into()));
    }
    let (server, _conversation) = bench.server()?;
    let other = SocketAddr::from(([127, 0, 0, 2], server.address.port()));
    match TcpStream::connect_timeout(&other, CONNECT) {
        Ok(_) => Err(Failure::words(
            LISTENS_EVERYWHERE,
            format!("a connection to {other} to be refused"),
            "it was accepted",
        )),
        Err(_) => Ok(()),
    }
}

pub(super) const STOP_SIGNAL: Check = Check {
    name: "stop-signal",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-19",
    summary: "SIGTERM ends the server within a second, with exit code 0",
    section: "going-further",
    hints: [
        "Where does your server wait when the signal comes, and what wakes it?",
        "Let the signal handler only say that it is time to stop, and make every wait, in accept and in read, notice it.",
        "on SIGTERM or SIGINT { stopping = true; wake accept; shut down open connections }; then return 0 from main",
    ],
    run: stop_signal,
};

fn stop_signal(bench: &mut Bench<'_>) -> Result<(), Failure> {
    if cfg!(not(unix)) {
        return Err(Failure::Skipped("this system has no SIGTERM".into()));
    }
    let (server, mut idle) = bench.server()?;
    let message = lf(&bench.word());
    idle.send(&message);
    idle.expect(&message)?;
    server.subject.terminate();
    let (cause, got) = match server.subject.wait_exit(STOP) {
        Some(Exit::Code(0)) => return Ok(()),
        Some(exit @ Exit::Code(_)) => (STOPPED_AS_FAILURE, format!("it ended with {exit}")),
        Some(exit @ Exit::Signal(_)) => (KILLED_BY_SIGNAL, format!("it was {exit}")),
        None => (STAYS_AFTER_SIGNAL, "it stayed".into()),
    };
    Err(Failure::words(
        cause,
        "exit code 0 within 1 s of SIGTERM, with an idle client",
        got,
    ))
}

pub(super) const ESCAPED_OUTPUT: Check = Check {
    name: "escaped-output",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-20",
    summary: "what a client sends cannot steer the operator's terminal",
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
