//! Core checks of the server: a datagram is bytes with a length (UB-4 to UB-7).

use super::{LIMIT, exchange};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::LATE;
use crate::peer::{Came, Missed};
use crate::verdict::{Failure, Side};

pub(super) const EMPTY_DATAGRAM: Check = Check {
    name: "empty-datagram",
    role: Role::Server,
    level: Level::Core,
    requirement: "UB-4",
    summary: "an empty datagram is answered with an empty one",
    section: "what-goes-wrong",
    hints: [
        "recvfrom returned 0 bytes: what does that mean here, and what did it mean over TCP?",
        "UDP has no connection and therefore no end of it. 0 bytes are a datagram that holds nothing; answer it like every other.",
        "data, sender = recvfrom(socket); sendto(socket, data, sender), with no test of data's length in between",
    ],
    run: empty_datagram,
};

fn empty_datagram(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let word = bench.word();
    let (_server, mut socket) = bench.datagram_server(word.as_bytes())?;
    socket.expect(word.as_bytes())?;
    for _ in 0..2 {
        socket.send(b"");
        let next = bench.word();
        // Without an answer to wait for, the next one tells what became of it.
        let mut before = match socket.until_answered(next.as_bytes()) {
            Ok(before) => before,
            // The empty one may be answered; then this is about the next one.
            Err(missed) if missed.got.is_empty() || missed.got == [b""] => {
                let missed = Missed {
                    got: Vec::new(),
                    ..*missed
                };
                return Err(missed.blame(EMPTY_ENDS));
            }
            Err(missed) => return Err(beside_the_empty(*missed)),
        };
        if before.is_empty()
            && let Came::Datagram(late) = socket.receive(LATE)
        {
            // A server with several threads may answer the next one first.
            before.push(late);
        }
        if before.is_empty() {
            return Err(Failure::compared(
                EMPTY_UNANSWERED,
                vec![Vec::new(), next.into_bytes()],
                Side::words("an empty datagram"),
                Side::words("nothing, while the next datagram was answered"),
            ));
        }
        if before != [b""] {
            let mut missed = socket.missed(b"", None);
            missed.got = before;
            return Err(beside_the_empty(*missed));
        }
    }
    Ok(())
}

/// What came that is not the one empty datagram which was due.
fn beside_the_empty(mut missed: Missed) -> Failure {
    missed.expected.clear();
    if missed.got.iter().all(Vec::is_empty) {
        return missed.blame(ANSWERED_TWICE);
    }
    // The right one among them is not what is wrong.
    missed.got.retain(|bytes| !bytes.is_empty());
    Box::new(missed).into()
}

pub(super) const ANY_BYTES: Check = Check {
    name: "any-bytes",
    role: Role::Server,
    level: Level::Core,
    requirement: "UB-5",
    summary: "NUL, line ends, blanks and bytes that are not UTF-8 come back as they came",
    section: "what-goes-wrong",
    hints: [
        "What does your server do between receiving and sending, and does it survive the byte 0xff?",
        "Answer with the bytes that recvfrom returned. Decode only to print, with a policy for what is not text; strip nothing.",
        "data, sender = recvfrom(socket); print(decode(data, errors=replace)); sendto(socket, data, sender)",
    ],
    run: any_bytes,
};

fn any_bytes(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let word = bench.word();
    let (_server, mut socket) = bench.datagram_server(word.as_bytes())?;
    socket.expect(word.as_bytes())?;
    let mut word = || bench.word();
    let texts = [
        format!("你好 é🦀 {}", word()),
        format!("{}\n", word()),
        format!("{}\r\n", word()),
        "\n".into(),
        format!("  {}\t ", word()),
        format!("{}\0{}", word(), word()),
    ];
    for text in texts {
        exchange(&mut socket, text.as_bytes())?;
    }
    let all: Vec<u8> = (0..=255).collect();
    for bytes in [b"\xff", &all[..], b"\xe4\xbd", b"\x80\x00\x0a"] {
        exchange(&mut socket, bytes).map_err(|missed| missed.or_silence(NOT_TEXT_KILLS))?;
    }
    Ok(())
}

