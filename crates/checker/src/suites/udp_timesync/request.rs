//! What is wrong with a client's request.

use super::packet::{CLIENT, Packet};
use crate::causes::*;
use crate::verdict::{Failure, Side};

/// Whether a request is the format and nothing else (UT-21).
pub(super) fn is_format(got: &[u8], format: &str) -> Result<(), Failure> {
    let wanted = format.as_bytes();
    if got == wanted {
        return Ok(());
    }
    let ends_in_line_end = got.ends_with(b"\n") || got.ends_with(b"\r");
    let cause = if got.starts_with(b"b'") || got.starts_with(b"b\"") {
        PRINTED_BYTES_OBJECT
    } else if ends_in_line_end && got.trim_ascii_end() == wanted.trim_ascii_end() {
        LINE_END_INSIDE
    } else if got == wanted.trim_ascii() {
        BYTES_STRIPPED
    } else if got.strip_suffix(b"\0") == Some(wanted) {
        NUL_SENT
    } else if !got.is_empty() && wanted.starts_with(got) {
        FORMAT_CUT
    } else if Packet::parse(got).is_some_and(|packet| packet.mode == CLIENT) {
        SNTP_UNASKED
    } else {
        OTHER_FORMAT
    };
    Err(Failure::compared(
        cause,
        Vec::new(),
        Side::bytes(wanted, "from the client"),
        Side::datagram(got),
    ))
}

/// Whether a request is one in SNTP (UT-27).
pub(super) fn is_sntp(got: &[u8]) -> Result<(), Failure> {
    let wrong = |cause, expected: &str, said: String| {
        Err(Failure::of(
            cause,
            Side::words(expected),
            Side::bytes(got, said),
        ))
    };
    let length = format!("{} bytes", got.len());
    let Some(packet) = Packet::parse(got) else {
        let cause = match got {
            b"sntp" => SNTP_AS_TEXT,
            _ => REQUEST_LENGTH,
        };
        return wrong(cause, "a request of 48 bytes", length);
    };
    if packet.mode != CLIENT {
        let first = u8::from_be(got[0]);
        let cause = match first.reverse_bits() == 0x23 || first.reverse_bits() == 0x1b {
            true => BITS_REVERSED,
            false => MODE_WRONG,
        };
        return wrong(cause, "mode 3", format!("mode {}", packet.mode));
    }
    if ![3, 4].contains(&packet.version) {
        let said = format!("version {}", packet.version);
        return wrong(VERSION_WRONG, "version 3 or 4", said);
    }
    if packet.leap != 0 {
        let said = format!("leap indicator {}", packet.leap);
        return wrong(LEAP_WRONG, "leap indicator 0", said);
    }
    Ok(())
}
