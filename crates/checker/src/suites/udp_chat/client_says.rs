//! Core checks of the client: what it says, and how it leaves (UC-31, UC-32,
//! UC-39).

use super::PATIENCE;
use super::host::Host;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::{CLIENT, LATE, RESEND, SILENCE};
use crate::subject::Exit;
use crate::verdict::{Failure, Side, how_often};

pub(super) const SAYS: Check = Check {
    name: "says",
    role: Role::Client,
    level: Level::Core,
    requirement: "UC-31",
    summary: "each line is said once the client is in, as it was typed, with ids from 1",
    section: "on-the-wire",
    hints: [
        "What exactly leaves your client when `hello` is the first line it reads?",
        "SAY, a blank, 1, a blank, and the line without its line end and otherwise as it was typed. Lines that are read before WELCOME wait.",
        "after WELCOME: id = 0; for each line of stdin { id += 1; send(\"SAY \" + decimal(id) + \" \" + line without its line end) }",
    ],
    run: says,
};

fn says(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [
        bench.word(),
        format!("  {}\t ", bench.word()),
        format!("你好 é🦀 {}", bench.word()),
        format!("7 {}", bench.word()),
    ];
    let mut host = Host::start(bench, &lines)?;
    host.manners.joins = false;
    host.first_join()?;
    // The lines have been there all the time.
    host.listen(LATE);
    host.is_right()?;
    host.manners.joins = true;
    host.let_in()?;
    for (id, line) in (1..).zip(&lines) {
        let numbered = host.until(PATIENCE, |host| {
            (host.says.contains_key(&id) || !host.says.is_empty()).then_some(())
        });
        let from = host.says.iter().find(|(_, (said, _))| said == line);
        if let (Some(()), Some((&wrong, _))) = (numbered, from)
            && wrong != id
        {
            return Err(Failure::compared(
                SAID_MISNUMBERED,
                Vec::new(),
                Side::bytes(format!("SAY {id} {line}"), "from the client"),
                Side::bytes(format!("SAY {wrong} {line}"), ""),
            ));
        }
        host.said(id, line)?;
    }
    Ok(())
}

pub(super) const SAYS_AGAIN: Check = Check {
    name: "says-again",
    role: Role::Client,
    level: Level::Core,
    requirement: "UC-32",
    summary: "a SAY is sent again, the same bytes, until it is acknowledged, and not after",
    section: "what-goes-wrong",
    hints: [
        "The network loses your SAY, or the ACK: what does your client do, and when?",
        "It keeps each SAY until its ACK comes, and sends it again, under the same id, when no ACK has come for a while. It goes on reading the keyboard and the network meanwhile.",
        "waiting[id] = { bytes, wait = 100 ms, due }; whenever due { send the same bytes; wait = min(1.5 * wait, 500 ms) }; on \"ACK id\": remove waiting[id]",
    ],
    run: says_again,
};

fn says_again(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 2].map(|()| bench.word());
    let mut host = Host::start(bench, &lines)?;
    host.manners.says = false;
    host.let_in()?;
    host.said(1, &lines[0])?;
    for time in 2..=3 {
        host.until(RESEND, |host| (host.says(1) >= time).then_some(()));
        host.is_right()?;
        if host.says(1) < time {
            let got = match host.client.exited() {
                Some(exit) => format!("it ended with {exit}"),
                None => format!("it came {}, and not again", how_often(host.says(1))),
            };
            let wanted = Side::bytes(format!("SAY 1 {}", lines[0]), "again and again");
            return Err(Failure::of(NEVER_SAYS_AGAIN, wanted, Side::words(got)));
        }
    }
    host.manners.says = true;
    host.ack(1);
    host.said(2, &lines[1])?;
    host.ack(2);
    // What was on its way when it was acknowledged has come.
    host.listen(LATE);
    let before = host.says(1);
    host.listen(SILENCE);
    host.is_right()?;
    // An ACK may be lost; it was given again for each copy.
    if host.says(1) > before + 1 {
        return Err(Failure::of(
            SAID_AFTER_ACK,
            Side::words("no SAY 1, since it was acknowledged"),
            Side::bytes(format!("SAY 1 {}", lines[0]), "again and again"),
        ));
    }
    Ok(())
}

pub(super) const LEAVES: Check = Check {
    name: "leaves",
    role: Role::Client,
    level: Level::Core,
    requirement: "UC-39",
    summary: "at the end of its input the client waits for its ACKs, then quits until BYE, and ends with code 0",
    section: "exercise",
    hints: [
        "The input has ended: what is still under way, and who would repeat it if you left now?",
        "Nobody would. Stay until the last SAY is acknowledged, then send QUIT, again when no BYE comes, five times in all, and leave with code 0.",
        "when stdin has ended and waiting is empty: up to 5 times { send(\"QUIT\"); if BYE comes within 0.3 s { exit(0) } }",
    ],
    run: leaves,
};

fn leaves(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 3].map(|()| bench.word());
    let mut host = Host::start(bench, &lines)?;
    host.manners.says = false;
    host.manners.quits = false;
    host.let_in()?;
    host.client.end_input();
    host.said(1, &lines[0])?;
    host.listen(LATE * 2);
    if host.quits > 0 || host.is_over() {
        let got = match host.client.exited() {
            Some(exit) => format!("it ended with {exit}"),
            None => "QUIT".to_owned(),
        };
        let wanted = "the client to wait, since its SAYs are not acknowledged";
        return Err(Failure::words(QUITS_EARLY, wanted, got));
    }
    host.manners.says = true;
    let seen: Vec<u32> = host.says.keys().copied().collect();
    for id in seen {
        host.ack(id);
    }
    for (id, line) in (1..).zip(&lines) {
        host.said(id, line)?;
    }
    for times in 1..=2 {
        host.until(RESEND, |host| (host.quits >= times).then_some(()));
        host.is_right()?;
        if host.quits < times {
            let (cause, got) = match host.client.exited() {
                Some(exit) if times == 1 => (LEAVES_SILENTLY, format!("it ended with {exit}")),
                Some(exit) => (QUITS_ONCE, format!("it ended with {exit}")),
                None if times == 1 => (NEVER_LEAVES, "it stayed and sent none".to_owned()),
                None => (QUITS_ONCE, "it stayed, and sent no other".to_owned()),
            };
            let wanted = Side::bytes("QUIT", format!("from the client, the {times}. time"));
            return Err(Failure::of(cause, wanted, Side::words(got)));
        }
    }
    host.manners.quits = true;
    host.judge.send(b"BYE");
    host.listen(CLIENT);
    match host.client.exited() {
        Some(Exit::Code(0)) => host.is_right(),
        _ => host.leaves(),
    }
}
