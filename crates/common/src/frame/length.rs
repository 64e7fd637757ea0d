//! Length: a message is a byte count, then that many bytes.
//!
//! ```text
//!  0      1      2      3      4 …
//! +------+------+------+------+---------------
//! |  count, big-endian (u32)  | count bytes
//! +------+------+------+------+---------------
//! ```
//!
//! Any bytes can be a message, at the price that nobody types it by hand.

use super::{FrameError, lines::Parsed};

/// Most bytes of one message: 16 MiB. Without a limit, four bytes from anybody
/// would make us wait for, and store, up to 4 GiB.
pub const LIMIT: usize = 16 * 1024 * 1024;

/// Bytes of the count.
pub const HEADER: usize = 4;

/// Finds the first message of `input`.
///
/// `Ok(None)` asks for more bytes.
///
/// # Errors
///
/// [`FrameError::TooLong`] if the count is above `limit`, before any byte of
/// the message is awaited.
pub fn parse(input: &[u8], limit: usize) -> Result<Option<Parsed<'_>>, FrameError> {
    let Some((header, rest)) = input.split_first_chunk::<HEADER>() else {
        return Ok(None);
    };
    let count = u32::from_be_bytes(*header) as usize;
    if count > limit {
        return Err(FrameError::TooLong { limit });
    }
    Ok(rest.get(..count).map(|message| Parsed {
        message,
        consumed: HEADER + count,
    }))
}

/// Appends the count and `message` to `out`.
///
/// # Errors
///
/// [`FrameError::TooLong`] above [`LIMIT`] bytes. `out` is then unchanged.
pub fn emit(message: &[u8], out: &mut Vec<u8>) -> Result<(), FrameError> {
    let count = u32::try_from(message.len()).ok();
    let Some(count) = count.filter(|_| message.len() <= LIMIT) else {
        return Err(FrameError::TooLong { limit: LIMIT });
    };
    out.extend_from_slice(&count.to_be_bytes());
    out.extend_from_slice(message);
    Ok(())
}

/// How many bytes the frame at the front of `input` should have: its header
/// alone while that is not complete.
pub(super) fn wanted(input: &[u8]) -> usize {
    match input.split_first_chunk::<HEADER>() {
        Some((header, _)) => HEADER + u32::from_be_bytes(*header) as usize,
        None => HEADER,
    }
}
