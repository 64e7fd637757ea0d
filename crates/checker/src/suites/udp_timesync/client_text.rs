//! Core checks of the client: the time as text (UT-21 to UT-25).

use super::talk::Talk;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::GIVE_UP;
use crate::suites::ends::fails;
use crate::suites::printed::find;
use crate::verdict::{Failure, Side};

/// How often a request must have been tried before it is given up (UT-23).
const TRIES: usize = 3;
/// The longest answer (UT-22).
const LONGEST: usize = 512;

pub(super) const ASKS_FOR_FORMAT: Check = Check {
    name: "asks-for-format",
    role: Role::Client,
    level: Level::Core,
    requirement: "UT-21",
    summary: "the format is sent as one datagram, its bytes and nothing else",
    section: "on-the-wire",
    hints: [
        "What exactly leaves your client when its format is `%H:%M`?",
        "The format comes from the command line and is the whole datagram: no line end, no zero, nothing filled in. The server knows the time, not you.",
        "format = third argument; send(socket, encode(format, UTF-8))",
    ],
    run: asks_for_format,
};

fn asks_for_format(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let formats = [
        format!("%Y-%m-%d %H:%M:%S {}", bench.word()),
        format!(" %Y年%m月%d日 é🦀 %% {} ", bench.word()),
    ];
    for format in formats {
        Talk::start(bench, &format)?.request()?;
    }
    Ok(())
}

pub(super) const PRINTS_THE_ANSWER: Check = Check {
    name: "prints-the-answer",
    role: Role::Client,
    level: Level::Core,
    requirement: "UT-22",
    summary: "what the server answers is printed, up to 512 bytes, and the client ends with code 0",
    section: "on-the-wire",
    hints: [
        "Whose time does your client print, and what does it do afterwards?",
        "Print the answer as it came and leave: one request, one answer, exit code 0. Receive into a buffer that holds the longest answer the contract allows.",
        "answer = receive(socket, 65535); print decode(answer, UTF-8) to stdout; exit(0)",
    ],
    run: prints_the_answer,
};

fn prints_the_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let text = bench.word();
    // No clock shows that, least of all the client's own.
    let short = format!("2031-12-24 在 17:{} é🦀", bench.word());
    let long = bench.text(LONGEST);
    for answer in [short, long] {
        let format = format!("%Y-%m-%d {text}");
        let mut talk = Talk::start(bench, &format)?;
        let request = talk.request()?;
        talk.settle(&request, |_| answer.clone().into_bytes());
        let cause = match answer.len() {
            LONGEST => BUFFER_TOO_SMALL_FOR_ANSWER,
            _ => NOT_PRINTED,
        };
        talk.printed(&answer, cause)?;
    }
    Ok(())
}

pub(super) const ASKS_AGAIN: Check = Check {
    name: "asks-again",
    role: Role::Client,
    level: Level::Core,
    requirement: "UT-23",
    summary: "a lost request is sent again from another socket, where a late answer finds nobody",
    section: "what-goes-wrong",
    hints: [
        "Your first request has got lost, or was it only slow: how does your client tell its answers apart?",
        "It cannot, they carry no number. So wait for a limited time, then close the socket and ask again with a new one: the late answer goes to a port where nobody listens any more.",
        "up to 4 times { socket = new udp socket; connect(socket, host, port); send(socket, format); wait until a limit; if an answer came: print it and exit(0); close(socket) }",
    ],
    run: asks_again,
};

fn asks_again(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let format = format!("%T {}", bench.word());
    let mut talk = Talk::start(bench, &format)?;
    let mut tries = vec![talk.request()?];
    while tries.len() < TRIES {
        let again = talk.again(NEVER_SENDS_AGAIN);
        let again = again.map_err(|failure| match talk.client.exited() {
            Some(_) => failure.blame(GIVES_UP_TOO_SOON),
            None => failure,
        })?;
        tries.push(again);
    }
    // The system may give the same port again, but not every time.
    let last = tries[TRIES - 1].from;
    if tries.iter().all(|one| one.from == last) {
        return Err(Failure::words(
            SAME_SOCKET,
            "each try to come from a socket of its own",
            format!("all {TRIES} came from port {}", last.port()),
        ));
    }
    let late = bench.word();
    let right = bench.word();
    for early in tries.iter().filter(|one| one.from != last) {
        // Nobody there is as it should be.
        let _ = talk.judge.send_to(late.as_bytes(), early.from);
    }
    talk.settle(&tries[TRIES - 1], |_| right.clone().into_bytes());
    talk.printed(&right, NOT_PRINTED)
        .map_err(|failure| failure.instead_of(SUCCESS_HIDDEN, GIVES_UP_TOO_SOON))?;
    talk.not_printed(&late, STALE_TAKEN)
}

pub(super) const GIVES_UP: Check = Check {
    name: "gives-up",
    role: Role::Client,
    level: Level::Core,
    requirement: "UT-24",
    summary: "without any answer the client gives up after at least three tries, and its exit code tells",
    section: "exercise",
    hints: [
        "Nobody will ever answer: when does your client stop trying, and who learns of it?",
        "Count the tries. After the last one say on standard error that no answer came, and leave with another code than 0.",
        "after the last try { print to stderr \"no answer from \" + host; exit(1) }",
    ],
    run: gives_up,
};

fn gives_up(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let format = format!("%T {}", bench.word());
    let mut talk = Talk::start(bench, &format)?;
    talk.request()?;
    // Received when they are counted: the client has ended by then.
    fails(&talk.client, GIVE_UP, GIVES_UP_NEVER)?;
    while talk.next_within(std::time::Duration::ZERO).is_some() {}
    if talk.asked < TRIES {
        return Err(Failure::words(
            GIVES_UP_TOO_SOON,
            format!("at least {TRIES} tries"),
            format!("{}, then it gave up", talk.asked),
        ));
    }
    Ok(())
}

pub(super) const ERROR_ANSWER: Check = Check {
    name: "error-answer",
    role: Role::Client,
    level: Level::Core,
    requirement: "UT-25",
    summary: "an answer that begins with ERR is shown, and the exit code tells that there is no time",
    section: "exercise",
    hints: [
        "The server has refused your format: how does your user learn why, and a script that it failed?",
        "Look whether the answer begins with ERR and a blank. If so show it, best on standard error, and leave with another code than 0.",
        "if answer begins with \"ERR \" { print answer to stderr; exit(1) } else { print answer to stdout; exit(0) }",
    ],
    run: error_answer,
};

fn error_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let format = format!("%Q {}", bench.word());
    let why = bench.word();
    let mut talk = Talk::start(bench, &format)?;
    let request = talk.request()?;
    talk.settle(&request, |_| format!("ERR {why}").into_bytes());
    let ended = fails(&talk.client, GIVE_UP, NEVER_LEAVES);
    ended.map_err(|failure| failure.instead_of(FAILURE_HIDDEN, ERROR_AS_TIME))?;
    let stdout = talk.stdout();
    let stderr = talk.client.output().stderr();
    let said = [stdout, stderr].concat();
    match find(&said, why.as_bytes()) {
        Some(_) => Ok(()),
        None => Err(Failure::of(
            ERROR_HIDDEN,
            Side::bytes(why, "on standard output or standard error"),
            Side::bytes(said, "on both together"),
        )),
    }
}
