//! Checks of the client beyond the core (UT-33 to UT-37).

use super::calendar::since_1970;
use super::client_sntp::nothing_printed;
use super::packet::TO_1970;
use super::sample::printed;
use super::talk::{SNTP, Talk, start_client};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::CLIENT;
use crate::peer::Came;
use crate::suites::datagram::client;
use crate::suites::ends::{ends, fails_after_start, succeeds};
use crate::suites::hostile::Hostile;
use crate::suites::printed::find;
use crate::verdict::{Failure, Side};

/// The length of an era, in seconds.
const ERA: f64 = 4_294_967_296.0;
/// Runs in which a slow machine may look like a wrong program.
const RUNS: usize = 3;

pub(super) const NEXT_ERA: Check = Check {
    name: "next-era",
    role: Role::Client,
    level: Level::More,
    requirement: "UT-33",
    summary: "a time with its top bit clear is one from 2036 on",
    section: "going-further",
    hints: [
        "On 7 February 2036 the seconds since 1900 no longer fit 32 bits: what does your client make of the reply?",
        "They begin again at 0. A top bit that is clear cannot mean 1900 to 1968, for nobody asked then; it means 2036 and later.",
        "unix = seconds - 2208988800; if seconds < 2^31 { unix += 2^32 }",
    ],
    run: next_era,
};

fn next_era(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let mut talk = Talk::start(bench, SNTP)?;
    let request = talk.request()?;
    // A server in 2036, some minutes behind the change.
    let changed = ERA - TO_1970 as f64 + 1000.0;
    let ahead = changed - since_1970().as_secs_f64();
    talk.settle(&request, |request| request.reply(ahead).emit());
    let stdout = talk.stdout();
    let Some(sample) = printed(&stdout) else {
        return Err(nothing_printed(&talk));
    };
    let is_near = |wanted: f64| (sample.offset - wanted).abs() < ERA / 16.0;
    if is_near(ahead) {
        return talk.succeeds();
    }
    let cause = match is_near(ahead - ERA) {
        true => ERA_IGNORED,
        false => OFFSET_WRONG,
    };
    Err(Failure::of(
        cause,
        Side::words(format!(
            "an offset of about {ahead:.0} s, to a server in 2036"
        )),
        Side::printed(stdout),
    ))
}

pub(super) const NO_SERVER: Check = client::no_server("UT-34", no_server);

fn no_server(bench: &mut Bench<'_>) -> Result<(), Failure> {
    for format in ["%T", SNTP] {
        let address = bench.datagram_address()?;
        let client = start_client(bench, address, format)?;
        fails_after_start(&client, CLIENT, REFUSED_UNHEARD)?;
    }
    Ok(())
}

pub(super) const ESCAPED_ANSWER: Check = Check {
    name: "escaped-answer",
    role: Role::Client,
    level: Level::More,
    requirement: "UT-35",
    summary: "what a server sends cannot steer the terminal, be it a time, an error or a kiss",
    section: "going-further",
    hints: [
        "What happens to your terminal when an answer holds the bytes that clear a screen?",
        "Print what comes from the network with its control characters replaced by something visible, and do not forget C1 and the marks that reverse a line. The four letters of a kiss are four bytes of somebody's choice.",
        "for each character { if it is a control character or a direction mark: print its number; else print it }",
    ],
    run: escaped_answer,
};

fn escaped_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let hostile = Hostile::new(bench);
    for before in ["", "ERR "] {
        let format = format!("%T {}", bench.word());
        let mut talk = Talk::start(bench, &format)?;
        let request = talk.request()?;
        let answer = format!("{before}{}", hostile.text);
        talk.settle(&request, |_| answer.clone().into_bytes());
        ends(&talk.client, CLIENT, NEVER_LEAVES)?;
        hostile.find_in(talk.client.output())?;
    }
    let mut talk = Talk::start(bench, SNTP)?;
    let request = talk.request()?;
    talk.settle(&request, |request| {
        let mut kiss = request.reply(0.0);
        kiss.stratum = 0;
        kiss.reference_id = *b"\x1b[2J";
        kiss.emit()
    });
    ends(&talk.client, CLIENT, NEVER_LEAVES)?;
    let output = talk.client.output();
    let all = [output.stdout(), output.stderr()].concat();
    match find(&all, b"\x1b[2J") {
        None => Ok(()),
        Some(_) => Err(Failure::of(
            RAW_TERMINAL_CODES,
            Side::words("control characters made visible when they are printed"),
            Side::bytes(all, "printed as it came"),
        )),
    }
}

pub(super) const TWO_CLIENTS: Check = client::two_clients("UT-36", two_clients);

fn two_clients(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let start = |bench: &mut Bench<'_>, address| {
        let format = bench.word();
        let client = start_client(bench, address, &format)?;
        Ok((client, format.into_bytes()))
    };
    // The first may have given up meanwhile; the second has only begun.
    let (mut judge, [_first, second]) = client::side_by_side(bench, start)?;
    let mut from = second.from;
    while let Some(asked) = from.take() {
        judge.aim(asked, second.client.output());
        judge.send(&second.request);
        // A busy machine may let it ask again although the answer is on its way.
        while let Came::Datagram(bytes) = judge.receive(CLIENT) {
            if bytes == second.request {
                from = judge.from();
                break;
            }
        }
    }
    succeeds(&second.client, CLIENT, NEVER_LEAVES)
}

pub(super) const LOST_REQUEST: Check = Check {
    name: "lost-request",
    role: Role::Client,
    level: Level::More,
    requirement: "UT-37",
    summary: "a lost SNTP request is sent again, and its time is not counted as delay",
    section: "going-further",
    hints: [
        "Your first request was lost, the second was answered: between which two moments did the answered one travel?",
        "Each try has a T1 of its own, taken just before it is sent, as it has a nonce of its own. Waiting for the lost one was no delay.",
        "for each try { nonce = random; t1 = now; send(socket, request(nonce)); … }",
    ],
    run: lost_request,
};

fn lost_request(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let mut last = None;
    for _ in 0..RUNS {
        let mut talk = Talk::start(bench, SNTP)?;
        let lost = talk.request()?;
        let request = talk.again(NEVER_SENDS_AGAIN)?;
        let waited = request.at.duration_since(lost.at).as_secs_f64();
        talk.settle(&request, |request| request.reply(0.0).emit());
        let Some(sample) = printed(&talk.stdout()) else {
            return Err(nothing_printed(&talk));
        };
        talk.succeeds()?;
        if sample.delay < waited / 2.0 {
            return Ok(());
        }
        // A machine that was busy just then makes a long delay, too.
        last = Some((sample, waited));
    }
    let Some((sample, waited)) = last else {
        return Ok(());
    };
    Err(Failure::words(
        LOST_TIME_COUNTED,
        format!("a delay that leaves out the {waited:.3} s of waiting for the lost request"),
        format!(
            "offset {:+.3} s, delay {:.3} s",
            sample.offset, sample.delay
        ),
    ))
}
