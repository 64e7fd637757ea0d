//! Core checks of the client: asking in SNTP (UT-27 to UT-29).

use std::collections::HashSet;
use std::thread;
use std::time::{Duration, Instant};

use super::packet::seconds;
use super::sample::{Sample, Truth, printed};
use super::talk::{Request, SNTP, Talk};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::CLIENT;
use crate::verdict::{Failure, Side};

/// How many requests must differ.
const NONCES: usize = 4;
/// A clock is near the time, in seconds.
const HOUR: f64 = 3600.0;
/// For the server's own share, and for the way back.
const SHARE: Duration = Duration::from_millis(60);
const HELD: Duration = Duration::from_millis(80);
/// How often a client is asked whose answer may have come too late for it.
const TRIES: usize = 4;

pub(super) const SNTP_REQUEST: Check = Check {
    name: "sntp-request",
    role: Role::Client,
    level: Level::Core,
    requirement: "UT-27",
    summary: "the format sntp makes the client send 48 bytes in version 3 or 4 and mode 3",
    section: "on-the-wire",
    hints: [
        "Which byte of your request says that it is one, and how many bytes are there in all?",
        "48 bytes, all 0 but the first and the last eight. The first holds three numbers: two bits of leap indicator, three of version, three of mode.",
        "request = 48 zero bytes; request[0] = 0 << 6 | 4 << 3 | 3, which is 0x23",
    ],
    run: sntp_request,
};

fn sntp_request(bench: &mut Bench<'_>) -> Result<(), Failure> {
    Talk::start(bench, SNTP)?.request().map(drop)
}

pub(super) const NONCE: Check = Check {
    name: "nonce",
    role: Role::Client,
    level: Level::Core,
    requirement: "UT-28",
    summary: "the transmit timestamp of each request is 64 new bits that nobody can predict",
    section: "what-goes-wrong",
    hints: [
        "Somebody who cannot see your request wants to answer it: what must be guessed?",
        "The reply repeats your transmit timestamp. If that is your clock, everybody knows it nearly. Send 64 random bits of the system's instead, new ones with each try, and keep the time of sending for yourself.",
        "nonce = 8 bytes from the system's random numbers; request[40..48] = nonce; t1 = now; send(socket, request)",
    ],
    run: nonce,
};

fn nonce(bench: &mut Bench<'_>) -> Result<(), Failure> {
    // Two tries of one run, then more runs: none may begin where another did.
    let mut talk = Talk::start(bench, SNTP)?;
    let mut requests = vec![talk.request()?, talk.again(NEVER_SENDS_AGAIN)?];
    drop(talk);
    while requests.len() < NONCES {
        requests.push(Talk::start(bench, SNTP)?.request()?);
    }
    let nonces: Vec<_> = requests.iter().map(Request::nonce).collect();
    let list: Vec<_> = nonces.iter().map(|nonce| format!("{nonce:016x}")).collect();
    let got = format!("in this order: {}", list.join(", "));
    let wrong = |cause, expected: &str| Err(Failure::words(cause, expected, got.clone()));
    if nonces.contains(&0) {
        return wrong(TRANSMIT_EMPTY, "a transmit timestamp of 64 random bits");
    }
    if requests.iter().all(is_a_clock) {
        return wrong(SENDS_ITS_CLOCK, "a transmit timestamp of 64 random bits");
    }
    if nonces[0] == nonces[1] {
        return wrong(NONCE_REPEATED, "the second try to have bits of its own");
    }
    let changed = nonces
        .iter()
        .fold(0, |bits, nonce| bits | (nonce ^ nonces[0]));
    // By chance one of 64 bits in eight is the same four times; not half of them.
    let distinct: HashSet<_> = nonces.iter().collect();
    if changed.count_ones() < 32 || distinct.len() < nonces.len() {
        return wrong(
            NONCE_PREDICTABLE,
            "64 bits that differ from request to request",
        );
    }
    Ok(())
}

/// Whether the nonce is the time, since 1900 or since 1970. A random number is
/// so once in 300,000 times.
fn is_a_clock(request: &Request) -> bool {
    let time = request.nonce();
    let is_near = |moment: f64| (moment - request.unix).abs() < HOUR;
    is_near(seconds(time)) || is_near((time >> 32) as f64)
}

pub(super) const OFFSET_AND_DELAY: Check = Check {
    name: "offset-and-delay",
    role: Role::Client,
    level: Level::Core,
    requirement: "UT-29",
    summary: "offset and delay are printed, and are what the four times give",
    section: "on-the-wire",
    hints: [
        "The reply took its time to reach you: which of the server's two times do you compare with which of yours?",
        "Four times: T1 when you sent, T2 and T3 from the reply, T4 when it came. What the server did between T2 and T3 is not part of the way; what is left is shared out equally between both ways. Compute with signed numbers: the server may be behind.",
        "delay = (t4 - t1) - (t3 - t2); offset = ((t2 - t1) + (t3 - t4)) / 2; print \"offset \" + offset + \" s, delay \" + delay + \" s\"; exit(0)",
    ],
    run: offset_and_delay,
};

