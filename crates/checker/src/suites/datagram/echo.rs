//! Checks of a server that answers a text with the same text, whatever else it
//! does.

use std::time::Instant;

use crate::bench::{Bench, Server};
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::{ANSWER, STOP};
use crate::peer::{Datagrams, Missed};
use crate::subject::Stop;
use crate::suites::hostile::Hostile;
use crate::verdict::{Failure, Side};

/// A request, and the answer with its own bytes.
pub(in crate::suites) fn text(bench: &mut Bench<'_>) -> (Vec<u8>, Vec<u8>) {
    let word = bench.word().into_bytes();
    (word.clone(), word)
}

/// One datagram there and back.
pub(in crate::suites) fn comes_back(
    socket: &mut Datagrams,
    bytes: &[u8],
) -> Result<(), Box<Missed>> {
    socket.send(bytes);
    socket.expect(bytes)
}

/// Each of two clients gets its own answers, from the server's port. `first` has
/// had one already.
pub(in crate::suites) fn answers_the_sender(
    bench: &mut Bench<'_>,
    server: &Server,
    first: &mut Datagrams,
) -> Result<(), Failure> {
    if let Some(from) = first.from()
        && from != server.address
    {
        return Err(Failure::words(
            ANSWERS_FROM_ELSEWHERE,
            format!("an answer from {}", server.address),
            format!("it came from {from}"),
        ));
    }
    let mut second = bench.datagrams(server)?;
    for _ in 0..2 {
        let word = bench.word();
        if let Err(missed) = comes_back(&mut second, word.as_bytes()) {
            let astray = first.waiting();
            return Err(match astray {
                Some(bytes) => Failure::compared(
                    ANSWERED_ANOTHER,
                    vec![word.clone().into_bytes()],
                    Side::bytes(word, "at the socket that had sent it"),
                    Side::bytes(bytes, "at another client's socket"),
                ),
                None => missed.or_silence(ONE_PEER_ONLY),
            });
        }
        let word = bench.word();
        comes_back(first, word.as_bytes())?;
    }
    Ok(())
}

/// Datagrams of a client that is gone before their answers come. More than one:
/// the later answers find nobody for certain.
const VANISHING: u32 = 8;

/// Clients that are gone before their answers come keep nobody from the next.
pub(in crate::suites) fn client_gone(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let word = bench.word();
    let (server, mut socket) = bench.datagram_server(word.as_bytes())?;
    socket.expect(word.as_bytes())?;
    let start = Instant::now();
    comes_back(&mut socket, bench.word().as_bytes())?;
    // Whoever takes its time for each has those before it to answer first.
    let is_slow = start.elapsed() * (VANISHING + 1) > ANSWER;
    for _ in 0..8 {
        let mut vanishing = bench.datagrams(&server)?;
        for _ in 0..VANISHING {
            vanishing.send(bench.word().as_bytes());
        }
        drop(vanishing);
        let word = bench.word();
        comes_back(&mut socket, word.as_bytes()).map_err(|missed| {
            let still_runs = missed.exit.is_none();
            missed.or_silence(match is_slow && still_runs {
                true => TOO_SLOW,
                false => UNREACHABLE_KILLS,
            })
        })?;
    }
    Ok(())
}

pub(in crate::suites) const ESCAPED_OUTPUT: Check = Check {
    name: "escaped-output",
    role: Role::Server,
    level: Level::More,
    requirement: "",
    summary: "what a client sends cannot steer the operator's terminal",
    section: "going-further",
    hints: [
        "What happens to your terminal when somebody sends you the bytes that clear a screen?",
        "Print what comes from the network with its control characters replaced by something visible, and do not forget C1 and the marks that reverse a line.",
        "for each character { if it is a control character or a direction mark: print its number; else print it }",
    ],
    run: |bench| escaped_output(bench, 1000),
};

/// What a client sends cannot steer the operator's terminal. A request of `longest`
/// bytes is answered.
pub(in crate::suites) fn escaped_output(
    bench: &mut Bench<'_>,
    longest: usize,
) -> Result<(), Failure> {
    let word = bench.word();
    let (server, mut socket) = bench.datagram_server(word.as_bytes())?;
    socket.expect(word.as_bytes())?;
    let hostile = Hostile::new(bench);
    comes_back(&mut socket, hostile.text.as_bytes())?;
    // It prints before or after it answers; the next answer comes after both.
    for text in Hostile::followers(bench, longest) {
        comes_back(&mut socket, text.as_bytes())?;
    }
    server.subject.signal(Stop::Terminate);
    server.subject.wait_exit(STOP);
    hostile.find_in(server.subject.output())
}
