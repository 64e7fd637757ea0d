//! Checks of the client beyond the core (UB-25 to UB-27).

use std::time::Instant;

use super::super::ends::{ends, fails_after_start, succeeds};
use super::super::hostile::Hostile;
use super::talk::{Talk, request, start_client};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::CLIENT;
use crate::peer::Came;
use crate::suites::datagram::judges_address;
use crate::verdict::{Failure, Side};

pub(super) const NO_SERVER: Check = Check {
    name: "no-server",
    role: Role::Client,
    level: Level::More,
    requirement: "UB-25",
    summary: "when nobody listens, the client hears it and its exit code tells",
    section: "going-further",
    hints: [
        "What does your system know when a datagram finds nobody, and which sockets does it tell?",
        "It is told \"port unreachable\", and passes that on to a connected socket only, as an error of the next call. Report it and leave with another code than 0.",
        "connect(socket, host, port); on error \"connection refused\" of send or receive { print to stderr \"nobody listens there\"; exit(1) }",
    ],
    run: no_server,
};

fn no_server(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let address = bench.datagram_address()?;
    let line = bench.word();
    let client = start_client(bench, address, &[line])?;
    fails_after_start(&client, CLIENT, REFUSED_UNHEARD)
}

pub(super) const ESCAPED_ANSWER: Check = Check {
    name: "escaped-answer",
    role: Role::Client,
    level: Level::More,
    requirement: "UB-26",
    summary: "what a server sends cannot steer the terminal",
    section: "going-further",
    hints: [
        "What happens to your terminal when an answer holds the bytes that clear a screen?",
        "Print what comes from the network with its control characters replaced by something visible, and do not forget C1 and the marks that reverse a line.",
        "for each character { if it is a control character or a direction mark: print its number; else print it }",
    ],
    run: escaped_answer,
};

fn escaped_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let hostile = Hostile::line(bench);
    let mut talk = Talk::start(bench, std::slice::from_ref(&hostile.text))?;
    talk.answer_all(1)?;
    ends(&talk.client, CLIENT, NEVER_LEAVES)?;
    hostile.find_in(talk.client.output())
}

pub(super) const TWO_CLIENTS: Check = Check {
    name: "two-clients",
    role: Role::Client,
    level: Level::More,
    requirement: "UB-27",
    summary: "two clients run side by side",
    section: "going-further",
    hints: [
        "Which port does your client use on its own side, and who chose it?",
        "A client needs no port of its own choice. Leave bind out, or bind port 0, and the system picks a free one.",
        "socket(); connect(host, port); no bind in between",
    ],
    run: two_clients,
};

fn two_clients(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let mut judge = bench.datagram_judge()?;
    let address = judges_address(&judge)?;
    let mut running = Vec::new();
    for _ in 0..2 {
        let line = bench.word();
        let client = start_client(bench, address, std::slice::from_ref(&line))?;
        let due = request(1, &line);
        let deadline = Instant::now() + bench.start_timeout();
        judge.watch(client.output());
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match judge.receive(left) {
                Came::Datagram(bytes) if bytes == due => break,
                // The first client asks again.
                Came::Datagram(_) | Came::Refused => {}
                Came::Nothing => {
                    return Err(Failure::of(
                        FIXED_PORT,
                        Side::bytes(due, "from the second client, while the first waits"),
                        Side::words(match client.exited() {
                            Some(exit) => format!("it ended with {exit}"),
                            None => "nothing".into(),
                        }),
                    ));
                }
            }
        }
        running.push((client, due, judge.from()));
    }
    for (client, due, from) in running {
        if let Some(from) = from {
            judge.aim(from, client.output());
            judge.send(&due);
        }
        succeeds(&client, CLIENT, NEVER_LEAVES)?;
    }
    Ok(())
}
