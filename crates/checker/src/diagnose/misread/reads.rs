//! Reads that were taken for messages, and buffers that were too small for one.

use super::lines::{lines, without_line_end};
use super::{Seen, answers};
use crate::diagnose::common;
use crate::speech::Speech;

/// What a program that takes a read for a message answers to it.
type Answering = fn(Speech, &[u8]) -> Vec<u8>;

/// Longer than any buffer a beginner would pick, or as long as the smallest.
const LONG: usize = 512;

/// Complete lines of each read are answered, its tail is thrown away.
pub(super) fn partial_dropped(seen: &Seen) -> bool {
    let complete = seen.pieces.iter().flat_map(|piece| {
        let end = piece.iter().rposition(|&b| b == b'\n');
        lines(&piece[..end.map_or(0, |at| at + 1)])
    });
    seen.fits(&answers(seen, complete))
}

/// The first line is answered as soon as there is one, the rest thrown away.
pub(super) fn rest_dropped(seen: &Seen) -> bool {
    let (mut pending, mut firsts) = (Vec::new(), Vec::new());
    for piece in &seen.pieces {
        pending.extend_from_slice(piece);
        if let Some(at) = pending.iter().position(|&b| b == b'\n') {
            firsts.extend_from_slice(&pending[..=at]);
            pending.clear();
        }
    }
    seen.fits(&answers(seen, lines(&firsts))) && !firsts.is_empty()
}

/// Reads are collected until one ends in LF; then all is one message.
pub(super) fn glued_as_one(seen: &Seen) -> bool {
    let (mut pending, mut glued, mut several) = (Vec::new(), Vec::new(), false);
    for piece in &seen.pieces {
        pending.extend_from_slice(piece);
        if let Some(text) = pending.strip_suffix(b"\n") {
            several |= text.contains(&b'\n');
            glued.append(&mut seen.speech.answer(text));
            pending.clear();
        }
    }
    (several || pending.contains(&b'\n')) && seen.fits(&glued)
}

/// Each read is answered as it comes: as it is, or with its line end replaced.
pub(super) fn one_read_one_message(seen: &Seen) -> bool {
    let ways: [Answering; 4] = [
        Speech::wrap,
        |speech, read| speech.answer(read.trim_ascii()),
        |speech, read| speech.answer(without_line_end(read)),
        Speech::answer,
    ];
    let whole = seen.pieces.len() == 1 && lines(&seen.pieces[0]).count() == 1;
    !whole
        && ways.iter().any(|answer| {
            let reads = seen.pieces.iter();
            let answers: Vec<u8> = reads.flat_map(|read| answer(seen.speech, read)).collect();
            seen.fits(&answers)
        })
}

/// The answer breaks off in a line end, and goes on after it.
pub(super) fn cut_at_1024(seen: &Seen) -> bool {
    broken_off(seen).is_some_and(|at| {
        let rest = &seen.got[at + seen.speech.after.len() + 1..];
        let rest = rest
            .strip_prefix(seen.speech.before.as_bytes())
            .unwrap_or(rest);
        !rest.is_empty() && seen.expected[at..].starts_with(&rest[..rest.len().min(LONG / 2)])
    })
}

pub(super) fn truncated(seen: &Seen) -> bool {
    broken_off(seen).is_some() || (seen.got.len() >= LONG && seen.expected.starts_with(&seen.got))
}

/// Where what ends an answer stands instead of more of the text.
fn broken_off(seen: &Seen) -> Option<usize> {
    let at = common(&seen.expected, &seen.got);
    let end = [seen.speech.after.as_bytes(), b"\n"].concat();
    (at >= LONG && seen.got[at..].starts_with(&end)).then_some(at)
}

pub(super) fn limit_too_low(seen: &Seen) -> bool {
    let refused = seen.got.starts_with(b"ERR") || (seen.got.is_empty() && seen.end.is_some());
    seen.expected.len() > LONG && refused
}
