//! Checks of the client beyond the core: how much is kept and under way, and
//! what is not said (UC-41 to UC-44).

use super::host::Host;
use super::wire::Item;
use super::{OUTSTANDING, PATIENCE};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::{LATE, QUIET};
use crate::verdict::{Failure, Side};

pub(super) const MSG_WINDOW: Check = Check {
    name: "msg-window",
    role: Role::Client,
    level: Level::More,
    requirement: "UC-41",
    summary: "a MSG is kept up to 64 behind the last one printed, and ignored beyond that",
    section: "going-further",
    hints: [
        "MSG 1 is lost and MSG 1,000,000 arrives: do you keep it?",
        "What is kept must have a bound. 64 is what the server may have under way; what is beyond is not acknowledged, and comes again when its time has come.",
        "if id > last + 64 { drop it, without an ACK } else { kept[id] = line; send ACK }",
    ],
    run: msg_window,
};

fn msg_window(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let from = bench.word();
    let texts: Vec<String> = (0..=OUTSTANDING).map(|_| bench.word()).collect();
    let item = |id: u32| Item::msg(&from, &texts[id as usize - 1]);
    let mut host = Host::joined(bench, &[])?;
    let beyond = OUTSTANDING + 1;
    host.judge.send(&item(beyond).emit(beyond));
    host.send_item(OUTSTANDING, &item(OUTSTANDING))
        .map_err(|failure| failure.instead_of(NEVER_ACKS, WINDOW_SMALL))?;
    host.listen(QUIET);
    if host.acks(beyond) > 0 {
        return Err(Failure::of(
            BEYOND_WINDOW,
            Side::words(format!("no ACK of {beyond}, since MSG 1 has not come")),
            Side::bytes(format!("ACK {beyond}"), "from the client"),
        ));
    }
    for id in (1..OUTSTANDING).chain([beyond]) {
        host.send_item(id, &item(id))?;
    }
    let last = &texts[OUTSTANDING as usize];
    host.prints(&[last], KEPT_UNPRINTED)?;
    let all: Vec<&str> = texts.iter().map(String::as_str).collect();
    host.printed_once_in_order(&all, PRINTED_TWICE, PRINTED_EARLY)
}

pub(super) const SAY_WINDOW: Check = Check {
    name: "say-window",
    role: Role::Client,
    level: Level::More,
    requirement: "UC-42",
    summary: "not more than 64 SAYs are under way without an ACK; the rest waits",
    section: "going-further",
    hints: [
        "A file with 1000 lines is piped into your client: how many of them are under way at once?",
        "64 at most: the server keeps no more ahead, so what you send beyond is lost. The other lines wait until an ACK makes room.",
        "send the first 64 of waiting; only those are sent again; on \"ACK id\": remove it, and send what is now among the first 64",
    ],
    run: say_window,
};

fn say_window(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines: Vec<String> = (0..OUTSTANDING + 20).map(|_| bench.word()).collect();
    let mut host = Host::start(bench, &lines)?;
    host.manners.says = false;
    host.let_in()?;
    host.said(1, &lines[0])?;
    // It may have fewer under way, and then waits for the ACKs of these.
    host.listen(LATE * 2);
    let beyond = host.says.keys().last().copied().unwrap_or(0);
    if beyond > OUTSTANDING {
        return Err(Failure::of(
            WINDOW_IGNORED,
            Side::words("no SAY above 64, since SAY 1 is not acknowledged"),
            Side::bytes(
                format!("SAY {beyond} {}", host.says[&beyond].0),
                "from the client",
            ),
        ));
    }
    host.manners.says = true;
    for (id, line) in (1..).zip(&lines) {
        host.said(id, line)?;
    }
    Ok(())
}

pub(super) const REFUSED_SAY: Check = Check {
    name: "refused-say",
    role: Role::Client,
    level: Level::More,
    requirement: "UC-43",
    summary: "ERR with the id of a SAY counts as its ACK, and what follows is said",
    section: "going-further",
    hints: [
        "The server refuses what your user has typed: is it sent again, and for how long?",
        "Never again: the id is used up. Tell the user, take the ERR for the ACK, and go on with the next line.",
        "on \"ERR code id …\" with id > 0: print to stderr; remove waiting[id]",
    ],
    run: refused_say,
};

fn refused_say(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 3].map(|()| bench.word());
    let mut host = Host::start(bench, &lines[..1])?;
    host.manners.says = false;
    host.let_in()?;
    host.said(1, &lines[0])?;
    // Told until it has heard it.
    let mut copies = host.says(1);
    for _ in 0..10 {
        host.judge.send(b"ERR BAD 1 no such text");
        host.listen(PATIENCE / 8);
        if host.says(1) == copies {
            break;
        }
        copies = host.says(1);
    }
    let still = host.says(1);
    host.manners.says = true;
    host.type_lines(bench, &lines[1..]);
    for (id, line) in (2..).zip(&lines[1..]) {
        host.said(id, line)
            .map_err(|failure| failure.blame(REFUSAL_UNHEARD))?;
    }
    host.listen(PATIENCE / 8);
    if host.says(1) > still {
        return Err(Failure::of(
            REFUSAL_UNHEARD,
            Side::words("no SAY 1, since it was refused with ERR BAD 1"),
            Side::bytes(format!("SAY 1 {}", lines[0]), "again from the client"),
        ));
    }
    Ok(())
}

pub(super) const EMPTY_LINE: Check = Check {
    name: "empty-line",
    role: Role::Client,
    level: Level::More,
    requirement: "UC-44",
    summary: "an empty line is not said and uses no id",
    section: "going-further",
    hints: [
        "Your user presses Enter without having typed anything: what is sent?",
        "Nothing: a text has at least one byte. The next line that can be said takes the next id, or the server would wait for the missing one for ever.",
        "for each line of stdin { if line is empty { continue }; id += 1; … }",
    ],
    run: empty_line,
};

fn empty_line(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [bench.word(), String::new(), bench.word()];
    let mut host = Host::joined(bench, &lines)?;
    host.said(1, &lines[0])?;
    host.until(PATIENCE, |host| (host.says.len() > 1).then_some(()));
    let wanted = Side::bytes(format!("SAY 2 {}", lines[2]), "from the client");
    let wrong = match host.says.iter().nth(1) {
        Some((_, (said, _))) if said.is_empty() => EMPTY_SAID,
        Some((id, _)) if *id != 2 => EMPTY_NUMBERED,
        None if host.wrong.is_some() => EMPTY_SAID,
        _ => return host.said(2, &lines[2]),
    };
    let got = match (host.says.iter().nth(1), &host.wrong) {
        (Some((id, (said, _))), _) => Side::bytes(format!("SAY {id} {said}"), ""),
        (None, Some((_, _, bytes))) => Side::bytes(bytes.clone(), ""),
        (None, None) => Side::words("nothing"),
    };
    Err(Failure::compared(wrong, Vec::new(), wanted, got))
}
