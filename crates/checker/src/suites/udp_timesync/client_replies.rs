//! Core checks of the client: which replies count (UT-26, UT-30 to UT-32).

use std::time::{Duration, Instant};

use super::client_sntp::nothing_printed;
use super::packet::{CLIENT as CLIENT_MODE, Packet};
use super::sample::printed;
use super::talk::{Request, SNTP, Talk};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::CLIENT;
use crate::suites::datagram::client;
use crate::suites::ends::fails;
use crate::verdict::{Cause, Failure, Side};

/// How far the right replies claim to be ahead, in seconds.
const RIGHT: f64 = 70.0;
/// The first of the others, and what lies between two of them: far more than a
/// slow machine could make of it.
const WRONG: f64 = 100_000.0;
/// A client that was told in time would not have sent this late, and none asks
/// again so soon.
const TOLD: Duration = Duration::from_millis(100);

pub(super) const FOREIGN_DATAGRAM: Check = client::foreign_datagram("UT-26", foreign_datagram);

fn foreign_datagram(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (format, forged, right) = (bench.word(), bench.word(), bench.word());
    let mut talk = Talk::start(bench, &format)?;
    let request = talk.request()?;
    let stranger = bench.stranger()?;
    // A connected client's system refuses it, which is as it should be.
    let _ = stranger.send_to(forged.as_bytes(), request.from);
    let request = talk.again(STRANGER_TAKEN)?;
    talk.settle(&request, |_| right.clone().into_bytes());
    talk.not_printed(&forged, STRANGER_TAKEN)?;
    talk.printed(&right, STRANGER_TAKEN)?;

    let mut talk = Talk::start(bench, SNTP)?;
    let request = talk.request()?;
    let stranger = bench.stranger()?;
    let _ = stranger.send_to(&request.reply(WRONG).emit(), request.from);
    let request = talk.again(STRANGER_TAKEN)?;
    right_in_the_end(&mut talk, &request, |_| STRANGER_TAKEN)
}

pub(super) const ORIGIN: Check = Check {
    name: "origin",
    role: Role::Client,
    level: Level::Core,
    requirement: "UT-30",
    summary: "only a reply whose origin is the outstanding request's transmit timestamp counts",
    section: "what-goes-wrong",
    hints: [
        "How does your client know that a reply belongs to the request it has just sent?",
        "Compare its origin timestamp with the transmit timestamp you sent, all 64 bits. Anything else is forged, or late: drop it, also if it says that you should stop, and wait for the rest of the time.",
        "until the time is over { reply = receive(socket); if reply[24..32] != nonce { go on waiting }; … }",
    ],
    run: origin,
};

fn origin(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let mut talk = Talk::start(bench, SNTP)?;
    let early = talk.request()?;
    let early = talk.bombard(early, forged);
    let request = talk.again(ORIGIN_IGNORED).map_err(|failure| {
        // One that has printed nothing has not taken any, but stopped waiting.
        match printed(&talk.stdout()) {
            Some(sample) => failure.blame(wrong_origin(sample.offset)),
            None => failure.blame(STRAY_ENDS),
        }
    })?;
    let late = early.reply(10.0 * WRONG);
    talk.answer(&late.emit());
    right_in_the_end(&mut talk, &request, wrong_origin)
}

/// Replies to any request but this one.
fn forged(request: &Request) -> Vec<Vec<u8>> {
    let nonce = request.nonce();
    let origins = [0, nonce ^ 1, nonce ^ 1 << 63, nonce.swap_bytes(), !nonce];
    let replies = origins.into_iter().enumerate().map(|(nth, origin)| Packet {
        origin,
        ..request.reply(WRONG * (nth + 1) as f64)
    });
    let kiss = Packet {
        origin: !nonce,
        ..kiss(request)
    };
    replies.chain([kiss]).map(|packet| packet.emit()).collect()
}

/// Which of the replies was taken.
fn wrong_origin(offset: f64) -> Cause {
    match (offset / WRONG).round() as i64 {
        10 => STALE_TAKEN,
        2 | 3 => ORIGIN_HALF_COMPARED,
        _ => ORIGIN_IGNORED,
    }
}

pub(super) const USELESS_REPLIES: Check = Check {
    name: "useless-replies",
    role: Role::Client,
    level: Level::Core,
    requirement: "UT-31",
    summary: "a reply cut short, of a clock that is not right, in another mode or without a time does not count",
    section: "what-goes-wrong",
    hints: [
        "Which fields of a reply does your client look at before it believes the times?",
        "48 bytes, mode 4, leap indicator not 3, stratum 1 to 15, and a transmit timestamp that is not 0. A server that says its clock is wrong is right about that. Drop the reply and wait on.",
        "if length(reply) != 48 or mode != 4 or leap == 3 or stratum > 15 or transmit == 0 { go on waiting }",
    ],
    run: useless_replies,
};

