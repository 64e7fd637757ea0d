//! An SNTP exchange with a server under check, and what is wrong with its reply.

use super::ask::COARSE;
use super::calendar::{KOLKATA, since_1970};
use super::packet::{CLIENT, Packet, SERVER, SIZE, TO_1970, fraction, seconds};
use crate::causes::*;
use crate::peer::Datagrams;
use crate::verdict::{Cause, Failure, Side};

/// A reply, and between which moments it came about, in seconds since 1970.
pub(super) struct Reply {
    pub(super) packet: Packet,
    pub(super) bytes: Vec<u8>,
    from: f64,
    to: f64,
}

/// Sends a request and waits for its reply, whatever that says.
pub(super) fn ask(socket: &mut Datagrams, request: &Packet) -> Result<Reply, Failure> {
    let bytes = request.emit();
    let from = since_1970().as_secs_f64();
    socket.send(&bytes);
    let example = Packet::reply(request.version, request.transmit, now_as_timestamp());
    let example = Packet {
        poll: request.poll,
        ..example
    };
    let came = socket.expect_any(&example.emit(), |reply| reply.len() == SIZE);
    let to = since_1970().as_secs_f64();
    match came {
        Ok(reply) => match Packet::parse(&reply) {
            Some(_) if reply == bytes => Err(Failure::compared(
                REQUEST_ECHOED,
                vec![bytes],
                Side::bytes(example.emit(), "or alike"),
                Side::bytes(reply, "the request itself"),
            )),
            Some(packet) => Ok(Reply {
                packet,
                bytes: reply,
                from,
                to,
            }),
            None => Err(Failure::Broken("48 bytes are no packet".into())),
        },
        Err(missed) => Err(match missed.got.first() {
            None => missed.blame(UNANSWERED),
            Some(got) if got.starts_with(b"ERR") => missed.blame(TAKEN_FOR_FORMAT),
            Some(_) => missed.blame(REPLY_LENGTH),
        }),
    }
}

fn now_as_timestamp() -> u64 {
    super::packet::timestamp(since_1970().as_secs_f64())
}

impl Reply {
    /// Proves that every field but the times is right (UT-8).
    pub(super) fn has_right_fields(&self, request: &Packet) -> Result<(), Failure> {
        let reply = &self.packet;
        let wrong = |cause, field: &str, expected: String, got: String| {
            Err(Failure::of(
                cause,
                Side::words(format!("{field} {expected}")),
                Side::bytes(self.bytes.as_slice(), format!("{field} {got}")),
            ))
        };
        let number = |cause, field, expected: u8, got: u8| {
            wrong(cause, field, expected.to_string(), got.to_string())
        };
        if reply.mode != SERVER {
            let cause = match reply.mode {
                CLIENT => MODE_COPIED,
                _ => MODE_WRONG,
            };
            return number(cause, "mode", SERVER, reply.mode);
        }
        if reply.version != request.version {
            let cause = VERSION_NOT_COPIED;
            return number(cause, "version", request.version, reply.version);
        }
        if reply.leap != 0 {
            return number(SAYS_UNSYNCHRONISED, "leap indicator", 0, reply.leap);
        }
        if !(1..=15).contains(&reply.stratum) {
            let got = reply.stratum.to_string();
            return wrong(STRATUM_INVALID, "stratum", "1 to 15".into(), got);
        }
        if reply.poll != request.poll {
            return number(POLL_NOT_COPIED, "poll", request.poll, reply.poll);
        }
        if reply.origin != request.transmit {
            let hex = |time: u64| format!("{time:016x}");
            return wrong(
                ORIGIN_NOT_COPIED,
                "origin timestamp",
                hex(request.transmit),
                hex(reply.origin),
            );
        }
        Ok(())
    }

    /// Proves that the times are right (UT-9).
    pub(super) fn has_right_times(&self) -> Result<(), Failure> {
        let reply = &self.packet;
        self.is_now("receive timestamp", reply.receive)?;
        self.is_now("transmit timestamp", reply.transmit)?;
        let order = |cause, expected: &str| {
            Err(Failure::of(
                cause,
                Side::words(expected),
                Side::bytes(self.bytes.as_slice(), "the other way round"),
            ))
        };
        if reply.receive > reply.transmit {
            return order(TIMES_REVERSED, "receive not later than transmit");
        }
        if reply.reference > reply.receive {
            return order(REFERENCE_LATER, "reference not later than receive");
        }
        Ok(())
    }

    fn is_now(&self, field: &str, time: u64) -> Result<(), Failure> {
        if self.fits(seconds(time)) {
            return Ok(());
        }
        Err(Failure::of(
            self.wrong_clock(time),
            Side::words(format!(
                "{field} {:08x}.{:08x} or a moment later",
                (self.from as u64).wrapping_add(TO_1970) as u32,
                (self.from.fract() * 4_294_967_296.0) as u32,
            )),
            Side::bytes(
                self.bytes.as_slice(),
                format!("{field} {:08x}.{:08x}", time >> 32, time as u32),
            ),
        ))
    }

    /// Whether a moment lies between request and reply.
    fn fits(&self, moment: f64) -> bool {
        (self.from - COARSE..=self.to + COARSE).contains(&moment)
    }

    /// Why a timestamp is not the time, as far as it can be told.
    fn wrong_clock(&self, time: u64) -> Cause {
        let unix = (time >> 32) as f64 + fraction(time);
        let swapped = u64::from((time >> 32) as u32).swap_bytes() >> 32 << 32;
        let low = f64::from(time as u32);
        let whole = seconds(time).floor();
        let decimal = [1e3, 1e6, 1e9].map(|unit| whole + low / unit);
        let ahead = KOLKATA_AHEAD;
        if time == 0 {
            TIME_MISSING
        } else if self.fits(unix) {
            EPOCH_1970
        } else if (seconds(swapped) - self.from).abs() < 2.0
            || (seconds(time.swap_bytes()) - self.from).abs() < 2.0
        {
            HOST_BYTE_ORDER
        } else if decimal.into_iter().any(|moment| self.fits(moment)) {
            FRACTION_DECIMAL
        } else if low == 0.0 && self.fits(whole + self.from.fract()) {
            FRACTION_MISSING
        } else if self.fits(seconds(time) - ahead) {
            LOCAL_TIME_SENT
        } else {
            WRONG_TIME
        }
    }
}

/// The zone in which the server is asked, in seconds.
const KOLKATA_AHEAD: f64 = KOLKATA.ahead as f64 * 60.0;
