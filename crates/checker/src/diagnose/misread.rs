//! The known misreadings, the most telling first.

mod lines;
mod reads;

use super::Seen;
use crate::causes::*;
use crate::speech::Speech;
use crate::verdict::Cause;
use lines::{lines, plain, replace, without_line_end};

/// A cause and whether it explains what was seen.
type Misreading = (Cause, fn(&Seen) -> bool);

/// The first that explains wins, so that the special comes before the general.
pub(super) const TABLE: &[Misreading] = &[
    (PRINTED_BYTES_OBJECT, bytes_object),
    (CRLF_ANSWER, crlf_answer),
    (STALE_ANSWER, stale_answer),
    (BUFFER_NOT_CLEARED, buffer_not_cleared),
    (DECODE_PER_READ, decode_per_read),
    (NOT_EIGHT_BIT, not_eight_bit),
    (NEWLINE_INSIDE, newline_inside),
    (EMPTY_IS_END, empty_is_end),
    (EMPTY_SKIPPED, empty_skipped),
    (CR_KEPT, |seen| lines_fit(seen, |line| line.to_vec())),
    (TRIMMED, trimmed),
    (ALL_CR_DROPPED, all_cr_dropped),
    (CR_ENDS_MESSAGE, cr_ends_message),
    (CUT_AT_NUL, cut_at_nul),
    (PARTIAL_DROPPED, reads::partial_dropped),
    (REST_DROPPED, reads::rest_dropped),
    (GLUED_AS_ONE, reads::glued_as_one),
    (ONE_READ_ONE_MESSAGE, reads::one_read_one_message),
    (MISSING_NEWLINE, missing_newline),
    (CUT_AT_1024, reads::cut_at_1024),
    (LIMIT_TOO_LOW, reads::limit_too_low),
    (TRUNCATED, reads::truncated),
    (ONE_SHOT, one_shot),
    (SPEAKS_FIRST, speaks_first),
    (WRONG_WORDING, wrong_wording),
];

/// What a program makes of one line or one read.
type Change = fn(&[u8]) -> Vec<u8>;

fn bytes_object(seen: &Seen) -> bool {
    let before = seen.speech.before.as_bytes();
    let quoted = |text: &[u8]| {
        let text = text.strip_prefix(before).unwrap_or(text);
        text.starts_with(b"b'") || text.starts_with(b"b\"")
    };
    quoted(&seen.got) && !quoted(&seen.expected)
}

fn crlf_answer(seen: &Seen) -> bool {
    !seen.sent().contains(&b'\r') && seen.fits(&replace(&seen.expected, b"\n", b"\r\n"))
}

fn missing_newline(seen: &Seen) -> bool {
    seen.expected.len() > 1 && seen.fits(&replace(&seen.expected, b"\n", b""))
}

/// Some piece ends inside a character, and the text did not come through.
fn decode_per_read(seen: &Seen) -> bool {
    let cut = seen
        .pieces
        .iter()
        .any(|piece| std::str::from_utf8(piece).is_err());
    cut && std::str::from_utf8(&seen.sent()).is_ok()
}

/// The first byte that is missing belongs to a character outside ASCII.
fn not_eight_bit(seen: &Seen) -> bool {
    let at = super::common(&seen.expected, &seen.got);
    let came_or_ended = seen.end.is_some() || at < seen.got.len();
    seen.expected.get(at).is_some_and(|byte| !byte.is_ascii()) && came_or_ended
}

/// The texts of the right answers before; a greeting is none.
fn answered(seen: &Seen) -> Vec<&[u8]> {
    let answers = seen.answered.iter().flat_map(|answer| lines(answer));
    answers.filter_map(|line| seen.speech.text(line)).collect()
}

fn stale_answer(seen: &Seen) -> bool {
    let old = answered(seen);
    [old.first(), old.last()]
        .into_iter()
        .flatten()
        .any(|old| seen.fits(&seen.speech.answer(old)))
}

fn buffer_not_cleared(seen: &Seen) -> bool {
    let old = answered(seen);
    let again: Vec<u8> = old
        .iter()
        .flat_map(|text| seen.speech.answer(text))
        .collect();
    let first = lines(&seen.expected).next().unwrap_or_default();
    let grown = seen.speech.text(first).map(|text| {
        let rest = &seen.expected[first.len()..];
        let whole = seen.speech.answer(&[&old.concat(), text].concat());
        [&whole, rest].concat()
    });
    !old.is_empty()
        && [Some([&again, &seen.expected[..]].concat()), grown]
            .into_iter()
            .flatten()
            .any(|answers| seen.fits(&answers))
}

