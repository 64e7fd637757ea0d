//! Core checks of the client: what it is sent (UC-33 to UC-36).

use super::host::Host;
use super::wire::{Event, Item};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::LATE;
use crate::verdict::Failure;

pub(super) const ACKNOWLEDGES: Check = Check {
    name: "acknowledges",
    role: Role::Client,
    level: Level::Core,
    requirement: "UC-33",
    summary: "every MSG and NOTE is acknowledged, and again when it comes again",
    section: "on-the-wire",
    hints: [
        "How does the server learn that its MSG has reached you?",
        "By your ACK with its id, for each MSG and each NOTE. The ACK may get lost; then the same comes again, and needs its ACK again.",
        "on \"MSG id …\" or \"NOTE id …\": send(\"ACK \" + id), whether it came before or not",
    ],
    run: acknowledges,
};

fn acknowledges(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let from = bench.word();
    let text = bench.word();
    let mut host = Host::joined(bench, &[])?;
    let msg = Item::msg(&from, &text);
    host.send_item(1, &msg)?;
    host.send_item(1, &msg)
        .map_err(|failure| failure.instead_of(NEVER_ACKS, ACKS_ONCE))?;
    host.send_item(2, &Item::note(Event::Left, &from))
        .map_err(|failure| failure.instead_of(NEVER_ACKS, NOTE_UNACKED))?;
    // From long ago.
    host.send_item(1, &msg)
        .map_err(|failure| failure.instead_of(NEVER_ACKS, ACKS_ONCE))
}

pub(super) const PRINTS: Check = Check {
    name: "prints",
    role: Role::Client,
    level: Level::Core,
    requirement: "UC-34",
    summary: "sender and text of every MSG are printed, up to the longest, and the name of every NOTE",
    section: "on-the-wire",
    hints: [
        "What does the user of your client see when Ada says something?",
        "A line on standard output with her name and all of her text, and one with the name of whoever comes and goes. Receive into 1200 bytes or more, and flush what you print.",
        "on \"MSG id from text\": print from + \": \" + text; on \"NOTE id event name\": print \"* \" + name + \" \" + event; flush stdout",
    ],
    run: prints,
};

fn prints(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let from = format!("李雷{}", bench.word());
    let text = format!("你好 é🦀 {}", bench.word());
    // The longest datagram that a server sends: 64 and 1000 bytes.
    let longest = ["🦀".repeat(16), bench.text(1000)];
    let comer = bench.word();
    let mut host = Host::joined(bench, &[])?;
    host.send_item(1, &Item::msg(&from, &text))?;
    host.prints(&[&text], NOT_PRINTED)?;
    host.prints(&[&from, &text], SENDER_NOT_PRINTED)?;
    host.send_item(2, &Item::note(Event::Joined, &comer))?;
    host.prints(&[&comer], NOTE_NOT_PRINTED)?;
    host.send_item(3, &Item::msg(&longest[0], &longest[1]))
        .map_err(|failure| failure.blame(LONG_LOST))?;
    let beginning = &longest[1][..100];
    host.prints(&[beginning], LONG_LOST)?;
    host.prints(&[&longest[1]], CUT_SILENTLY)
}

pub(super) const PRINTS_ONCE: Check = Check {
    name: "prints-once",
    role: Role::Client,
    level: Level::Core,
    requirement: "UC-35",
    summary: "what comes again is not printed again",
    section: "what-goes-wrong",
    hints: [
        "Your ACK gets lost and the same MSG comes again: how often is it printed?",
        "Once. Remember the last id that you have printed: what has that id or a smaller one is acknowledged, and dropped.",
        "on \"MSG id …\": send(\"ACK \" + id); if id > last { keep it until its turn }; else drop it",
    ],
    run: prints_once,
};

fn prints_once(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let from = bench.word();
    let texts = [(); 3].map(|()| bench.word());
    let comer = bench.word();
    let mut host = Host::joined(bench, &[])?;
    let items = [
        Item::msg(&from, &texts[0]),
        Item::msg(&from, &texts[1]),
        Item::note(Event::Joined, &comer),
        Item::msg(&from, &texts[2]),
    ];
    // The one before and the one long before; a wrong client need not answer.
    for id in [1, 1, 2, 1, 2, 3, 3, 2, 4] {
        let item = &items[id as usize - 1];
        match host.acks(id) {
            0 => host.send_item(id, item)?,
            _ => {
                host.judge.send(&item.emit(id));
                let before = host.acks(id);
                host.until(LATE, |host| (host.acks(id) > before).then_some(()));
            }
        }
    }
    host.prints(&[&texts[2]], NOT_PRINTED)?;
    let all = [texts[0].as_str(), &texts[1], &comer, &texts[2]];
    host.printed_once_in_order(&all, PRINTED_TWICE, PRINTED_EARLY)?;
    host.is_right()
}

pub(super) const PRINTS_IN_ORDER: Check = Check {
    name: "prints-in-order",
    role: Role::Client,
    level: Level::Core,
    requirement: "UC-36",
    summary: "what overtakes is acknowledged as it comes, kept, and printed in the order of the ids",
    section: "what-goes-wrong",
    hints: [
        "MSG 3 arrives before MSG 1: what does your client print, and what does it acknowledge?",
        "It acknowledges 3 at once and keeps it. When 1 and 2 have come, all three are printed, in this order.",
        "send(\"ACK \" + id); kept[id] = line; while kept has last + 1 { last += 1; print kept.remove(last) }",
    ],
    run: prints_in_order,
};

fn prints_in_order(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let from = bench.word();
    let texts = [(); 5].map(|()| bench.word());
    let mut host = Host::joined(bench, &[])?;
    let item = |id: u32| Item::msg(&from, &texts[id as usize - 1]);
    for id in [3, 2, 5] {
        host.send_item(id, &item(id))
            .map_err(|failure| failure.instead_of(NEVER_ACKS, GAP_UNACKED))?;
    }
    host.listen(LATE);
    for text in &texts {
        host.never_prints(text, PRINTED_EARLY)?;
    }
    for id in [1, 4] {
        host.send_item(id, &item(id))?;
    }
    for text in &texts {
        host.prints(&[text], KEPT_UNPRINTED)?;
    }
    let all = texts.each_ref().map(String::as_str);
    host.printed_once_in_order(&all, PRINTED_TWICE, PRINTED_EARLY)?;
    host.is_right()
}