pub(super) const WHOLE_DATAGRAM: Check = Check {
    name: "whole-datagram",
    role: Role::Server,
    level: Level::Core,
    requirement: "UB-6",
    summary: "a datagram of up to 1472 bytes is answered whole",
    section: "what-goes-wrong",
    hints: [
        "How large is the buffer you receive into, and where does the rest of a larger datagram go?",
        "One call takes one whole datagram or cuts it, and the rest is gone. Give it room for the largest one the contract allows.",
        "data, sender = recvfrom(socket, 65535); sendto(socket, data, sender) in one call",
    ],
    run: whole_datagram,
};

fn whole_datagram(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let word = bench.word();
    let (_server, mut socket) = bench.datagram_server(word.as_bytes())?;
    socket.expect(word.as_bytes())?;
    for length in [1025, LIMIT, LIMIT - 1, 1024, 513] {
        let text = bench.text(length);
        exchange(&mut socket, text.as_bytes())
            .map_err(|missed| missed.or_silence(BUFFER_TOO_SMALL))?;
    }
    Ok(())
}

pub(super) const NEVER_CUT: Check = Check {
    name: "never-cut",
    role: Role::Server,
    level: Level::Core,
    requirement: "UB-7",
    summary: "a datagram too large is answered whole or not at all",
    section: "what-goes-wrong",
    hints: [
        "How does your server notice that a datagram was larger than its buffer?",
        "Most calls do not say so. Make the buffer one byte larger than the largest datagram you answer: when it is full, something may have been cut, so report it and answer nothing.",
        "buffer of LIMIT + 1; data, sender = recvfrom(socket, LIMIT + 1); if length(data) > LIMIT { report it; receive the next } else { sendto(socket, data, sender) }",
    ],
    run: never_cut,
};

fn never_cut(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let word = bench.word();
    let (_server, mut socket) = bench.datagram_server(word.as_bytes())?;
    socket.expect(word.as_bytes())?;
    let mut sent = Vec::new();
    // One beyond every size that a buffer is likely to have, then the largest.
    for length in [LIMIT + 1, 1501, 2049, 4097, 8193, 16_385, 65_507] {
        let large = bench.text(length).into_bytes();
        // Some systems send nothing so large; then there is nothing to be cut.
        if !socket.send(&large) {
            continue;
        }
        sent.push(large);
        let next = bench.word();
        let (before, missed) = match socket.until_answered(next.as_bytes()) {
            Ok(before) => (before, None),
            Err(mut missed) => (std::mem::take(&mut missed.got), Some(missed)),
        };
        // A server with several threads may answer an earlier one only now.
        if let Some(wrong) = before.iter().find(|&bytes| !sent.contains(bytes)) {
            return Err(not_whole(&sent, wrong));
        }
        match missed {
            Some(missed) if before.len() > sent.len() => {
                let missed = Missed {
                    got: before,
                    ..*missed
                };
                return Err(missed.blame(ANSWERED_TWICE));
            }
            Some(missed) => return Err(missed.blame(LARGE_KILLS)),
            None => {}
        }
    }
    Ok(())
}

/// What came for one of those that were `sent`, and is none of them.
fn not_whole(sent: &[Vec<u8>], wrong: &[u8]) -> Failure {
    let whole = sent.iter().find(|whole| whole.starts_with(wrong));
    let cause = match whole {
        Some(_) => CUT_SILENTLY,
        None => CHANGED_TEXT,
    };
    let whole = whole.or(sent.last()).cloned().unwrap_or_default();
    Failure::compared(
        cause,
        vec![whole.clone()],
        Side::bytes(whole, "or nothing"),
        Side::datagram(wrong),
    )
}
