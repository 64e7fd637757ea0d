//! Checks of the server beyond the core: what many clients take (TT-14 to TT-16).

use std::thread;
use std::time::{Duration, Instant};

use super::BUSY as FULL;
use super::stream::{answered, exchange, lf, still_serves};
use crate::bench::{Bench, Server};
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::ANSWER;
use crate::peer::{Heard, Visitor};
use crate::subject::{Processes, Usage, allow_open_files};
use crate::verdict::{Cause, Failure, Side};

/// Clients at once after which a server counts as one that serves everybody.
const MANY: usize = 1100;
/// Files the judge needs for them, and the server under check, which inherits
/// its limit, as well.
const FILES: u64 = 2 * MANY as u64;
/// How often the server is seen stuck before others are not concerned.
const LOOKS: usize = 3;
/// Clients that come and go.
const PASSING: usize = 200;
/// How much more of something there may be afterwards. A leak makes it
/// [`PASSING`]; a pool of threads that grows with the first clients is none.
const ALLOWED: usize = PASSING / 2;
/// Between two looks at what sends no event.
const PAUSE: Duration = Duration::from_millis(5);

pub(super) const DEAF_CLIENT: Check = Check {
    name: "deaf-client",
    role: Role::Server,
    level: Level::More,
    requirement: "TT-14",
    summary: "a client that does not read its answers keeps nobody waiting",
    section: "going-further",
    hints: [
        "What does a write do when the client does not read and every buffer is full?",
        "It waits. In the thread of that client this is right; where a lock is held or others are served by the same thread, everybody waits with it.",
        "answer = make it under the lock; release the lock; write answer",
    ],
    run: deaf_client,
};

fn deaf_client(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, mut other) = bench.server()?;
    let mut deaf = bench.connect_narrow(&server, ONE_AT_A_TIME)?;
    let names = lf(&bench.text(1023)).repeat(2048);
    deaf.read_ahead(0);
    deaf.send_in_background(&names)
        .map_err(|error| Failure::Broken(format!("cannot send: {error}")))?;
    // One that is slow, or sleeps for another reason, is stuck a moment later.
    for _ in 0..LOOKS {
        deaf.hold_stuck();
        answered(bench, &mut other, READER_BLOCKS)?;
    }
    still_serves(bench, &server, READER_BLOCKS)
}

pub(super) const BUSY: Check = Check {
    name: "busy",
    role: Role::Server,
    level: Level::More,
    requirement: "TT-15",
    summary: "a full server says that it is busy, and serves the next when one has left",
    section: "going-further",
    hints: [
        "How many clients can your server hold, and what does the next one see?",
        "Count who is there. Beyond your limit accept, write `Busy, try again later`, close, and accept on. Count down whenever a conversation ends, however it ends.",
        "if clients == limit { write \"Busy, try again later\" LF; close } else { clients += 1; thread { converse; clients -= 1 } }",
    ],
    run: busy,
};

fn busy(bench: &mut Bench<'_>) -> Result<(), Failure> {
    allow_open_files(FILES).map_err(Failure::Skipped)?;
    let (server, mut first) = bench.server()?;
    let mut crowd = Vec::new();
    let full = loop {
        // The first one counts.
        if crowd.len() + 1 == MANY {
            break false;
        }
        let (mut next, heard) = visit(bench, &server, NO_BUSY)?;
        if is_greeted(bench, &heard) {
            crowd.push(next);
        } else if heard.bytes == lf(FULL) {
            if next.wait_end().is_none() {
                let wanted = "the end of the connection after `Busy, try again later`";
                return Err(Failure::words(NEVER_CLOSES, wanted, "it stays open"));
            }
            break true;
        } else {
            return Err(not_served(bench, NO_BUSY, crowd.len() + 2, heard));
        }
    };
    let how = if full {
        "the next is sent away"
    } else {
        "that is enough"
    };
    bench.note(format!("{} clients are greeted; {how}", crowd.len() + 1));
    exchange(bench, &mut first)?;
    if let (true, Some(leaving)) = (full, crowd.pop()) {
        leaving.half_close();
        bench.note("one of them leaves");
        room_for_one(bench, &server, leaving)?;
    }
    exchange(bench, &mut first)?;
    // It need not see a thousand clients vanish.
    drop(server);
    Ok(())
}

