//! Checks of the client beyond the core (UB-25 to UB-27).

use super::super::ends::{ends, fails_after_start, succeeds};
use super::super::hostile::Hostile;
use super::talk::{Talk, request, start_client};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::CLIENT;
use crate::suites::datagram::client;
use crate::verdict::Failure;

pub(super) const NO_SERVER: Check = client::no_server("UB-25", no_server);

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

pub(super) const TWO_CLIENTS: Check = client::two_clients("UB-27", two_clients);

fn two_clients(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let start = |bench: &mut Bench<'_>, address| {
        let line = bench.word();
        let client = start_client(bench, address, std::slice::from_ref(&line))?;
        Ok((client, request(1, &line)))
    };
    let (mut judge, clients) = client::side_by_side(bench, start)?;
    for asking in clients {
        if let Some(from) = asking.from {
            judge.aim(from, asking.client.output());
            judge.send(&asking.request);
        }
        succeeds(&asking.client, CLIENT, NEVER_LEAVES)?;
    }
    Ok(())
}
