//! Core checks of the client: what counts as an answer (UB-20 to UB-22).

use super::super::datagram::client;
use super::super::printed::contains;
use super::talk::{Talk, rows};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::verdict::{Failure, Side, how_often};

pub(super) const DUPLICATE_ANSWER: Check = Check {
    name: "duplicate-answer",
    role: Role::Client,
    level: Level::Core,
    requirement: "UB-20",
    summary: "an answer that comes twice is not taken for the next one",
    section: "what-goes-wrong",
    hints: [
        "Two copies of one answer arrive: what does your client do with the second?",
        "The network may double a datagram, and so does a server that got your request twice. What comes is the answer only when it is the request that is outstanding, byte for byte.",
        "until the time is over { answer = receive(socket); if answer == request { done }; else drop it and go on waiting }",
    ],
    run: duplicate_answer,
};

fn duplicate_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 3].map(|()| bench.word());
    let mut talk = Talk::start(bench, &lines)?;
    talk.request(1)?;
    talk.answer(1);
    talk.answer(1);
    talk.request(2)?;
    // A client that has taken the second copy for its answer does not ask again.
    talk.again(2, DUPLICATE_TAKEN)?;
    talk.answer(2);
    talk.request(3)?;
    talk.answer(3);
    talk.printed(|_| DUPLICATE_TAKEN)
}

pub(super) const STALE_ANSWER: Check = Check {
    name: "stale-answer",
    role: Role::Client,
    level: Level::Core,
    requirement: "UB-21",
    summary: "a late answer to an earlier request is neither taken nor printed again",
    section: "what-goes-wrong",
    hints: [
        "You have sent a request twice, and both answers come, one of them much later: how does your client know?",
        "By the number, and by comparing everything: only the bytes of the outstanding request are its answer. A datagram that is not costs none of the time that is left.",
        "deadline = now + wait; while now < deadline { answer = receive(socket, deadline - now); if answer == request { done } }",
    ],
    run: stale_answer,
};

fn stale_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 4].map(|()| bench.word());
    let mut talk = Talk::start(bench, &lines)?;
    for number in 1..=lines.len() {
        talk.request(number)?;
        // From long ago, before the right one: not only the last may be late.
        for late in 1..number.saturating_sub(1) {
            talk.answer(late);
        }
        talk.answer(number);
    }
    talk.printed(|_| STALE_TAKEN)?;
    let stdout = talk.client.output().stdout();
    match lines.iter().find(|line| rows(&stdout, line) > 1) {
        Some(line) => Err(Failure::of(
            STALE_TAKEN,
            Side::bytes(line.as_bytes(), "once on standard output"),
            Side::words(format!("it is there {}", how_often(rows(&stdout, line)))),
        )),
        None => Ok(()),
    }
}

pub(super) const DAMAGED_ANSWER: Check = Check {
    name: "damaged-answer",
    role: Role::Client,
    level: Level::Core,
    requirement: "UB-21",
    summary: "a datagram that is not the request byte for byte neither counts nor ends the client",
    section: "what-goes-wrong",
    hints: [
        "Which datagrams does your client take for an answer, and what does it do with all others?",
        "Compare bytes with bytes, all of them and the length. Do not decode before you compare: 0 bytes, or bytes that are no text, are only datagrams to be dropped.",
        "answer = receive(socket); if answer != request { count it; go on waiting }; print decode(answer) after its first blank",
    ],
    run: damaged_answer,
};

fn damaged_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 2].map(|()| bench.word());
    let mut talk = Talk::start(bench, &lines)?;
    let forged = bench.word();
    talk.request(1)?;
    for stray in [&b""[..], b"\xff\xfe\x00", b"\xff", b"not a number"] {
        talk.judge.send(stray);
    }
    for damaged in [format!("1 {forged}"), format!("2 {}", lines[0])] {
        talk.judge.send(damaged.as_bytes());
    }
    let right = talk.request_of(1);
    let cut = &right[..right.len() - 1];
    talk.judge.send(&flipped(right.clone()));
    talk.judge.send(&[&right[..], b"!"].concat());
    talk.judge.send(cut);
    // A client that has not taken any of them for its answer asks again.
    talk.again(1, DAMAGED_TAKEN).map_err(|failure| {
        let stdout = talk.client.output().stdout();
        let text = &cut[2..];
        let is_cut = |row: &[u8]| row.trim_ascii_end().ends_with(text);
        let is_printed = |text: &[u8]| contains(&stdout, text);
        // One that has printed none of them has not taken it, but stopped waiting.
        if stdout.split(|&byte| byte == b'\n').any(is_cut) {
            failure.blame(CUT_TAKEN)
        } else if [text, forged.as_bytes(), b"a number"]
            .into_iter()
            .any(is_printed)
        {
            failure
        } else {
            failure.blame(STRAY_ENDS)
        }
    })?;
    talk.answer_all(1)?;
    talk.printed(|_| DAMAGED_TAKEN)?;
    if rows(&talk.client.output().stdout(), &forged) > 0 {
        return Err(Failure::words(
            DAMAGED_TAKEN,
            "nothing that no answer holds",
            format!("{forged} is on standard output"),
        ));
    }
    Ok(())
}

/// With one bit changed in its last byte.
fn flipped(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    bytes
}

pub(super) const FOREIGN_DATAGRAM: Check = client::foreign_datagram("UB-22", foreign_datagram);

fn foreign_datagram(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 2].map(|()| bench.word());
    let forged = format!("1 {}", bench.word());
    let mut talk = Talk::start(bench, &lines)?;
    talk.request(1)?;
    let stranger = bench.stranger()?;
    if let Some(client) = talk.judge.from() {
        for bytes in [forged.as_bytes(), &talk.request_of(1)] {
            // A connected client's system refuses it, which is as it should be.
            let _ = stranger.send_to(bytes, client);
        }
    }
    talk.again(1, STRANGER_TAKEN)?;
    talk.answer(1);
    talk.request(2)?;
    talk.answer(2);
    talk.printed(|_| STRANGER_TAKEN)?;
    let stdout = talk.client.output().stdout();
    if rows(&stdout, &forged[2..]) > 0 {
        return Err(Failure::words(
            STRANGER_TAKEN,
            "nothing of what a stranger sent",
            format!("{} is on standard output", &forged[2..]),
        ));
    }
    Ok(())
}
