//! Checks of the server beyond the core: its life on a machine (UB-10 to UB-14).

use super::super::datagram;
use crate::bench::Bench;
use crate::lesson::{Check, Level, Role};
use crate::verdict::Failure;

/// A request is answered with its own bytes.
fn echo(bench: &mut Bench<'_>) -> (Vec<u8>, Vec<u8>) {
    let word = bench.word().into_bytes();
    (word.clone(), word)
}

pub(super) const LOOPBACK_ONLY: Check = Check {
    name: "loopback-only",
    role: Role::Server,
    level: Level::More,
    requirement: "UB-10",
    summary: "the server can be reached from this machine only",
    section: "going-further",
    hints: [
        "Who can send to your server: you, your room, or the world?",
        "An empty address, 0.0.0.0 or :: means every address of the machine. Bind to 127.0.0.1 unless you were told otherwise.",
        "bind((\"127.0.0.1\", port)), not bind((\"\", port))",
    ],
    run: loopback_only,
};

fn loopback_only(bench: &mut Bench<'_>) -> Result<(), Failure> {
    datagram::loopback_only(bench, echo)
}

pub(super) const STOP_SIGNAL: Check = Check {
    name: "stop-signal",
    role: Role::Server,
    level: Level::More,
    requirement: "UB-11",
    summary: "SIGTERM and Ctrl-C end the server within a second, with exit code 0",
    section: "going-further",
    hints: [
        "Where does your server wait when the signal comes, and what wakes it?",
        "Let the signal handler only say that it is time to stop, and make recvfrom notice it: by a time limit, or by a datagram that you send to yourself.",
        "on SIGTERM or SIGINT { stopping = true; sendto(own socket, nothing, own address) }; after recvfrom: if stopping { leave the loop }; return 0 from main",
    ],
    run: stop_signal,
};

fn stop_signal(bench: &mut Bench<'_>) -> Result<(), Failure> {
    datagram::stop_signal(bench, echo)
}

pub(super) const RESTART: Check = Check {
    name: "restart",
    role: Role::Server,
    level: Level::More,
    requirement: "UB-12",
    summary: "after a stop the same address can be used again at once",
    section: "going-further",
    hints: [
        "What is left of your server after it has stopped?",
        "UDP has no TIME_WAIT: an address is free as soon as the last process that holds the socket is gone. End what you started, and leave no file behind that says you run.",
        "at the end { stop and wait for every process that you started; close(socket) }",
    ],
    run: restart,
};

fn restart(bench: &mut Bench<'_>) -> Result<(), Failure> {
    datagram::restart(bench, echo)
}

pub(super) const ESCAPED_OUTPUT: Check = Check {
    name: "escaped-output",
    role: Role::Server,
    level: Level::More,
    requirement: "UB-13",
    summary: "what a client sends cannot steer the operator's terminal",
    section: "going-further",
    hints: [
        "What happens to your terminal when somebody sends you the bytes that clear a screen?",
        "Print what comes from the network with its control characters replaced by something visible, and do not forget C1 and the marks that reverse a line.",
        "for each character { if it is a control character or a direction mark: print its number; else print it }",
    ],
    run: datagram::echo::escaped_output,
};

pub(super) const SECOND_SERVER: Check = Check {
    name: "second-server",
    role: Role::Server,
    level: Level::More,
    requirement: "UB-14",
    summary: "a second server on the same address fails, and the first goes on",
    section: "going-further",
    hints: [
        "Start your server twice: which of the two gets the datagrams?",
        "With SO_REUSEADDR or SO_REUSEPORT both may bind, and one takes the other's datagrams. UDP does not need it; leave it off, and let the second fail.",
        "socket(); bind(); on error { print it to stderr; exit(1) }, with no setsockopt in between",
    ],
    run: second_server,
};

fn second_server(bench: &mut Bench<'_>) -> Result<(), Failure> {
    datagram::second_server(bench, echo)
}
