//! Lines: a message is text up to LF.
//!
//! One CR directly before the LF is dropped, so that telnet, `nc -C` and
//! Windows editors work. The trap in that rule: a text that itself ends in CR
//! loses it on the way. Framing that must carry any bytes uses [`super::length`].

use super::FrameError;

/// Most bytes before the LF.
pub const LIMIT: usize = 65_536;

/// One message and the bytes it took.
#[derive(Debug, PartialEq, Eq)]
pub struct Parsed<'a> {
    /// The message, without its frame.
    pub message: &'a [u8],
    /// Bytes to drop from the front of the input: the message and its frame.
    pub consumed: usize,
}

// ANCHOR: parse
/// Finds the first line of `input`, whose first `searched` bytes are known to
/// hold no LF: a line that comes byte by byte is searched once and not once for
/// each.
///
/// `Ok(None)` asks for more bytes.
///
/// # Errors
///
/// [`FrameError::TooLong`] as soon as more than `limit` bytes stand before an
/// LF or, without one, in all: there is no need to wait for the end of a line
/// that is already too long.
pub fn parse(
    input: &[u8],
    searched: usize,
    limit: usize,
) -> Result<Option<Parsed<'_>>, FrameError> {
    // One byte more than the limit is enough to see an LF directly behind it,
    // and it keeps the search of a flood of bytes bounded.
    let window = &input[..input.len().min(limit.saturating_add(1))];
    let found = window
        .get(searched..)
        .and_then(|rest| memchr::memchr(b'\n', rest));
    let Some(end) = found.map(|at| searched + at) else {
        return if input.len() > limit {
            Err(FrameError::TooLong { limit })
        } else {
            Ok(None)
        };
    };
    let text = &input[..end];
    Ok(Some(Parsed {
        message: text.strip_suffix(b"\r").unwrap_or(text),
        consumed: end + 1,
    }))
}
// ANCHOR_END: parse

/// Appends `message` and LF to `out`.
///
/// # Errors
///
/// [`FrameError::LineFeed`] if the message contains LF, [`FrameError::TooLong`]
/// if it has more than [`LIMIT`] bytes. `out` is then unchanged.
pub fn emit(message: &[u8], out: &mut Vec<u8>) -> Result<(), FrameError> {
    if message.len() > LIMIT {
        return Err(FrameError::TooLong { limit: LIMIT });
    }
    if let Some(at) = memchr::memchr(b'\n', message) {
        return Err(FrameError::LineFeed { at });
    }
    out.extend_from_slice(message);
    out.push(b'\n');
    Ok(())
}
