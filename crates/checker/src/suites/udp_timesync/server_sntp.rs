//! Core checks of the server: SNTP (UT-7 to UT-9).

use super::ask::{is_error, server, server_in, wait_beyond, whole};
use super::calendar::{KOLKATA, since_1970};
use super::packet::{CLIENT, Packet, SIZE};
use super::sntp::ask;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::LATE;
use crate::suites::datagram::echo::comes_back;
use crate::verdict::{Failure, Side};

pub(super) const SNTP_REPLY: Check = Check {
    name: "sntp-reply",
    role: Role::Server,
    level: Level::Core,
    requirement: "UT-8",
    summary: "48 bytes in mode 3 are answered with 48: leap indicator, version, mode, stratum, poll, origin",
    section: "on-the-wire",
    hints: [
        "Which fields of the reply come from the request, and which are your server's own?",
        "Version and poll are copied, and the request's transmit timestamp, its last 8 bytes, becomes the reply's origin timestamp, bit for bit. Leap indicator and mode share a byte with the version: shift and mask.",
        "version = request[0] >> 3 & 7; reply[0] = 0 << 6 | version << 3 | 4; reply[1] = 10; reply[2] = request[2]; reply[24..32] = request[40..48]",
    ],
    run: sntp_reply,
};

fn sntp_reply(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut socket) = server(bench)?;
    // What a client sends that has no right clock yet has leap indicator 3.
    for (version, leap, poll) in [(4, 0, 0), (3, 0, 6), (4, 3, 10), (3, 3, 4)] {
        let request = Packet {
            leap,
            poll,
            reference: bench.number(),
            origin: bench.number(),
            receive: bench.number(),
            ..Packet::request(version, bench.number())
        };
        ask(&mut socket, &request)?.has_right_fields(&request)?;
    }
    Ok(())
}

pub(super) const SNTP_TIME: Check = Check {
    name: "sntp-time",
    role: Role::Server,
    level: Level::Core,
    requirement: "UT-9",
    summary: "receive and transmit are the time in UTC, since 1900, with a binary fraction",
    section: "on-the-wire",
    hints: [
        "From which day does SNTP count, in which zone, and in which units?",
        "Seconds since 1900, which are 2,208,988,800 more than since 1970, always in UTC; then the fraction in units of 1/2³² s, no micro- or nanoseconds. Both in network order. Look at the clock when the request has come, and again before the reply leaves.",
        "seconds = unix + 2208988800; fraction = nanoseconds * 2^32 / 10^9; append big-endian u32 of both; reference = an earlier moment; receive = as it came; transmit = as it leaves",
    ],
    run: sntp_time,
};

fn sntp_time(bench: &mut Bench<'_>) -> Result<(), Failure> {
    // UTC, wherever the server stands.
    let (_server, mut socket) = server_in(bench, KOLKATA)?;
    for version in [4, 3] {
        // Where the fraction is so small, a wrong one would not show.
        wait_beyond(match version {
            4 => i64::MIN,
            // Only who looks at the clock again sees another second.
            _ => whole(since_1970().as_secs_f64()),
        });
        let request = Packet::request(version, bench.number());
        ask(&mut socket, &request)?.has_right_times()?;
    }
    Ok(())
}

pub(super) const FORTY_EIGHT_BYTES: Check = Check {
    name: "forty-eight-bytes",
    role: Role::Server,
    level: Level::Core,
    requirement: "UT-7",
    summary: "48 bytes in mode 3 are SNTP, whatever they look like; nothing else is",
    section: "on-the-wire",
    hints: [
        "How does your server tell the two kinds of request apart: by looks, or by the rule?",
        "The rule knows the length and three bits of the first byte, nothing else. A text of 48 bytes that begins with c is SNTP; the same text with a blank more is a format; 48 bytes in mode 4 are somebody's reply, and answering that in SNTP would make two servers talk for ever.",
        "if length(data) == 48 and data[0] & 7 == 3 { SNTP } else { a format }",
    ],
    run: forty_eight_bytes,
};

fn forty_eight_bytes(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut socket) = server(bench)?;
    // Texts that are version 3 or 4 and mode 3.
    for first in ["#", "c", "[", "の"] {
        let text = format!("{first}{}", bench.text(SIZE - first.len()));
        let text = text.as_bytes();
        let Some(request) = Packet::parse(text) else {
            continue;
        };
        let reply = ask_in_bytes(&mut socket, text, &request)?;
        if Packet::parse(&reply).is_none_or(|reply| reply.origin != request.transmit) {
            return Err(taken(TAKEN_FOR_FORMAT, text, "a reply in SNTP", &reply));
        }
    }
    // One byte less, one more, another mode.
    let texts = [
        format!("c{}", bench.text(SIZE - 2)),
        format!("#{}", bench.text(SIZE)),
        format!("A{}", bench.text(SIZE - 1)),
    ];
    for text in texts {
        comes_back(&mut socket, text.as_bytes()).map_err(|missed| {
            let is_sntp = missed.got.first().is_some_and(|got| got.len() == SIZE);
            match is_sntp && missed.got.first() != Some(&missed.expected) {
                true => missed.blame(TAKEN_FOR_SNTP),
                false => missed.into(),
            }
        })?;
    }
    let packet = |mode| {
        let transmit = u64::from_be_bytes(*b"\0nonce\0\xff");
        Packet {
            mode,
            ..Packet::request(4, transmit)
        }
        .emit()
    };
    let mut others: Vec<_> = [0, 1, 2, 4, 5, 6, 7].map(packet).into();
    others.push(packet(CLIENT)[..SIZE - 1].to_vec());
    others.push([packet(CLIENT), vec![0]].concat());
    others.push([packet(CLIENT), vec![0; 20]].concat());
    for other in others {
        socket.send(&other);
        let fence = bench.word();
        let mut before = socket
            .until_answered(fence.as_bytes())
            .map_err(|missed| missed.or_silence(CONTENT_KILLS))?;
        if before.is_empty() {
            before.extend(socket.late(LATE));
        }
        if let Some(reply) = before.into_iter().find(|reply| !is_error(reply)) {
            return Err(taken(TAKEN_FOR_SNTP, &other, "ERR and why", &reply));
        }
    }
    Ok(())
}

/// Sends a request as it is.
fn ask_in_bytes(
    socket: &mut crate::peer::Datagrams,
    bytes: &[u8],
    request: &Packet,
) -> Result<Vec<u8>, Failure> {
    socket.send(bytes);
    let example = Packet::reply(request.version, request.transmit, request.transmit).emit();
    socket
        .expect_any(&example, |_| true)
        .map_err(|missed| missed.or_silence(TAKEN_FOR_FORMAT))
}

fn taken(cause: crate::verdict::Cause, sent: &[u8], expected: &str, got: &[u8]) -> Failure {
    Failure::compared(
        cause,
        vec![sent.to_vec()],
        Side::words(expected),
        Side::bytes(got, format!("{} bytes", got.len())),
    )
}
