//! Checks of the server beyond the core: how much is under way, and how much
//! waits (UC-16 to UC-18, UC-21).

use std::time::{Duration, Instant};

use super::member::Member;
use super::server_joins::is_outside;
use super::wire::{Event, Item};
use super::{OUTSTANDING, PATIENCE, QUEUED, RETRY};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::QUIET;
use crate::verdict::Failure;

/// How many are said at a time.
const CHUNK: u32 = 40;

pub(super) const SAY_WINDOW: Check = Check {
    name: "say-window",
    role: Role::Server,
    level: Level::More,
    requirement: "UC-16",
    summary: "a SAY is kept up to 64 behind the last one delivered, and ignored beyond that",
    section: "going-further",
    hints: [
        "SAY 1 is lost and SAY 1,000,000 arrives: do you keep it?",
        "What is kept for one member must have a bound. 64 is what its sender may have under way; what is beyond is not acknowledged, and comes again when its time has come.",
        "if id > last + 64 { drop it, without an ACK } else { kept[id] = text; send ACK }",
    ],
    run: say_window,
};

fn say_window(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 2].map(|()| bench.word());
    let (_server, [mut ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    let texts: Vec<String> = (0..=OUTSTANDING).map(|_| bench.word()).collect();
    let text = |id: u32| &texts[id as usize - 1];
    let beyond = OUTSTANDING + 1;
    ada.send_say(beyond, text(beyond));
    ada.ping()?;
    ada.listen(QUIET);
    if ada.acks(beyond) > 0 {
        let got = Some(format!("ACK {beyond}").into_bytes());
        let wanted = format!("no ACK of {beyond}, since SAY 1 has not come");
        return Err(ada.failure(BEYOND_WINDOW, &wanted, got));
    }
    ada.say_as(OUTSTANDING, text(OUTSTANDING))
        .map_err(|failure| failure.instead_of(SAY_UNACKED, WINDOW_SMALL))?;
    for id in (1..OUTSTANDING).chain([beyond]) {
        ada.say_as(id, text(id))?;
    }
    bo.hear(&names[0], text(beyond), KEPT_LOST)?;
    bo.heard_only(&names[0], &texts, RELAYED_TWICE, KEPT_LOST)
}

pub(super) const UNACKNOWLEDGED: Check = Check {
    name: "unacknowledged",
    role: Role::Server,
    level: Level::More,
    requirement: "UC-17",
    summary: "a member that acknowledges nothing is sent 64 messages and no more; the rest waits",
    section: "going-further",
    hints: [
        "Bo's receiver keeps 64 ahead: what becomes of the 65th that you send?",
        "He ignores it, so it is wasted. Send the first 64 of what he has not acknowledged, and let the others wait until an ACK makes room.",
        "under way = the first 64 of queue; only those are sent and sent again; on ACK: remove it, and send what is now among the first 64",
    ],
    run: unacknowledged,
};

fn unacknowledged(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 2].map(|()| bench.word());
    let (_server, [mut ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    let texts: Vec<String> = (0..OUTSTANDING + 20).map(|_| bench.word()).collect();
    bo.acknowledges = false;
    say_all(&mut ada, &texts)?;
    bo.ping()?;
    bo.listen(QUIET);
    let different = bo.items.len();
    if different > OUTSTANDING as usize {
        return Err(Failure::words(
            WINDOW_IGNORED,
            format!("at most {OUTSTANDING} MSGs to {}", names[1]),
            format!("{different} came, and none of them was acknowledged"),
        ));
    }
    bo.acknowledges = true;
    let last = &texts[texts.len() - 1];
    bo.hear(&names[0], last, QUEUE_FORGOTTEN)?;
    bo.heard_only(&names[0], &texts, RELAYED_TWICE, QUEUE_FORGOTTEN)
}

pub(super) const OVERFLOW: Check = Check {
    name: "overflow",
    role: Role::Server,
    level: Level::More,
    requirement: "UC-18",
    summary: "a member for which more than 256 messages wait is dropped, and the others are told",
    section: "going-further",
    hints: [
        "Bo's machine is off and the others talk on: how much do you keep for him?",
        "64 that are under way and 256 that wait, and with the next one he is dropped: whoever makes your memory grow without a limit can end your server.",
        "if queue of a member has 64 + 256 and one more is to go in: members.remove(address); for each other { queue(\"NOTE id lost \" + name) }",
    ],
    run: overflow,
};

fn overflow(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 2].map(|()| bench.word());
    let (_server, [mut ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    bo.acknowledges = false;
    let lost = Item::note(Event::Lost, &names[1]);
    let told = |ada: &Member| ada.items.values().any(|(item, _)| *item == lost);
    // And a little more: which of them is one too many is not told at once.
    for _ in 0..=(OUTSTANDING + QUEUED) / CHUNK + 1 {
        let texts: Vec<String> = (0..CHUNK).map(|_| bench.word()).collect();
        say_all(&mut ada, &texts)?;
        if told(&ada) {
            break;
        }
    }
    ada.hear_of(Event::Lost, &names[1])
        .map_err(|failure| failure.instead_of(NO_NOTE, OVERFLOW_KEPT))?;
    bo.listen(QUIET);
    is_outside(&mut bo, OVERFLOW_KEPT)
}

pub(super) const FLOOD: Check = Check {
    name: "flood",
    role: Role::Server,
    level: Level::More,
    requirement: "UC-21",
    summary: "who talks much is heard later, but nothing of it is lost",
    section: "going-further",
    hints: [
        "One member says 300 things at once: which of them do the others read?",
        "All of them. A limit may only slow it down: what is above it gets no ACK and is not kept, as if it had been lost on the way, so it comes again.",
        "on SAY: if member.allowance < 1 { return, without an ACK }; member.allowance -= 1; …; it grows again with time",
    ],
    run: flood,
};

fn flood(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 2].map(|()| bench.word());
    let (_server, [mut ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    let texts: Vec<String> = (0..200).map(|_| bench.word()).collect();
    let mut rest = &texts[..];
    while !rest.is_empty() {
        let (now, later) = rest.split_at(rest.len().min(OUTSTANDING as usize));
        say_all(&mut ada, now)?;
        bo.listen(Duration::ZERO);
        rest = later;
    }
    bo.hear(&names[0], &texts[texts.len() - 1], ACKED_AND_LOST)?;
    bo.heard_only(&names[0], &texts, RELAYED_TWICE, ACKED_AND_LOST)
}

/// Says all of it, as much at a time as may be under way, again and again until
/// it is acknowledged.
fn say_all(member: &mut Member, texts: &[String]) -> Result<(), Failure> {
    let first = member.said + 1;
    let line = |id: u32| &texts[(id - first) as usize];
    let last = member.said + u32::try_from(texts.len()).unwrap_or(u32::MAX);
    let mut progress = Instant::now();
    let mut sent = member.said;
    while member.said < last {
        // What is lost comes again soon: a limit lets it pass a little later.
        let due: Vec<u32> = (member.said + 1..=last.min(member.said + OUTSTANDING))
            .filter(|&id| member.acks(id) == 0)
            .collect();
        for id in due {
            member.send_say(id, line(id));
            sent = sent.max(id);
        }
        let whole = |member: &Member| {
            (member.said + 1..=sent)
                .all(|id| member.acks(id) > 0)
                .then_some(())
        };
        member.until(RETRY / 5, whole);
        let before = member.said;
        while member.acks(member.said + 1) > 0 {
            member.said += 1;
        }
        if member.said > before {
            progress = Instant::now();
        } else if progress.elapsed() > PATIENCE {
            let id = member.said + 1;
            return Err(member.failure(SAY_UNACKED, &format!("ACK {id}"), None));
        }
    }
    Ok(())
}