fn offset_and_delay(bench: &mut Bench<'_>) -> Result<(), Failure> {
    for ahead in [1234.5, -98_765.25] {
        let mut tries = TRIES;
        while let Some(doubtful) = ask(bench, ahead)? {
            tries -= 1;
            if tries == 0 {
                return Err(doubtful);
            }
        }
    }
    Ok(())
}

/// Has the client ask once, and proves that it prints what is true.
///
/// # Returns
/// What is wrong, of a client that asked again before it had its answer: the
/// judge was slow, and may have misunderstood which reply counted.
fn ask(bench: &mut Bench<'_>, ahead: f64) -> Result<Option<Failure>, Failure> {
    let mut talk = Talk::start(bench, SNTP)?;
    let request = talk.request()?;
    let (answered, sample) = serve(&mut talk, request, ahead)?;
    match is_true(&answered, sample) {
        Ok(()) => talk.succeeds().map(|()| None),
        Err(wrong) if answered.len() > 1 || talk.next_within(Duration::ZERO).is_some() => {
            Ok(Some(wrong))
        }
        Err(wrong) => Err(wrong),
    }
}

/// What was told to a client in one reply.
pub(super) struct Answered {
    ahead: f64,
    before: f64,
    held: f64,
    sent: Instant,
    seen: Instant,
}

/// Answers each request in turn until a sample is printed.
///
/// # Returns
/// What was told in the reply that counted, as far as the offset says which.
pub(super) fn serve(
    talk: &mut Talk,
    first: Request,
    ahead: f64,
) -> Result<(Vec<Answered>, Sample), Failure> {
    let mut told = Vec::new();
    let mut next = Some(first);
    while let Some(request) = next.take() {
        // A client that is not patient enough for a slow way gets a fast one.
        let (share, held) = match told.len() {
            0 | 1 => (SHARE, HELD),
            _ => (Duration::ZERO, Duration::ZERO),
        };
        // Each reply has its own time, so that the offset says which one counted.
        let ahead = ahead + 10.0 * told.len() as f64;
        thread::sleep(share);
        let stamped = Instant::now();
        let mut reply = request.reply(ahead);
        let spent = stamped.duration_since(request.at).as_secs_f64();
        reply.transmit = super::packet::timestamp(request.unix + spent + ahead);
        thread::sleep(held);
        // Before it is sent: what comes between counts for the way back.
        let sent = Instant::now();
        talk.answer(&reply.emit());
        told.push(Answered {
            ahead,
            before: request.at.duration_since(talk.started).as_secs_f64(),
            held: sent.duration_since(stamped).as_secs_f64(),
            sent,
            seen: sent,
        });
        let output = talk.client.output().clone();
        while next.is_none() {
            let step = Duration::from_millis(50);
            let found = output.wait(step, |state| {
                let sample = printed(state.stdout.bytes());
                (sample.is_some() || state.is_over()).then_some(sample)
            });
            if let Some(sample) = found {
                let seen = Instant::now();
                told.iter_mut().for_each(|answered| answered.seen = seen);
                let sample = sample.ok_or_else(|| nothing_printed(talk))?;
                return Ok((told, sample));
            }
            if sent.elapsed() > CLIENT || told.len() > 6 {
                return Err(nothing_printed(talk));
            }
            next = talk.next_within(Duration::ZERO);
        }
    }
    Err(nothing_printed(talk))
}

/// Proves that a sample is what one of the replies says.
fn is_true(told: &[Answered], sample: Sample) -> Result<(), Failure> {
    let truth = |answered: &Answered| Truth {
        ahead: answered.ahead,
        before: answered.before,
        held: answered.held,
        after: answered.seen.duration_since(answered.sent).as_secs_f64(),
    };
    let distance = |answered: &Answered| (sample.offset - answered.ahead).abs();
    let nearest = told
        .iter()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)));
    let Some(nearest) = nearest else {
        return Ok(());
    };
    match sample.wrong(&truth(nearest)) {
        None => Ok(()),
        Some(cause) => Err(Failure::words(
            cause,
            format!(
                "a server {:+.3} s ahead, and {:.3} s for the way back",
                nearest.ahead, nearest.held
            ),
            format!(
                "offset {:+.3} s, delay {:.3} s",
                sample.offset, sample.delay
            ),
        )),
    }
}

/// The failure of a client that has ended, or waits, with nothing printed.
pub(super) fn nothing_printed(talk: &Talk) -> Failure {
    let stdout = talk.client.output().stdout();
    let cause = match talk.client.exited() {
        None => REPLY_IGNORED,
        Some(_) => OFFSET_MISSING,
    };
    Failure::of(
        cause,
        Side::words("the words offset and delay, each with a number behind it"),
        Side::printed(stdout),
    )
}
