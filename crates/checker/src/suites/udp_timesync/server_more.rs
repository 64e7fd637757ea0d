//! Checks of the server beyond the core (UT-12 to UT-20).

use std::path::Path;
use std::thread;
use std::time::Duration;

use super::ask::{is_error, server, server_in, tells_time};
use super::calendar::{KOLKATA, MORE, UTC};
use super::packet::{CLIENT, Packet, SERVER};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::{LATE, QUIET};
use crate::suites::datagram;
use crate::verdict::{Failure, Side};

/// Requests at a stretch: more than any limit lets through, fewer than a queue holds.
const BURST: usize = 100;
/// After it, a limit is over (UT-14).
const REST: Duration = Duration::from_millis(2100);

pub(super) const ALL_CONVERSIONS: Check = Check {
    name: "all-conversions",
    role: Role::Server,
    level: Level::More,
    requirement: "UT-12",
    summary: "every conversion of the table is filled in, with English names",
    section: "going-further",
    hints: [
        "Which conversions of the table does your server refuse, or fill in in another way?",
        "Names are English whatever the machine's language is, so a formatting function must not look at the locale. %e has a blank where %d has a 0, %I goes from 01 to 12, and %j counts from 001.",
        "hour12 = (hour + 11) % 12 + 1; day_of_year = days since January 1 + 1, 3 digits; %c is %a %b %e %H:%M:%S %Y; %s is seconds since 1970",
    ],
    run: all_conversions,
};

fn all_conversions(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut socket) = server(bench)?;
    for letter in MORE.chars() {
        tells_time(&mut socket, &format!("<%{letter}>"), UTC)
            .map_err(|failure| failure.instead_of(CONVERSION_REFUSED, CONVERSION_LACKING))?;
    }
    tells_time(&mut socket, "%a, %d %b %Y %T %z (%Z) week day %u", UTC)
}

pub(super) const LOCAL_ZONE: Check = Check {
    name: "local-zone",
    role: Role::Server,
    level: Level::More,
    requirement: "UT-13",
    summary: "the time is that of the zone the machine is set to",
    section: "going-further",
    hints: [
        "Somebody in Kolkata starts your server: which time does it tell?",
        "The system knows the zone: from TZ, or from its own setting. Ask for the local time instead of computing with UTC, and take %z and %Z from the same call.",
        "now = localtime(clock); %z = sign, hours and minutes of now's offset; %Z = now's zone name",
    ],
    run: local_zone,
};

fn local_zone(bench: &mut Bench<'_>) -> Result<(), Failure> {
    // Where this file is missing, nobody knows the zone.
    if !Path::new("/usr/share/zoneinfo").join(KOLKATA.name).exists() {
        let why = format!("this system does not know {}", KOLKATA.name);
        return Err(Failure::Skipped(why));
    }
    let (_server, mut socket) = server_in(bench, KOLKATA)?;
    tells_time(&mut socket, "%Y-%m-%d %H:%M:%S", KOLKATA)?;
    match tells_time(&mut socket, "%H:%M %z %Z %s", KOLKATA) {
        // Which conversions it knows is another check's affair.
        Err(Failure::Wrong(wrong)) if wrong.cause == CONVERSION_REFUSED => Ok(()),
        outcome => outcome,
    }
}

pub(super) const BURST_OF_REQUESTS: Check = Check {
    name: "burst",
    role: Role::Server,
    level: Level::More,
    requirement: "UT-14",
    summary: "whoever asks too much is met with silence, and is answered again 2 s later",
    section: "going-further",
    hints: [
        "What does your server send to an address that asks a thousand times a second, and what a minute later?",
        "Nothing: the address may be forged, and an error is one more datagram for the one whose it is. Count per address and let the count run down with time, so that nobody is silenced for ever.",
        "allowance += elapsed * 20, at most 20; if allowance < 1 { drop the request } else { allowance -= 1; answer }",
    ],
    run: burst,
};

fn burst(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, first) = server(bench)?;
    // 127.0.0.1 is not limited; its neighbour may be.
    let Some(mut socket) = bench.elsewhere(&server, &first) else {
        return Err(Failure::Skipped("needs a second loopback address".into()));
    };
    let words = [(); BURST].map(|()| bench.word());
    for word in &words {
        socket.send(word.as_bytes());
    }
    while let Some(answer) = socket.late(QUIET) {
        let known = words.iter().any(|word| word.as_bytes() == answer);
        if !known {
            return Err(Failure::of(
                LIMIT_ANSWERED,
                Side::words("answers to some of these requests, and else nothing"),
                Side::datagram(answer),
            ));
        }
    }
    let next = bench.word();
    socket.send(next.as_bytes());
    if socket
        .late(LATE)
        .is_some_and(|answer| answer == next.as_bytes())
    {
        return Ok(());
    }
    thread::sleep(REST);
    let next = bench.word();
    // What is answered late comes before it.
    match socket.until_answered(next.as_bytes()) {
        Ok(_) => Ok(()),
        Err(missed) => Err(missed.or_silence(SILENT_FOR_EVER)),
    }
}

pub(super) const OTHER_VERSIONS: Check = Check {
    name: "other-versions",
    role: Role::Server,
    level: Level::More,
    requirement: "UT-15",
    summary: "SNTP requests of other versions are answered in SNTP or not at all",
    section: "going-further",
    hints: [
        "What does your server do with a request of version 2, or of one that is not invented yet?",
        "The 48-byte rule looks at the mode only. Whether you answer another version or drop it is up to you, but it is a packet and no text.",
        "if length(data) == 48 and data[0] & 7 == 3 { version = data[0] >> 3 & 7; if version is 3 or 4: answer in SNTP; else: drop it }",
    ],
    run: other_versions,
};

fn other_versions(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut socket) = server(bench)?;
    for version in [0, 1, 2, 5, 6, 7] {
        let request = Packet::request(version, bench.number());
        debug_assert_eq!(request.mode, CLIENT);
        socket.send(&request.emit());
        let fence = bench.word();
        let mut before = socket
            .until_answered(fence.as_bytes())
            .map_err(|missed| missed.or_silence(CONTENT_KILLS))?;
        if before.is_empty() {
            before.extend(socket.late(QUIET));
        }
        let is_reply = |bytes: &[u8]| {
            let packet = Packet::parse(bytes);
            packet.is_some_and(|packet| packet.mode == SERVER && packet.origin == request.transmit)
        };
        if let Some(wrong) = before.iter().find(|bytes| !is_reply(bytes)) {
            let cause = match is_error(wrong) {
                true => TAKEN_FOR_FORMAT,
                false => CHANGED_TEXT,
            };
            return Err(Failure::compared(
                cause,
                vec![request.emit()],
                Side::words("a reply in SNTP, or nothing"),
                Side::datagram(wrong.as_slice()),
            ));
        }
    }
    Ok(())
}

pub(super) const LOOPBACK_ONLY: Check = Check {
    requirement: "UT-16",
    ..datagram::LOOPBACK_ONLY
};

pub(super) const STOP_SIGNAL: Check = Check {
    requirement: "UT-17",
    ..datagram::STOP_SIGNAL
};

pub(super) const RESTART: Check = Check {
    requirement: "UT-18",
    ..datagram::RESTART
};

pub(super) const ESCAPED_OUTPUT: Check = Check {
    requirement: "UT-19",
    run: |bench| datagram::echo::escaped_output(bench, 100),
    ..datagram::echo::ESCAPED_OUTPUT
};

pub(super) const SECOND_SERVER: Check = Check {
    requirement: "UT-20",
    ..datagram::SECOND_SERVER
};
