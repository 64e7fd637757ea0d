//! Core checks of the server: who gets which answer (UB-1 to UB-3).

use super::exchange;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::suites::datagram::echo;
use crate::verdict::Failure;

pub(super) const ANSWERS_A_DATAGRAM: Check = Check {
    name: "answers-a-datagram",
    role: Role::Server,
    level: Level::Core,
    requirement: "UB-1",
    summary: "a datagram is answered with exactly its bytes",
    section: "on-the-wire",
    hints: [
        "Which call tells your server both what came and where it came from?",
        "Bind a UDP socket to the address of the command line, receive one datagram with its sender, and send the same bytes back to that sender.",
        "socket = udp socket; bind(socket, host, port); data, sender = recvfrom(socket); sendto(socket, data, sender)",
    ],
    run: answers_a_datagram,
};

fn answers_a_datagram(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let first = bench.word();
    let (_server, mut socket) = bench.datagram_server(first.as_bytes())?;
    Ok(socket.expect(first.as_bytes())?)
}

pub(super) const GOES_ON: Check = Check {
    name: "goes-on",
    role: Role::Server,
    level: Level::Core,
    requirement: "UB-2",
    summary: "every datagram gets one answer, also one that comes again",
    section: "exercise",
    hints: [
        "What does your server do after its first answer?",
        "Receive and answer in a loop without end. The server remembers nothing: a request that comes a second time is answered a second time, since the first answer may be lost.",
        "loop for ever { data, sender = recvfrom(socket); sendto(socket, data, sender) }",
    ],
    run: goes_on,
};

fn goes_on(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let first = bench.word();
    let (_server, mut socket) = bench.datagram_server(first.as_bytes())?;
    socket.expect(first.as_bytes())?;
    for _ in 0..3 {
        let word = bench.word();
        exchange(&mut socket, word.as_bytes()).map_err(|missed| missed.or_silence(ANSWERS_ONCE))?;
    }
    let again = bench.word();
    exchange(&mut socket, again.as_bytes())?;
    exchange(&mut socket, again.as_bytes()).map_err(|missed| missed.or_silence(REPEAT_IGNORED))?;
    // Were there one answer too many, it would come before the next.
    let last = bench.word();
    Ok(exchange(&mut socket, last.as_bytes())?)
}

pub(super) const ANSWERS_THE_SENDER: Check = Check {
    name: "answers-the-sender",
    role: Role::Server,
    level: Level::Core,
    requirement: "UB-3",
    summary: "each of several clients gets its own answers, from the server's port",
    section: "exercise",
    hints: [
        "There is no connection: how does your server know who asked?",
        "Every datagram brings the address it came from. Send the answer there, with the socket that received it, and do not connect that socket to anybody.",
        "data, sender = recvfrom(socket) each time; sendto(socket, data, sender), never an address kept from before",
    ],
    run: answers_the_sender,
};

fn answers_the_sender(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let word = bench.word();
    let (server, mut first) = bench.datagram_server(word.as_bytes())?;
    first.expect(word.as_bytes())?;
    echo::answers_the_sender(bench, &server, &mut first)
}
