//! Core checks of the server: what a member says (UC-6 to UC-8).

use super::PATIENCE;
use super::member::Member;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::verdict::{Failure, Side};

/// The longest text, in bytes.
const TEXT: usize = 1000;

pub(super) const RELAYS: Check = Check {
    name: "relays",
    role: Role::Server,
    level: Level::Core,
    requirement: "UC-6",
    summary: "what a member says is acknowledged, and sent to every other member as it came",
    section: "on-the-wire",
    hints: [
        "Ada says something: who must be sent what?",
        "She gets the ACK, and everybody else a MSG with the next id of his own sequence, her name and her text, which is all that follows the second blank. She gets none.",
        "on \"SAY id text\" from a member: sendto(\"ACK \" + id, sender); for each other member { member.next += 1; sendto(\"MSG \" + member.next + \" \" + sender's name + \" \" + text, member.address) }",
    ],
    run: relays,
};

fn relays(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 3].map(|()| bench.word());
    let (_server, [mut ada, mut bo, mut cy]) =
        Member::room(bench, [&names[0], &names[1], &names[2]])?;
    let own = bench.word();
    let texts = [
        own.clone(),
        format!("  {} 你好 é🦀 ", bench.word()),
        bench.text(TEXT),
    ];
    for text in &texts {
        ada.say(text).map_err(|failure| match text.len() {
            TEXT => failure.blame(LONG_LOST),
            _ => failure,
        })?;
        let missing = if text.len() == TEXT {
            LONG_LOST
        } else {
            NOT_RELAYED
        };
        let first = bo.hear(&names[0], text, missing);
        let second = cy.hear(&names[0], text, missing);
        match (first, second) {
            (Ok(_), Ok(_)) => {}
            (Ok(_), Err(failure)) | (Err(failure), Ok(_)) if text.len() < TEXT => {
                return Err(failure.instead_of(NOT_RELAYED, NOT_TO_ALL));
            }
            (Err(failure), _) | (_, Err(failure)) => return Err(failure),
        }
    }
    let other = bench.word();
    bo.say(&other)?;
    ada.hear(&names[1], &other, NOT_RELAYED)?;
    ada.fence();
    if let Some((id, by, text)) = ada.msgs().find(|(_, by, _)| *by == names[0]) {
        let got = format!("MSG {id} {by} {text}").into_bytes();
        return Err(ada.failure(ECHOED, "nothing of what it said itself", Some(got)));
    }
    for member in [&mut ada, &mut bo, &mut cy] {
        member.ids_are_its_own()?;
    }
    Ok(())
}

pub(super) const SAYS_ONCE: Check = Check {
    name: "says-once",
    role: Role::Server,
    level: Level::Core,
    requirement: "UC-7",
    summary: "a SAY that comes again is acknowledged again, and sent on once",
    section: "what-goes-wrong",
    hints: [
        "Your ACK gets lost: what does the client do, and what do the others read then?",
        "It sends the SAY again. Remember for each member the last id that you have delivered: what has that id or a smaller one is only acknowledged.",
        "on \"SAY id text\": if id <= member.last { sendto(\"ACK \" + id); done }",
    ],
    run: says_once,
};

fn says_once(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 2].map(|()| bench.word());
    let (_server, [mut ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    let texts = [(); 3].map(|()| bench.word());
    // The one before, the one long before.
    for (id, text, again) in [(1, 0, vec![1, 1]), (2, 1, vec![1, 2]), (3, 2, vec![1, 3])] {
        ada.say_as(id, &texts[text])?;
        for id in again {
            let text = &texts[id as usize - 1];
            ada.say_as(id, text)
                .map_err(|failure| failure.instead_of(SAY_UNACKED, REPEAT_UNACKED))?;
        }
    }
    for text in &texts {
        bo.hear(&names[0], text, NOT_RELAYED)?;
    }
    bo.fence();
    bo.heard_only(&names[0], &texts, RELAYED_TWICE, RELAYED_TWICE)
}

pub(super) const IN_ORDER: Check = Check {
    name: "in-order",
    role: Role::Server,
    level: Level::Core,
    requirement: "UC-8",
    summary: "SAYs that overtake each other are kept, and sent on in the order of their ids",
    section: "what-goes-wrong",
    hints: [
        "SAY 3 arrives before SAY 1: what do the others read first?",
        "Acknowledge it, keep it, and wait. When the next one in order is there, deliver it and every kept one that now follows.",
        "kept[id] = text; sendto(\"ACK \" + id); while kept has last + 1 { last += 1; deliver(kept.remove(last)) }",
    ],
    run: in_order,
};

fn in_order(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 2].map(|()| bench.word());
    let (_server, [mut ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    let texts = [(); 6].map(|()| bench.word());
    for order in [[3, 2, 1], [6, 4, 5]] {
        for id in order {
            ada.say_as(id, &texts[id as usize - 1])
                .map_err(|failure| failure.instead_of(SAY_UNACKED, GAP_UNACKED))?;
            if [3, 2].contains(&id) {
                bo.fence();
                if let Some((place, by, text)) = bo.msgs().next() {
                    let got = format!("MSG {place} {by} {text}").into_bytes();
                    let wanted = "no MSG, since SAY 1 has not been sent yet";
                    return Err(bo.failure(RELAYED_EARLY, wanted, Some(got)));
                }
            }
        }
    }
    let all = |member: &Member| {
        let mut missing = texts
            .iter()
            .filter(|text| !member.msgs().any(|(_, _, what)| what == *text));
        missing.next().cloned()
    };
    bo.until(PATIENCE, |member| all(member).is_none().then_some(()));
    if let Some(text) = all(&bo) {
        return Err(Failure::of(
            KEPT_LOST,
            Side::bytes(text, format!("in a MSG to {}", bo.name)),
            Side::words("it did not come, although it was acknowledged"),
        ));
    }
    bo.heard_only(&names[0], &texts, RELAYED_TWICE, RELAYED_EARLY)
}
