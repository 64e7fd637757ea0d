//! The failure card.

use std::io::{self, Write};
use std::time::Duration;

use super::Style;
use super::page::{Page, RED};
use crate::history::Event;
use crate::lesson::Transport;
use crate::show;
use crate::subject::COMPLAINED;
use crate::verdict::Card;

/// Lines of standard error that are shown.
const LINES: usize = 6;
/// Pieces at both ends of many that were received in a row.
const ENDS: usize = 3;

/// Writes one card.
///
/// # Errors
/// Only those of `out`.
pub fn card(card: &Card, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let mut page = Page::new(out, style);
    page.line(
        RED,
        &format!("✗ {} ({}): {}", card.check, card.requirement, card.summary),
    )?;
    page.blank()?;
    if !card.input.is_empty() {
        page.bytes("stdin", &card.input)?;
    }
    match card.transport {
        _ if card.sent.is_empty() => {}
        Transport::Stream => page.sent(&card.sent)?,
        Transport::Datagram => page.datagrams(&card.sent)?,
    }
    page.side("expected", &card.expected, card.first_wrong, false)?;
    page.side("came", &card.got, card.first_wrong, true)?;
    if let (Some(at), Some(expected), Some(got)) =
        (card.first_wrong, &card.expected.bytes, &card.got.bytes)
        && !got.is_empty()
        && !expected.is_empty()
    {
        page.hex(at, expected, got)?;
    }
    page.blank()?;
    page.part(
        "cause",
        &format!("{} ({})", card.cause.sentence, card.cause.id),
    )?;
    page.part("hint", card.hint)?;
    page.part("read", &card.section)?;
    page.verbatim("again", &card.replay)?;
    page.blank()?;
    for (n, (at, text)) in happened(card).iter().enumerate() {
        let label = if n == 0 { "happened" } else { "" };
        let text = format!("{:>8.3} s  {text}", at.as_secs_f64());
        page.verbatim(label, &text)?;
    }
    for (n, line) in complaint(&card.last_words).iter().enumerate() {
        let label = if n == 0 { "stderr" } else { "" };
        page.verbatim(label, &show::escape(line))?;
    }
    Ok(())
}

/// The events, without those that `stderr` tells: an interpreter writes a
/// traceback in dozens of pieces.
fn happened(card: &Card) -> Vec<(Duration, String)> {
    let complained = format!("the program {COMPLAINED} ");
    let events: Vec<&Event> = card
        .events
        .iter()
        .filter(|event| !event.text.starts_with(&complained) || card.last_words.is_empty())
        .collect();
    shortened(&events)
}

/// Of many pieces that came in a row the first and the last ones: a flood has
/// nothing more to say.
fn shortened(events: &[&Event]) -> Vec<(Duration, String)> {
    let told = |event: &&Event| (event.at, event.text.clone());
    let mut all = Vec::new();
    for row in events.chunk_by(|a, b| receiver(a).is_some() && receiver(a) == receiver(b)) {
        match row.len().checked_sub(2 * ENDS) {
            Some(between @ 2..) => {
                all.extend(row[..ENDS].iter().map(told));
                all.push((row[ENDS].at, format!("… received {between} more")));
                all.extend(row[ENDS + between..].iter().map(told));
            }
            _ => all.extend(row.iter().map(told)),
        }
    }
    all
}

/// Whose socket received, if that is what happened.
fn receiver(event: &Event) -> Option<&str> {
    let (name, _) = event.text.split_once(": received ")?;
    Some(name)
}

/// What to show of the last lines of standard error. Of a Python traceback that
/// is where it happened and its last line, which says what; the same words of
/// several programs are shown once.
fn complaint(last_words: &[Vec<u8>]) -> Vec<&[u8]> {
    let place = |line: &&[u8]| line.starts_with(b"File \"");
    let lines = last_words.iter().map(|line| line.trim_ascii());
    let Some(at) = lines.clone().rposition(|line| place(&line)) else {
        let mut told: Vec<&[u8]> = Vec::new();
        for line in last_words {
            if !told.contains(&&line[..]) {
                told.push(line);
            }
        }
        return told.split_off(told.len().saturating_sub(LINES));
    };
    let last = lines.clone().next_back();
    lines.skip(at).take(1).chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_flood_both_ends_are_shown() {
        let event = |text: &str| Event {
            at: Duration::ZERO,
            text: text.to_owned(),
        };
        let flood = |socket: &str, count: u32| -> Vec<Event> {
            let text = |n| event(&format!("{socket}: received {n}"));
            (0..count).map(text).collect()
        };
        let text = |events: &[Event]| -> Vec<String> {
            let events: Vec<_> = events.iter().collect();
            let told = shortened(&events);
            told.into_iter().map(|(_, text)| text).collect()
        };
        let mut events = flood("socket 1", 9);
        events.push(event("socket 2: received more"));
        events.push(event("the program ended"));
        let [first, .., last] = &text(&events)[..] else {
            panic!("{events:?}");
        };
        assert_eq!(
            (&first[..], &last[..]),
            ("socket 1: received 0", "the program ended")
        );
        assert_eq!(
            text(&events)[2..5],
            [
                "socket 1: received 2",
                "… received 3 more",
                "socket 1: received 6"
            ]
        );
        // A line that says "1 more" is no shorter than the one it stands for.
        assert_eq!(text(&flood("socket 1", 7)).len(), 7);
        let other: Vec<_> = (0..12).map(|_| event("the program printed a")).collect();
        assert_eq!(text(&other).len(), 12);
    }

    #[test]
    fn of_a_traceback_the_place_and_the_reason_are_shown() {
        let lines = |text: &str| -> Vec<Vec<u8>> {
            text.lines().map(|line| line.as_bytes().to_vec()).collect()
        };
        let traceback = lines(
            "    main()\n  File \"a.py\", line 9, in main\n    serve(x)\n  \
             File \"a.py\", line 3, in serve\n    ~~~~^\nValueError: no",
        );
        assert_eq!(
            complaint(&traceback),
            [&b"File \"a.py\", line 3, in serve"[..], b"ValueError: no"]
        );
        assert_eq!(complaint(&lines("a\nb\na")), [b"a", b"b"]);
        assert!(complaint(&[]).is_empty());
    }
}
