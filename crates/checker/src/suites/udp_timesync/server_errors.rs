//! Core checks of the server: what is no format (UT-4 to UT-6).

use super::ask::{is_refused, server, tells_time};
use super::calendar::{CORE, MORE, UTC};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::suites::datagram::echo::comes_back;
use crate::verdict::Failure;

/// The longest format, in bytes (UT-6).
const FORMAT: usize = 128;

pub(super) const UNKNOWN_CONVERSION: Check = Check {
    name: "unknown-conversion",
    role: Role::Server,
    level: Level::Core,
    requirement: "UT-4",
    summary: "a conversion that is not in the table is refused with ERR",
    section: "what-goes-wrong",
    hints: [
        "What does your server do with a % and a letter that it does not know, or with a % at the very end?",
        "A stranger writes the format, so only what you have listed may reach a formatting function: that one knows widths, flags and letters you never thought of. Look at what stands behind every %, and answer ERR and why.",
        "for each % { letter = next character; if there is none, or it is not in the table: answer \"ERR there is no conversion %\" + letter }",
    ],
    run: unknown_conversion,
};

fn unknown_conversion(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut socket) = server(bench)?;
    let listed = |c: &char| CORE.contains(*c) || MORE.contains(*c);
    let single = (' '..='~').filter(|c| !listed(c)).map(|c| format!("%{c}"));
    let mut formats: Vec<_> = single.collect();
    let tricky = [
        "%",
        "%%%",
        "%Y %",
        "%-d",
        "%_d",
        "%0d",
        "%^a",
        "%#x",
        "%5d",
        "%010Y",
        "%Ey",
        "%Od",
        "%:z",
        "% d",
        "%é",
        "%年",
        "%\n",
        "%YY%Q",
        "%4096Y",
        "%65535d",
        "%99999999999999999999S",
        "%.3f",
    ];
    formats.extend(tricky.map(Into::into));
    for format in formats {
        is_refused(bench, &mut socket, format.as_bytes(), CONVERSION_KILLS)?;
    }
    Ok(())
}

pub(super) const NO_FORMAT: Check = Check {
    name: "no-format",
    role: Role::Server,
    level: Level::Core,
    requirement: "UT-5",
    summary: "an empty datagram, a NUL and bytes that are not UTF-8 are refused with ERR",
    section: "what-goes-wrong",
    hints: [
        "Which datagrams are no text at all, and what does your server answer to them?",
        "0 bytes, a byte 0, and bytes that are not UTF-8: find out before anything else looks at them, and answer ERR and why. Decoding may fail, which is an answer too, not an end.",
        "if data is empty or holds a byte 0: answer ERR; try { format = decode(data, UTF-8) } on error { answer ERR }",
    ],
    run: no_format,
};

fn no_format(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut socket) = server(bench)?;
    let none: [&[u8]; 10] = [
        b"",
        b"%Y\0",
        b"\0",
        b"\0%Y",
        b"a\0b",
        b"\xff",
        b"%Y\xff",
        b"\xe4\xbd",
        b"\xed\xa0\x80",
        b"\xc0\x80",
    ];
    for request in none {
        let kills = match request {
            [] => EMPTY_ENDS,
            _ => NOT_TEXT_KILLS,
        };
        is_refused(bench, &mut socket, request, kills)?;
    }
    Ok(())
}

pub(super) const TOO_LONG: Check = Check {
    name: "too-long",
    role: Role::Server,
    level: Level::Core,
    requirement: "UT-6",
    summary: "formats above 128 bytes and answers above 512 are refused with ERR, those at the limit are not",
    section: "what-goes-wrong",
    hints: [
        "How many bytes can one small datagram make your server send, and to whom?",
        "The sender's address may be a lie, so what you send for one datagram is bounded: count the bytes of the format before you look at it, and those of the answer before you send it. Receive into a larger buffer than the limit, or what is too long looks as if it were not.",
        "data, sender = recvfrom(socket, 65535); if length(data) > 128: answer ERR; filled = …; if length of filled in bytes > 512: answer ERR",
    ],
    run: too_long,
};

fn too_long(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut socket) = server(bench)?;
    // As long as they may be; bytes count, not characters.
    let fitting = [text(bench, FORMAT), "年".repeat(FORMAT / 3)];
    for format in fitting {
        comes_back(&mut socket, format.as_bytes())
            .map_err(|missed| missed.or_silence(FORMAT_LIMIT))
            .map_err(|failure| failure.instead_of(CHANGED_TEXT, FORMAT_LIMIT))?;
    }
    for length in [FORMAT + 1, 2 * FORMAT, 1025, 1472, 8193] {
        let long = text(bench, length);
        is_refused(bench, &mut socket, long.as_bytes(), LARGE_KILLS)?;
    }
    let long = "年".repeat(FORMAT / 3 + 1);
    is_refused(bench, &mut socket, long.as_bytes(), LARGE_KILLS)?;
    // 51 dates are 510 bytes.
    let dates = |count: usize| "%F".repeat(count);
    let filled = format!("{}ab", dates(51));
    tells_time(&mut socket, &filled, UTC)
        .map_err(|failure| failure.instead_of(CONVERSION_REFUSED, ANSWER_LIMIT))?;
    for format in [format!("{}abc", dates(51)), dates(52), dates(64)] {
        is_refused(bench, &mut socket, format.as_bytes(), LARGE_KILLS)?;
    }
    Ok(())
}

/// A text that nobody takes for mode 3.
fn text(bench: &mut Bench<'_>, length: usize) -> String {
    format!("A{}", bench.text(length - 1))
}
