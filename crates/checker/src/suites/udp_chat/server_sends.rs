//! Core checks of the server: what is sent until it is acknowledged, and who
//! comes and goes (UC-9, UC-10).

use std::time::Instant;

use super::PATIENCE;
use super::member::Member;
use super::wire::{Event, Item, Reply};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::{LATE, RESEND, SILENCE};
use crate::verdict::{Failure, Side, how_often};

pub(super) const SENDS_AGAIN: Check = Check {
    name: "sends-again",
    role: Role::Server,
    level: Level::Core,
    requirement: "UC-9",
    summary: "a MSG or NOTE is sent again, the same bytes, until it is acknowledged, and not after",
    section: "what-goes-wrong",
    hints: [
        "A MSG gets lost on its way to Bo: what makes your server notice?",
        "Only that no ACK comes. Keep for each member what he has not acknowledged, with the time of its next turn, and let the receive wait no longer than until the first of these.",
        "each waiting item: { bytes, wait = 100 ms, due }; timeout of the receive = earliest due; when due { send the same bytes; wait = min(1.5 * wait, 500 ms); due = now + wait }; on \"ACK id\": remove item id",
    ],
    run: sends_again,
};

fn sends_again(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 3].map(|()| bench.word());
    let (server, [mut ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    bo.acknowledges = false;
    let text = bench.word();
    ada.say(&text)?;
    let said = bo.hear(&names[0], &text, NOT_RELAYED)?;
    comes_again(&mut bo, said, 3)?;
    let _cy = Member::joined(bench, &server, &names[2])?;
    let joined = Item::note(Event::Joined, &names[2]);
    let noted = |member: &Member| {
        let mut items = member.items.iter();
        items.find_map(|(&id, (item, _))| (*item == joined).then_some(id))
    };
    // Whether there are NOTEs at all is for another check.
    let mut ids = vec![said];
    if let Some(id) = bo.until(RESEND / 4, noted) {
        comes_again(&mut bo, id, 2)?;
        ids.push(id);
    }
    for id in &ids {
        bo.socket.send(format!("ACK {id}").as_bytes());
    }
    bo.fence();
    let counts = |member: &Member| ids.iter().map(|id| member.items[id].1).sum::<usize>();
    let before = counts(&bo);
    bo.listen(SILENCE);
    // One may have been on its way when the ACK came.
    if counts(&bo) > before + ids.len() {
        return Err(Failure::of(
            SENT_AFTER_ACK,
            Side::words("nothing more of what was acknowledged"),
            Side::bytes(bo.items[&ids[0]].0.emit(ids[0]), "again and again"),
        ));
    }
    Ok(())
}

/// Proves that an item comes at least `times` times, as it came first.
fn comes_again(member: &mut Member, id: u32, times: usize) -> Result<(), Failure> {
    let first = member.items[&id].0.clone();
    let renumbered = |member: &Member| {
        let mut items = member.items.iter();
        items.find_map(|(&other, (item, _))| (other != id && *item == first).then_some(other))
    };
    for time in 2..=times {
        let came = |member: &Member| {
            (member.items[&id].1 >= time || renumbered(member).is_some()).then_some(())
        };
        let until = Instant::now();
        let wanted = first.emit(id);
        if let Some(other) = member.until(RESEND, came).and_then(|()| renumbered(member)) {
            let got = Side::bytes(first.emit(other), "");
            let wanted = Side::bytes(wanted, "once more, the same bytes");
            return Err(Failure::compared(SENT_CHANGED, Vec::new(), wanted, got));
        }
        if member.items[&id].1 < time {
            let came = how_often(member.items[&id].1);
            let waited = until.elapsed();
            let got = format!("it came {came}, and not again within {waited:.0?}");
            let wanted = Side::bytes(wanted, "again and again, since it is not acknowledged");
            return Err(Failure::of(SENT_ONCE, wanted, Side::words(got)));
        }
    }
    Ok(())
}

pub(super) const TELLS_WHO: Check = Check {
    name: "tells-who",
    role: Role::Server,
    level: Level::Core,
    requirement: "UC-10",
    summary: "who joins and who quits is told to every other member, and QUIT is answered with BYE",
    section: "on-the-wire",
    hints: [
        "Bo comes, says something and goes: what does Ada get, in which order, under which ids?",
        "A NOTE goes the way of a MSG: it takes the next id of each member that gets it, waits for its ACK, and is sent again. The one it is about gets none, but BYE for his QUIT, each time.",
        "on QUIT: sendto(\"BYE\", sender); if sender is a member { name = members.remove(sender).name; for each member left { queue(\"NOTE id left \" + name) } }",
    ],
    run: tells_who,
};

fn tells_who(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 3].map(|()| bench.word());
    let [text, later] = [(); 2].map(|()| bench.word());
    let (server, [mut ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    ada.hear_of(Event::Joined, &names[1])?;
    bo.say(&text)?;
    ada.hear(&names[1], &text, NOT_RELAYED)?;
    let mut cy = Member::joined(bench, &server, &names[2])?;
    for other in [&mut ada, &mut bo] {
        other.hear_of(Event::Joined, &names[2])?;
    }
    // The BYE may get lost, so a QUIT comes again from one who is no member.
    for _ in 0..2 {
        let bye = bo.ask("QUIT", "BYE", |reply| match reply {
            Reply::Bye => Some(Ok(())),
            Reply::Err { .. } => Some(Err(NO_BYE)),
            _ => None,
        });
        bye.map_err(|failure| failure.instead_of(UNANSWERED, NO_BYE))?;
    }
    for other in [&mut ada, &mut cy] {
        other.hear_of(Event::Left, &names[1])?;
    }
    let before = bo.items.len();
    ada.say(&later)?;
    cy.hear(&names[0], &later, NOT_RELAYED)?;
    if let Some(place) = bo.until(LATE, |bo| bo.items.keys().nth(before).copied()) {
        let got = bo.items[&place].0.emit(place);
        return Err(bo.failure(STILL_MEMBER, "nothing after its BYE", Some(got)));
    }
    let [joined, left] = [Event::Joined, Event::Left].map(|event| Item::note(event, &names[1]));
    let arrived = Item::note(Event::Joined, &names[2]);
    for (member, due) in [
        (
            &mut ada,
            vec![joined, Item::msg(&names[1], &text), arrived, left.clone()],
        ),
        (&mut cy, vec![left, Item::msg(&names[0], &later)]),
    ] {
        is_exactly(member, &due)?;
    }
    Ok(())
}

/// Proves that these items came under the ids from 1, and no others.
fn is_exactly(member: &mut Member, due: &[Item]) -> Result<(), Failure> {
    let whole = |member: &Member| (member.items.len() >= due.len()).then_some(());
    member.until(PATIENCE, whole);
    let own = member.name.clone();
    for (id, (item, _)) in &member.items {
        if matches!(item, Item::Note { name, .. } if *name == own) {
            let got = Some(item.emit(*id));
            return Err(member.failure(NOTE_TO_ITSELF, "no NOTE about itself", got));
        }
    }
    member.ids_are_its_own()?;
    for ((id, (item, _)), due) in member.items.iter().zip(due) {
        if item != due {
            return Err(Failure::compared(
                NO_NOTE,
                Vec::new(),
                Side::bytes(due.emit(*id), format!("to {own}")),
                Side::bytes(item.emit(*id), "in one datagram"),
            ));
        }
    }
    match member.items.iter().nth(due.len()) {
        Some((id, (item, _))) => {
            let got = Some(item.emit(*id));
            Err(member.failure(NOTED_TWICE, "nothing more", got))
        }
        None => Ok(()),
    }
}
