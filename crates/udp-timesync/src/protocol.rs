//! What the bytes mean. No socket, clock or thread here: whoever calls says what
//! time it is.
//!
//! This file has form A: a format goes out, the time comes back in it. The
//! format comes from anybody, so it is a program that a stranger gives us to
//! run. What it may contain, how long it is and how long the result gets, all
//! that has an end. Form B is in `sntp/protocol`.

use std::fmt;

use jiff::{
    Zoned,
    fmt::strtime::{BrokenDownTime, Config, PosixCustom},
};

use crate::sntp::{PACKET, Packet};

/// The port of this lesson, unless the user says otherwise. That of NTP is 123,
/// which only the administrator may bind.
pub const PORT: u16 = 9008;

/// What a server was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request<'a> {
    /// Form A: the time in this format, which nobody has looked at yet.
    Text(&'a [u8]),
    /// Form B: SNTP.
    Sntp(Packet),
}

// ANCHOR: request
impl<'a> Request<'a> {
    /// Tells the two forms apart: 48 bytes with mode 3 ("client") in the lowest
    /// three bits of the first are SNTP, and everything else is text.
    ///
    /// So a format of 48 bytes must not begin with one of `#+3;CKS[cks{`.
    #[must_use]
    pub fn parse(datagram: &'a [u8]) -> Self {
        match Packet::parse(datagram) {
            Some(packet) if datagram.len() == PACKET && packet.mode == Packet::CLIENT => {
                Request::Sntp(packet)
            }
            _ => Request::Text(datagram),
        }
    }
}
// ANCHOR_END: request

/// Most bytes of a format.
pub const FORMAT: usize = 128;

/// Most bytes of a result.
pub const RESULT: usize = 512;

/// The letters that may follow a per cent sign. No others: some would print a
/// width of any size (`%65535d`), and each formatter knows other ones.
const CONVERSIONS: &[u8] = b"YmdHMSyjpIaAbBcxXZzsFTeu%";

/// Why there is no result. Short, because it goes to whoever claims to have
/// asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// No bytes at all.
    Empty,
    /// More than [`FORMAT`] bytes.
    TooLong,
    /// Not UTF-8.
    NotText,
    /// A NUL.
    Nul,
    /// A per cent sign at this byte, from 0, with no letter behind it that we
    /// know.
    Conversion(usize),
    /// More than [`RESULT`] bytes would come of it.
    ResultTooLong,
    /// The formatter's word; there is no known way to it.
    Formatter,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Empty => f.write_str("empty format"),
            Refusal::TooLong => write!(f, "more than {FORMAT} bytes"),
            Refusal::NotText => f.write_str("not UTF-8"),
            Refusal::Nul => f.write_str("NUL in the format"),
            Refusal::Conversion(at) => write!(f, "unknown conversion at byte {at}"),
            Refusal::ResultTooLong => write!(f, "result over {RESULT} bytes"),
            Refusal::Formatter => f.write_str("no time in this format"),
        }
    }
}

impl std::error::Error for Refusal {}

// ANCHOR: format
/// The time `now` in the format that a request asks for, with English names.
///
/// # Errors
///
/// [`Refusal`].
pub fn format(request: &[u8], now: &Zoned) -> Result<String, Refusal> {
    let format = check(request)?;
    // A format of 128 bytes makes at most 64 times "Sun Nov  1 00:00:00 2026",
    // so this is bounded before it is measured.
    let english = Config::new().custom(PosixCustom::new());
    let result = BrokenDownTime::from(now)
        .to_string_with_config(&english, format)
        .map_err(|_| Refusal::Formatter)?;
    if result.len() > RESULT {
        return Err(Refusal::ResultTooLong);
    }
    Ok(result)
}

/// The format, if it has an end, is text, and asks only for what we know.
fn check(request: &[u8]) -> Result<&str, Refusal> {
    match request.len() {
        0 => return Err(Refusal::Empty),
        1..=FORMAT => {}
        _ => return Err(Refusal::TooLong),
    }
    let format = str::from_utf8(request).map_err(|_| Refusal::NotText)?;
    if request.contains(&0) {
        return Err(Refusal::Nul);
    }
    let mut bytes = request.iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        let known = |(_, letter)| CONVERSIONS.contains(letter);
        if *byte == b'%' && !bytes.next().is_some_and(known) {
            return Err(Refusal::Conversion(at));
        }
    }
    Ok(format)
}
// ANCHOR_END: format

/// What goes into the datagram back: the result or `ERR` and why.
#[must_use]
pub fn answer(request: &[u8], now: &Zoned) -> String {
    format(request, now).unwrap_or_else(|refusal| format!("ERR {refusal}"))
}