/// Proves that the place of one who leaves is given to the next.
fn room_for_one(
    bench: &mut Bench<'_>,
    server: &Server,
    mut leaving: Visitor,
) -> Result<(), Failure> {
    leaving.wait_end();
    drop(leaving);
    let until = Instant::now() + ANSWER;
    loop {
        let (_next, heard) = visit(bench, server, BUSY_FOR_EVER)?;
        if is_greeted(bench, &heard) {
            return Ok(());
        }
        // Whoever counts may be a moment late.
        if heard.bytes != lf(FULL) || Instant::now() > until {
            return Err(not_served(bench, BUSY_FOR_EVER, 1, heard));
        }
        thread::sleep(PAUSE);
    }
}

pub(super) const GIVES_BACK: Check = Check {
    name: "gives-back",
    role: Role::Server,
    level: Level::More,
    requirement: "TT-16",
    summary: "when clients have left, their threads and sockets are gone too",
    section: "going-further",
    hints: [
        "How many threads does your server have after 200 clients have come and gone?",
        "Every thread must come to its end with its conversation, and every handle of the connection, copies in lists too, must be closed.",
        "thread { converse(connection) in any case: remove it from the list; close it }, and nothing that waits behind it",
    ],
    run: gives_back,
};

fn gives_back(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, mut first) = bench.server()?;
    exchange(bench, &mut first)?;
    let usage = || Processes::of(server.subject.group()).usage();
    let Some(before) = usage() else {
        let why = "this system does not tell how many threads a program has";
        return Err(Failure::Skipped(why.into()));
    };
    for nth in 2..PASSING + 2 {
        let (mut next, heard) = visit(bench, &server, THREAD_LEAK)?;
        if !is_greeted(bench, &heard) {
            return Err(not_served(bench, THREAD_LEAK, nth, heard));
        }
        let name = bench.word();
        next.say(&lf(&name));
        next.line();
        next.half_close();
        next.wait_end();
    }
    bench.note(format!("{PASSING} clients came, were answered, and left"));
    let until = Instant::now() + ANSWER;
    while let Some(now) = usage() {
        let Some((cause, what)) = grown(before, now) else {
            break;
        };
        if Instant::now() > until {
            return Err(Failure::words(
                cause,
                format!("about as many {what} as before {PASSING} clients came and went"),
                format!("before: {before}; {} s after: {now}", ANSWER.as_secs()),
            ));
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

/// What there is too much of.
fn grown(before: Usage, now: Usage) -> Option<(Cause, &'static str)> {
    if now.threads > before.threads + ALLOWED {
        Some((THREAD_LEAK, "threads"))
    } else if now.files > before.files + ALLOWED {
        Some((SOCKET_LEAK, "open files"))
    } else {
        None
    }
}

/// One more client, and the first line it gets.
fn visit(bench: &Bench<'_>, server: &Server, cause: Cause) -> Result<(Visitor, Heard), Failure> {
    let mut visitor = bench.visit(server, cause)?;
    let heard = visitor.line();
    Ok((visitor, heard))
}

fn is_greeted(bench: &Bench<'_>, heard: &Heard) -> bool {
    bench.speech().greeting().as_ref() == Some(&heard.bytes)
}

/// The failure of client `nth`, which was not served as it should.
fn not_served(bench: &Bench<'_>, cause: Cause, nth: usize, heard: Heard) -> Failure {
    let greeting = bench.speech().greeting().unwrap_or_default();
    let expected = match cause {
        NO_BUSY => format!("or `{FULL}`, for client {nth}"),
        _ => "for the next client".into(),
    };
    let got = match (heard.bytes.is_empty(), heard.end) {
        (_, Some(_)) => "the end of the connection".into(),
        (true, None) => format!("nothing for {} s", ANSWER.as_secs()),
        (false, None) => String::new(),
    };
    Failure::of(
        cause,
        Side::bytes(greeting, expected),
        Side::bytes(heard.bytes, got),
    )
}
