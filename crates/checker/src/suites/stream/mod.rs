//! What the lessons over TCP have in common: a conversation of lines, judged by
//! the same checks whatever words stand around them.
//!
//! The functions take the words from the lesson that is checked. What a check is
//! called, what it hints at and which requirement it proves is the lesson's own;
//! where two lessons say the same, it stands here and they name the requirement.

pub(super) mod client_ends;
pub(super) mod client_lines;
pub(super) mod client_more;
pub(super) mod client_text;
pub(super) mod server_ends;
pub(super) mod server_input;
pub(super) mod server_life;
pub(super) mod server_lines;
pub(super) mod server_text;
pub(super) mod talk;

use crate::bench::{Bench, Server};
use crate::peer::Stream;
use crate::verdict::{Cause, Failure};

/// The longest message, in bytes.
pub(super) const LIMIT: usize = 65_536;

/// A message with `text`, as it goes over the wire.
pub(super) fn lf(text: &str) -> Vec<u8> {
    format!("{text}\n").into_bytes()
}

/// The longest text whose answer is not longer than a message may be.
pub(super) fn longest(bench: &Bench<'_>) -> usize {
    LIMIT - bench.speech().around()
}

/// Every offset of `text` that lies inside a character.
pub(super) fn cuts_inside_characters(text: &str) -> Vec<usize> {
    (1..text.len())
        .filter(|&at| !text.is_char_boundary(at))
        .collect()
}

/// One message and its answer.
pub(super) fn exchange(
    bench: &mut Bench<'_>,
    conversation: &mut Stream,
) -> Result<(), Box<crate::diagnose::Seen>> {
    let text = bench.word();
    conversation.send(&lf(&text));
    conversation.expect(&bench.answer(&text))
}

/// The same; blames `cause` when nothing comes.
pub(super) fn answered(
    bench: &mut Bench<'_>,
    conversation: &mut Stream,
    cause: Cause,
) -> Result<(), Failure> {
    exchange(bench, conversation).map_err(|seen| seen.or_silence(cause))
}

/// Proves that another client is served, or blames `cause`.
pub(super) fn still_serves(
    bench: &mut Bench<'_>,
    server: &Server,
    cause: Cause,
) -> Result<(), Failure> {
    let mut conversation = bench.connect(server, cause)?;
    answered(bench, &mut conversation, cause)?;
    // Whoever dies of a reset is found out by other checks.
    conversation.close();
    Ok(())
}
