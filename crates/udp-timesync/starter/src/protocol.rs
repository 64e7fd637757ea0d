//! What the bytes mean. No socket and no clock in this file.
//!
//! Holes 1 to 7 are here. The numbers in brackets are the requirements of
//! docs/src/protocols/udp-timesync.md; `cargo course hint` helps.

#![allow(
    dead_code,
    reason = "server and client share this file, and each needs its half"
)]

use crate::calendar;

/// Bytes of a packet of SNTP.
pub(crate) const PACKET: usize = 48;

/// The answer to a format: the time, or `ERR`, a blank, and why.
///
/// `now` is in seconds since 1970, in UTC.
///
/// HOLE 1 (UT-5, UT-6): a format comes from anybody. Which ones are refused
/// before anything is filled in, and which afterwards?
pub(crate) fn answer(format: &[u8], now: u64) -> Vec<u8> {
    match fill_in(&String::from_utf8_lossy(format), now) {
        Some(text) => text.into_bytes(),
        None => b"ERR".to_vec(),
    }
}

/// The format with its conversions filled in; `None` if it has one that is not
/// in the table.
///
/// HOLE 2 (UT-1, UT-2, UT-4): walk over the characters. What stands behind a
/// per cent sign? There may be nothing.
fn fill_in(format: &str, now: u64) -> Option<String> {
    let (year, month, day) = calendar::date(now / 86_400);
    let (hour, minute, second) = (now / 3600 % 24, now / 60 % 60, now % 60);
    let _ = (hour, minute, second);
    Some(format.replace("%F", &format!("{year}-{month:02}-{day:02}")))
}

/// Whether a datagram is a question of SNTP. If not, it is a format.
///
/// HOLE 3 (UT-7): two things make it one.
pub(crate) fn is_sntp(datagram: &[u8]) -> bool {
    let _ = datagram;
    false
}

/// A time as NTP writes it, from nanoseconds since 1970.
///
/// HOLE 4 (UT-9): 32 bits of seconds since 1900 (2,208,988,800 more), and 32
/// bits of fraction: not nanoseconds, but parts of 2 to the power of 32.
pub(crate) fn timestamp(nanos: u128) -> [u8; 8] {
    let _ = nanos;
    [0; 8]
}

/// Nanoseconds since 1970, from a time as NTP writes it: the way back.
pub(crate) fn nanos(timestamp: [u8; 8]) -> i128 {
    let bits = u64::from_be_bytes(timestamp);
    // Where the top bit is clear, the count has begun again: in 2036.
    let era = if bits >> 63 == 0 { 1 << 32 } else { 0 };
    let seconds = i128::from(bits >> 32) + era - 2_208_988_800;
    let fraction = i128::from(bits & 0xffff_ffff) * 1_000_000_000;
    seconds * 1_000_000_000 + (fraction >> 32)
}

/// The answer to a question of SNTP that came at `receive` and is answered at
/// `transmit`.
///
/// HOLE 5 (UT-8, UT-9): byte by byte, from the table. What is copied from the
/// question, and from where to where?
pub(crate) fn reply(question: &[u8], receive: [u8; 8], transmit: [u8; 8]) -> [u8; PACKET] {
    let mut reply = [0; PACKET];
    reply.copy_from_slice(question);
    reply[32..40].copy_from_slice(&receive);
    reply[40..].copy_from_slice(&transmit);
    reply
}

/// A question of SNTP, with this number where the time used to be.
///
/// HOLE 6 (UT-27): one byte tells version and mode.
pub(crate) fn question(nonce: [u8; 8]) -> [u8; PACKET] {
    let mut question = [0; PACKET];
    question[40..].copy_from_slice(&nonce);
    question
}

/// What a datagram is to the question that waits.
pub(crate) enum Verdict {
    /// The answer, with the two times of the server.
    Time { receive: [u8; 8], transmit: [u8; 8] },
    /// The answer: "ask no more".
    Kiss,
    /// Not an answer, or none that may be believed.
    Useless,
}

/// Judges a datagram.
///
/// HOLE 7 (UT-30, UT-31, UT-32): this one believes everybody. In which order do
/// you look, so that a stranger can neither give you the time nor send you away?
pub(crate) fn judge(datagram: &[u8], nonce: [u8; 8]) -> Verdict {
    let _ = nonce;
    let at = |place: usize| datagram.get(place..place + 8)?.try_into().ok();
    match (at(32), at(40)) {
        (Some(receive), Some(transmit)) if datagram[1] > 0 => Verdict::Time { receive, transmit },
        (Some(_), Some(_)) => Verdict::Kiss,
        _ => Verdict::Useless,
    }
}
