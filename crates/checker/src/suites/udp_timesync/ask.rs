//! Questions to a server under check, and what is wrong with its answers.

use std::thread;
use std::time::Duration;

use super::calendar::{UTC, Zone, fill, since_1970};
use crate::bench::{Bench, Server};
use crate::causes::*;
use crate::limits::ANSWER;
use crate::peer::Datagrams;
use crate::verdict::{Cause, Failure, Side};

/// How wrong a clock may be, in seconds: many systems have a second, coarser one.
pub(super) const COARSE: f64 = 0.05;
/// The longest answer (UT-6).
pub(super) const LONGEST: usize = 512;

/// Starts the server in `zone`, and has a word answered.
pub(super) fn server_in(bench: &mut Bench<'_>, zone: Zone) -> Result<(Server, Datagrams), Failure> {
    bench.tell("tz", zone.name);
    let word = bench.word();
    let (server, mut socket) = bench.datagram_server(word.as_bytes())?;
    socket.expect(word.as_bytes())?;
    Ok((server, socket))
}

/// Starts the server, and has a word answered: a format without conversions.
pub(super) fn server(bench: &mut Bench<'_>) -> Result<(Server, Datagrams), Failure> {
    server_in(bench, UTC)
}

/// Sends a format and waits for the time in it.
pub(super) fn tells_time(socket: &mut Datagrams, format: &str, zone: Zone) -> Result<(), Failure> {
    let before = since_1970();
    socket.send(format.as_bytes());
    let now = fill(format, whole(before.as_secs_f64()), zone);
    let is_right = |answer: &[u8]| {
        let from = whole(before.as_secs_f64() - COARSE);
        let to = whole(since_1970().as_secs_f64() + COARSE);
        (from..=to).any(|unix| fill(format, unix, zone).as_bytes() == answer)
    };
    match socket.expect_any(now.as_bytes(), is_right) {
        Ok(_) => Ok(()),
        Err(missed) => {
            let cause = missed
                .got
                .first()
                .and_then(|got| wrong_time(format, zone, got));
            Err(match cause {
                Some(cause) => missed.blame(cause),
                None => missed.into(),
            })
        }
    }
}

/// Why an answer to a format is wrong, where that is clear.
fn wrong_time(format: &str, zone: Zone, got: &[u8]) -> Option<Cause> {
    let now = whole(since_1970().as_secs_f64());
    let told =
        |minutes: i64, past: i64| fill(format, now - past + minutes * 60, UTC).as_bytes() == got;
    let mut quarters = (-14 * 4..=14 * 4).map(|quarter| quarter * 15);
    // A day alone says nothing of its zone: until noon it is yesterday in some.
    let has_hour = ["%H", "%T", "%I", "%X", "%c"]
        .iter()
        .any(|hour| format.contains(hour));
    // The judge itself has waited a little for more.
    let another = quarters.any(|ahead| ahead != zone.ahead && (0..2).any(|past| told(ahead, past)));
    if format.contains('%') && got == format.as_bytes() {
        Some(NOTHING_FILLED_IN)
    } else if is_error(got) {
        Some(CONVERSION_REFUSED)
    } else if has_hour && another {
        Some(ANOTHER_ZONE)
    } else if (1..=120).any(|past| told(zone.ahead, past)) {
        Some(TIME_STANDS_STILL)
    } else if got.starts_with(b"b'") || got.ends_with(b"\n") {
        // Told by what it looks like.
        None
    } else {
        Some(WRONG_TIME)
    }
}

/// Sends what must be refused.
///
/// # Errors
/// With `kills` when the server answers nothing any more.
pub(super) fn is_refused(
    bench: &mut Bench<'_>,
    socket: &mut Datagrams,
    request: &[u8],
    kills: Cause,
) -> Result<(), Failure> {
    socket.send(request);
    // Where no answer comes, the next one tells what became of it.
    let fence = bench.word();
    let mut before = socket
        .until_answered(fence.as_bytes())
        .map_err(|missed| missed.blame(kills))?;
    if before.is_empty() {
        // A server with several threads may answer the next one first.
        before.extend(socket.late(ANSWER));
    }
    let expected = || Side::bytes("ERR ", "and why, in one datagram");
    let Some(answer) = before.first() else {
        return Err(Failure::of(
            NO_ERROR_ANSWER,
            expected(),
            Side::words("nothing, while the next datagram was answered"),
        ));
    };
    if is_error(answer) && answer.len() <= LONGEST && before.len() == 1 {
        return Ok(());
    }
    let cause = match answer {
        _ if before.len() > 1 => ANSWERED_TWICE,
        _ if answer.len() > LONGEST => ANSWER_TOO_LONG,
        _ if answer == request => PASSED_THROUGH,
        _ if request.contains(&0) => CUT_AT_NUL,
        _ if request.starts_with(answer) => CUT_SILENTLY,
        _ if answer.to_ascii_uppercase().starts_with(b"ERR") => ERROR_WORDING,
        _ => NOT_REFUSED,
    };
    Err(Failure::compared(
        cause,
        vec![request.to_vec()],
        expected(),
        Side::datagram(answer.as_slice()),
    ))
}

/// Whether an answer is an error with a reason.
pub(super) fn is_error(answer: &[u8]) -> bool {
    let why = answer.strip_prefix(b"ERR ");
    why.is_some_and(|why| !why.trim_ascii().is_empty() && std::str::from_utf8(why).is_ok())
}

/// Waits until the clock shows another second than `second`, and not its very
/// beginning or end.
pub(super) fn wait_beyond(second: i64) {
    loop {
        let now = since_1970().as_secs_f64();
        if whole(now) != second && (2.0 * COARSE..0.9).contains(&now.fract()) {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

pub(super) fn whole(seconds: f64) -> i64 {
    seconds.floor() as i64
}
