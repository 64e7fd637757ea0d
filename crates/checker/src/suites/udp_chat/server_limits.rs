//! Checks of the server beyond the core: silence, texts that are none, line
//! ends (UC-19, UC-20, UC-22).

use std::time::{Duration, Instant};

use super::member::Member;
use super::server_joins::is_outside;
use super::wire::{Event, Item, Reply};
use super::{PATIENCE, RETRY};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::verdict::{Failure, Side};

/// How long a member may be silent before it is lost, at least and at most; the
/// contract's 40 s and a little more.
const SILENT: [Duration; 2] = [Duration::from_secs(29), Duration::from_secs(42)];
/// How often a member shows that it is there.
const ALIVE: Duration = Duration::from_secs(5);

pub(super) const SILENT_MEMBER: Check = Check {
    name: "silent-member",
    role: Role::Server,
    level: Level::Slow,
    requirement: "UC-19",
    summary: "a member that is silent for 30 s is dropped, and one that pings is not",
    section: "going-further",
    hints: [
        "Bo's machine has lost its network: who takes his name off the list?",
        "Nobody tells you, so the clock must. Note for each member when something came last, and wake up when the first of them has been silent for 30 s.",
        "on every datagram of a member: member.heard = now; at every turn of the loop: for each member with now - member.heard > 30 s { remove it; queue(\"NOTE id lost \" + name) for the others }",
    ],
    run: silent_member,
};

fn silent_member(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 3].map(|()| bench.word());
    let (server, [mut ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    let mut cy = Member::joined(bench, &server, &names[2])?;
    // Everything is acknowledged: only the silence is left.
    bo.hear_of(Event::Joined, &names[2])?;
    let silent_since = Instant::now();
    let lost = [&names[1], &names[2]].map(|name| Item::note(Event::Lost, name));
    let came = |member: &Member, item: &Item| member.items.values().any(|(came, _)| came == item);
    while !came(&ada, &lost[0]) {
        ada.until(ALIVE, |ada| came(ada, &lost[0]).then_some(()));
        for member in [&mut ada, &mut cy] {
            let heard = member.ping();
            heard.map_err(|failure| failure.blame(PING_NOT_HEARD))?;
        }
        if silent_since.elapsed() > SILENT[1] {
            let wanted = format!("NOTE … lost {}, silent for 30 s", names[1]);
            return Err(ada.failure(NEVER_LOST, &wanted, None));
        }
    }
    if silent_since.elapsed() < SILENT[0] {
        return Err(Failure::words(
            LOST_TOO_SOON,
            format!("{} to be a member for 30 s of silence", names[1]),
            format!("it was lost after {:.0?}", silent_since.elapsed()),
        ));
    }
    if came(&ada, &lost[1]) {
        let wanted = "no NOTE that one is lost who pings";
        let got = lost[1].emit(1);
        return Err(ada.failure(PING_NOT_HEARD, wanted, Some(got)));
    }
    is_outside(&mut bo, NEVER_LOST)
}

pub(super) const BAD_SAY: Check = Check {
    name: "bad-say",
    role: Role::Server,
    level: Level::More,
    requirement: "UC-20",
    summary: "a SAY that is empty or too long is refused with its id, and holds up nothing",
    section: "going-further",
    hints: [
        "A text of 1001 bytes arrives: what do its sender and the others get?",
        "The sender gets ERR BAD and the id, and nobody gets anything. But the id is used up: put an empty place into the order, or everything behind it waits for ever.",
        "if not 1 <= count of bytes <= 1000 { kept[id] = nothing; sendto(\"ERR BAD \" + id) }; when its turn comes: last += 1, deliver nothing",
    ],
    run: bad_say,
};

fn bad_say(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 2].map(|()| bench.word());
    let (_server, [mut ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    for (id, text) in [(1, String::new()), (2, bench.text(1001))] {
        let wanted = format!("ERR BAD {id}, since the text has {} bytes", text.len());
        let line = format!("SAY {id} {text}");
        let refused = ada.ask(&line, &wanted, |reply| match reply {
            Reply::Err { code, id: of } if *of == id && code == "BAD" => Some(Ok(())),
            Reply::Err { .. } => Some(Err(WRONG_WORDING)),
            _ => None,
        });
        refused.map_err(|failure| failure.instead_of(UNANSWERED, BAD_ACCEPTED))?;
    }
    let text = bench.word();
    ada.say_as(3, &text)?;
    bo.hear(&names[0], &text, BAD_HOLDS_UP)?;
    let texts = [text];
    bo.heard_only(&names[0], &texts, BAD_ACCEPTED, BAD_ACCEPTED)
}

pub(super) const LINE_END: Check = Check {
    name: "line-end",
    role: Role::Server,
    level: Level::More,
    requirement: "UC-22",
    summary: "one LF or CR LF at the end of a datagram is dropped",
    section: "going-further",
    hints: [
        "What does netcat send when you type a line into it?",
        "The line with its LF, or CR LF from some systems. Drop one of them at the end before you look at the fields, or it becomes part of a name.",
        "if text ends with LF { drop it; if text now ends with CR { drop it } }",
    ],
    run: line_end,
};

fn line_end(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 2].map(|()| bench.word());
    let (server, [mut ada]) = Member::room(bench, [&names[0]])?;
    let mut bo = Member::stranger(bench, &server, &names[1])?;
    let welcome = format!("WELCOME {} 2", names[1]);
    bo.get_cookie()?;
    for end in ["\n", "\r\n"] {
        let line = format!("{}{end}", bo.join_line());
        bo.ask(&line, &welcome, |reply| match reply {
            Reply::Welcome { name, .. } if *name == names[1] => Some(Ok(())),
            Reply::Welcome { .. } | Reply::Cookie(_) | Reply::Err { .. } => {
                Some(Err(LINE_END_KEPT))
            }
            _ => None,
        })
        .map_err(|failure| failure.instead_of(UNANSWERED, LINE_END_KEPT))?;
        let text = bench.word();
        bo.say(&format!("{text}{end}"))
            .map_err(|failure| failure.instead_of(SAY_UNACKED, LINE_END_KEPT))?;
        let exact = |ada: &Member| ada.msgs().any(|(_, _, what)| what == text).then_some(());
        if ada.until(PATIENCE / 2, exact).is_none() {
            let got = ada
                .items
                .iter()
                .last()
                .map(|(&id, (item, _))| item.emit(id));
            return Err(Failure::of(
                LINE_END_KEPT,
                Side::bytes(text, "as the text, without its line end"),
                Side::bytes(got.unwrap_or_default(), format!("to {}", names[0])),
            ));
        }
    }
    bo.listen(RETRY / 20);
    Ok(())
}
