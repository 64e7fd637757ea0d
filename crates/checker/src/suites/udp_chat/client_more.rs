//! Checks of the client beyond the core: its terminal, its port, and a network
//! that loses, doubles, swaps and delays (UC-50 to UC-52).

use std::time::{Duration, Instant};

use super::super::datagram::client;
use super::super::hostile::Hostile;
use super::PATIENCE;
use super::host::Host;
use super::network::network;
use super::wire::{Event, Item};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::subject::Exit;
use crate::verdict::{Failure, Side};

/// How many are said in each direction of a bad network.
const TEXTS: u32 = 24;
/// How often what is not acknowledged is sent again.
const AGAIN: Duration = Duration::from_millis(100);
/// For a client that repeats as seldom as it may.
const LONGEST: Duration = Duration::from_secs(45);

pub(super) const ESCAPED_OUTPUT: Check = Check {
    name: "escaped-output",
    role: Role::Client,
    level: Level::More,
    requirement: "UC-50",
    summary: "what a server sends cannot steer the terminal",
    section: "going-further",
    hints: [
        "What happens to your terminal when somebody says the bytes that clear a screen?",
        "Print what comes from the network with its control characters replaced by something visible, and do not forget C1 and the marks that reverse a line.",
        "for each character { if it is a control character or a direction mark: print its number; else print it }",
    ],
    run: escaped_output,
};

fn escaped_output(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let [text, name, error] = [(); 3].map(|()| Hostile::new(bench));
    let from = bench.word();
    let last = bench.word();
    let line = bench.word();
    let mut host = Host::joined(bench, &[line])?;
    host.send_item(1, &Item::msg(&from, &text.text))?;
    // A server that is not the contract's friend either. What cannot be a name
    // may be dropped whole.
    let hostile_name: String = name.text.replace(' ', "");
    let hostile = Item::note(Event::Joined, &hostile_name).emit(2);
    host.judge.send(&hostile);
    host.judge
        .send(format!("ERR BAD 1 {}", error.text).as_bytes());
    host.listen(PATIENCE / 25);
    host.judge.send(&Item::msg(&from, &last).emit(2));
    host.judge.send(&Item::msg(&from, &last).emit(3));
    host.prints(&[&last], NOT_PRINTED)?;
    for hostile in [text, name, error] {
        hostile.find_in(host.client.output())?;
    }
    Ok(())
}

pub(super) const TWO_CLIENTS: Check = client::two_clients("UC-51", two_clients);

fn two_clients(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let first = Host::joined(bench, &[])?;
    let second = Host::joined(bench, &[]).map_err(|failure| match first.is_over() {
        true => failure,
        false => failure.blame(FIXED_PORT),
    })?;
    for mut host in [first, second] {
        host.leaves()?;
    }
    Ok(())
}

pub(super) const BAD_NETWORK: Check = Check {
    name: "bad-network",
    role: Role::Client,
    level: Level::More,
    requirement: "UC-52",
    summary: "behind a network that loses, doubles, swaps and delays, everything is said and printed once and in order",
    section: "going-further",
    hints: [
        "Every fifth datagram is lost, whatever it says: which of yours must not be lost, and who repeats it?",
        "Each side repeats what it wants an answer to: you JOIN, SAY and QUIT, the server MSG and NOTE. Everything may come twice and late, so everything that comes is looked up by its id before it is believed.",
        "three rules: repeat until acknowledged; acknowledge again what has come before; print last + 1 only",
    ],
    run: bad_network,
};

fn bad_network(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let from = bench.word();
    let judge = bench.datagram_judge()?;
    let broken = |error| Failure::Broken(format!("no address of the judge: {error}"));
    let address = judge.address().map_err(broken)?;
    let network = network(bench, address)?;
    let lines: Vec<String> = (0..TEXTS).map(|_| bench.word()).collect();
    let texts: Vec<String> = (0..TEXTS).map(|_| bench.word()).collect();
    let mut host = Host::start_at(bench, judge, network.address(), &lines)?;
    let start = Instant::now();
    let is_done = |host: &Host| (1..=TEXTS).all(|id| host.acks(id) > 0 && host.says(id) > 0);
    while !is_done(&host) && start.elapsed() < LONGEST && !host.is_over() {
        for (id, text) in (1..).zip(&texts) {
            if host.is_in && host.acks(id) == 0 {
                host.judge.send(&Item::msg(&from, text).emit(id));
            }
        }
        host.listen(AGAIN);
        network.note(bench);
    }
    host.is_right()?;
    for (id, line) in (1..).zip(&lines) {
        host.said(id, line)
            .map_err(|failure| failure.instead_of(LINES_MISSING, LOST_FOR_EVER))?;
    }
    if !is_done(&host) {
        let missing = (1..=TEXTS).find(|&id| host.acks(id) == 0).unwrap_or(1);
        return Err(Failure::of(
            LOST_FOR_EVER,
            Side::bytes(format!("ACK {missing}"), "from the client"),
            Side::words(format!(
                "it did not come within {} s",
                start.elapsed().as_secs()
            )),
        ));
    }
    for text in &texts {
        host.prints(&[text], KEPT_UNPRINTED)?;
    }
    let all: Vec<&str> = texts.iter().map(String::as_str).collect();
    host.printed_once_in_order(&all, PRINTED_TWICE, PRINTED_EARLY)?;
    host.client.end_input();
    // Its QUIT and our BYE may be lost as well, five times in a row rarely.
    host.listen(LONGEST.saturating_sub(start.elapsed()));
    network.note(bench);
    match host.client.exited() {
        Some(Exit::Code(0)) => host.is_right(),
        _ => host.leaves(),
    }
}