/// Whether the answer that is due is that of an empty text.
fn empty_is_due(seen: &Seen) -> bool {
    seen.expected.starts_with(&seen.speech.answer(b""))
}

fn empty_skipped(seen: &Seen) -> bool {
    let empty = seen.speech.answer(b"");
    let answers: Vec<u8> = lines(&seen.expected)
        .filter(|line| *line != empty)
        .flatten()
        .copied()
        .collect();
    empty_is_due(seen) && seen.fits(&answers)
}

fn empty_is_end(seen: &Seen) -> bool {
    empty_is_due(seen) && seen.got.is_empty() && seen.end.is_some()
}

/// The line end stands where only the text should.
fn newline_inside(seen: &Seen) -> bool {
    let sent = seen.sent();
    // Whoever forgets what stands behind the text has answered the same so far.
    let goes_on = lines(&seen.got).count() > 1;
    goes_on
        && !seen.speech.after.is_empty()
        && [&b""[..], b"\n"].iter().any(|end| {
            let answers = lines(&sent).flat_map(|line| [&seen.speech.wrap(line), *end].concat());
            seen.fits(&answers.collect::<Vec<_>>())
        })
}

fn trimmed(seen: &Seen) -> bool {
    let ways: [Change; 3] = [
        |line| line.trim_ascii().to_vec(),
        |line| line.trim_ascii_end().to_vec(),
        |line| without_line_end(line).trim_ascii_start().to_vec(),
    ];
    ways.iter()
        .any(|trim| lines_fit(seen, |line| [trim(line), b"\n".to_vec()].concat()))
}

fn all_cr_dropped(seen: &Seen) -> bool {
    seen.sent().contains(&b'\r') && lines_fit(seen, |line| replace(line, b"\r", b""))
}

fn cr_ends_message(seen: &Seen) -> bool {
    let sent = replace(&seen.sent(), b"\r\n", b"\n");
    let lone = replace(&sent, b"\r", b"\n");
    sent.contains(&b'\r') && seen.fits(&answers(seen, lines(&lone)))
}

/// The text ends at its first NUL; its LF is behind that and may be lost as well.
fn cut_at_nul(seen: &Seen) -> bool {
    let cut = |line: &[u8], end: &[u8]| match line.iter().position(|&byte| byte == 0) {
        Some(nul) => [&line[..nul], end].concat(),
        None => line.to_vec(),
    };
    let ends = [&b""[..], b"\n"];
    seen.sent().contains(&0)
        && ends
            .iter()
            .any(|end| lines_fit(seen, |line| cut(line, end)))
}

fn one_shot(seen: &Seen) -> bool {
    answered(seen).len() == 1 && seen.got.is_empty() && seen.end.is_some()
}

/// The right answer comes, but after a line of its own.
fn speaks_first(seen: &Seen) -> bool {
    let first = lines(&seen.got).next().unwrap_or_default();
    let text = without_line_end(&seen.expected);
    seen.speech.greeting.is_empty()
        && seen.answered.is_empty()
        && seen.got.len() > first.len()
        && seen.got.ends_with(&seen.expected)
        && !first.windows(text.len().max(1)).any(|part| part == text)
}

/// Each text is there, but not in the words that the contract puts around it.
fn wrong_wording(seen: &Seen) -> bool {
    let lines = lines(&seen.expected).zip(lines(&seen.got));
    let mut wrong = lines.filter(|(expected, got)| expected != got).peekable();
    seen.speech != Speech::ECHO
        && wrong.peek().is_some()
        && wrong.all(|(expected, got)| {
            let core = plain(seen.speech.text(expected).unwrap_or(expected));
            let said = plain(got);
            let own_words = !got.starts_with(seen.speech.before.as_bytes());
            said == plain(expected)
                || (own_words && said.windows(core.len().max(1)).any(|part| part == core))
        })
}

/// Whether answering each line through `change` explains what came.
fn lines_fit(seen: &Seen, change: impl Fn(&[u8]) -> Vec<u8>) -> bool {
    let changed: Vec<_> = lines(&seen.sent()).map(change).collect();
    seen.fits(&answers(seen, changed.iter().map(Vec::as_slice)))
}

/// What is answered to these lines; one without LF is answered without LF.
fn answers<'a>(seen: &Seen, lines: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let answers = lines.flat_map(|line| match line.strip_suffix(b"\n") {
        Some(text) => seen.speech.answer(text),
        None => seen.speech.wrap(line),
    });
    answers.collect()
}

#[cfg(test)]
mod tests;
