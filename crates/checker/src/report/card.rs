//! The failure card.

use std::io::{self, Write};

use super::Style;
use super::page::{Page, RED};
use crate::history::Event;
use crate::lesson::Transport;
use crate::show;
use crate::subject::COMPLAINED;
use crate::verdict::Card;

/// Lines of standard error that are shown.
const LINES: usize = 6;

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
    for (n, event) in happened(card).enumerate() {
        let label = if n == 0 { "happened" } else { "" };
        let text = format!("{:>8.3} s  {}", event.at.as_secs_f64(), event.text);
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
fn happened(card: &Card) -> impl Iterator<Item = &Event> {
    let complained = format!("the program {COMPLAINED} ");
    card.events
        .iter()
        .filter(move |event| !event.text.starts_with(&complained) || card.last_words.is_empty())
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