fn useless_replies(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let mut talk = Talk::start(bench, SNTP)?;
    let request = talk.request()?;
    talk.bombard(request, of_no_use);
    let request =
        talk.again(UNSYNCHRONISED_TAKEN)
            .map_err(|failure| match printed(&talk.stdout()) {
                Some(sample) => failure.blame(useless(sample.offset)),
                None => failure.blame(STRAY_ENDS),
            })?;
    right_in_the_end(&mut talk, &request, useless)
}

/// Replies to this request that tell no time.
fn of_no_use(request: &Request) -> Vec<Vec<u8>> {
    let reply = |nth: i32| request.reply(WRONG * f64::from(nth));
    let with_mode = |nth, mode| Packet { mode, ..reply(nth) };
    let with_stratum = |nth, stratum| Packet {
        stratum,
        ..reply(nth)
    };
    let unsynchronised = Packet {
        leap: 3,
        ..reply(1)
    };
    let without_time = Packet {
        receive: 0,
        transmit: 0,
        ..reply(8)
    };
    let whole = [
        unsynchronised,
        with_stratum(2, 16),
        with_stratum(3, 255),
        with_mode(4, CLIENT_MODE),
        with_mode(5, 5),
        with_mode(6, 2),
        without_time,
    ];
    let cut = reply(7).emit()[..47].to_vec();
    let long = [&reply(7).emit()[..], &[0; 20]].concat();
    [&b""[..], b"hello", b"ERR no", b"\xff"]
        .map(<[u8]>::to_vec)
        .into_iter()
        .chain(whole.map(|packet| packet.emit()))
        .chain([cut, long])
        .collect()
}

/// Which of the replies was taken.
fn useless(offset: f64) -> Cause {
    match (offset / WRONG).round() as i64 {
        1..=3 => UNSYNCHRONISED_TAKEN,
        4..=6 => MODE_IGNORED,
        7 => LENGTH_IGNORED,
        _ => TIMELESS_TAKEN,
    }
}

/// Answers rightly until the client ends, which then must have printed what it
/// was told.
fn right_in_the_end(
    talk: &mut Talk,
    request: &Request,
    cause: impl Fn(f64) -> Cause,
) -> Result<(), Failure> {
    talk.settle(request, |request| request.reply(RIGHT).emit());
    let stdout = talk.stdout();
    let Some(sample) = printed(&stdout) else {
        return Err(nothing_printed(talk));
    };
    if (sample.offset - RIGHT).abs() > WRONG / 4.0 {
        return Err(Failure::of(
            cause(sample.offset),
            Side::words(format!("an offset of about {RIGHT} s")),
            Side::printed(stdout),
        ));
    }
    talk.succeeds()
}

pub(super) const KISS_OF_DEATH: Check = Check {
    name: "kiss-of-death",
    role: Role::Client,
    level: Level::Core,
    requirement: "UT-32",
    summary: "a reply with stratum 0 ends the client at once, with another exit code than 0",
    section: "what-goes-wrong",
    hints: [
        "A server can take no more and says so: what does your client do?",
        "Stratum 0 is no clock but a message, in four letters where the reference id is: RATE, DENY, RSTR. Look for it after the origin and before the leap indicator, which is often 3 in such a reply, then stop: no other try.",
        "if reply[1] == 0 { print to stderr \"the server wants no more: \" + reply[12..16]; exit(1) }",
    ],
    run: kiss_of_death,
};

fn kiss_of_death(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let mut talk = Talk::start(bench, SNTP)?;
    let mut request = talk.request()?;
    let mut ignored = 0;
    loop {
        // A busy machine may let it ask again before it is told.
        while let Some(newer) = talk.next_within(Duration::ZERO) {
            request = newer;
        }
        talk.answer(&kiss(&request).emit());
        let told = Instant::now();
        let Some(next) = talk.next_within(CLIENT) else {
            break;
        };
        // One whose time to ask again had come may do so, and is told again.
        let crossed = next.at - told <= TOLD && next.at - request.at > TOLD;
        ignored += usize::from(!crossed);
        if ignored > 1 {
            return Err(Failure::words(
                KISS_IGNORED,
                "no request after a reply with stratum 0",
                "the client goes on asking",
            ));
        }
        request = next;
    }
    fails(&talk.client, CLIENT, NEVER_LEAVES).map_err(|failure| match printed(&talk.stdout()) {
        Some(_) => failure.instead_of(FAILURE_HIDDEN, KISS_TAKEN),
        None => failure,
    })
}

/// The reply of a server that wants no more requests, as ntpd sends it: it does
/// not tell the time.
fn kiss(request: &Request) -> Packet {
    Packet {
        leap: 3,
        stratum: 0,
        reference_id: *b"RATE",
        ..request.reply(WRONG)
    }
}
