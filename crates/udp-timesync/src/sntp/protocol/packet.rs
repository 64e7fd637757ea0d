//! Form B: the packet of SNTP, which is that of NTP
//! ([RFC 5905 §7.3](https://www.rfc-editor.org/rfc/rfc5905#section-7.3)).
//!
//! Extension fields and message digests, which may follow, are left out.

use std::fmt;

use super::{Short, Timestamp};

/// Bytes of a packet.
pub const PACKET: usize = 48;

// Where each field begins. The first four bytes are leap, version and mode in
// one, stratum, poll and precision.
const ROOT_DELAY: usize = 4;
const ROOT_DISPERSION: usize = 8;
const REFERENCE_ID: usize = 12;
const REFERENCE: usize = 16;
const ORIGIN: usize = 24;
const RECEIVE: usize = 32;
const TRANSMIT: usize = 40;

/// The header, field by field in the order of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Packet {
    /// Whether a leap second is near, 2 bits; 3: the clock was never set.
    pub leap: u8,
    /// Version, 3 bits.
    pub version: u8,
    /// Who speaks, 3 bits.
    pub mode: u8,
    /// Steps to a clock that needs no server: 1 is next to it, 16 is none at
    /// all, and 0 is no time but a [kiss of death](Verdict::Kiss).
    pub stratum: u8,
    /// Time between questions, as a power of two in seconds.
    pub poll: i8,
    /// Step of the clock, as a power of two in seconds.
    pub precision: i8,
    /// Round trip to that best clock.
    pub root_delay: Short,
    /// Error that may have gathered on the way from there.
    pub root_dispersion: Short,
    /// Which clock that is or, in a kiss of death, why.
    pub reference_id: [u8; 4],
    /// When the clock was last set.
    pub reference: Timestamp,
    /// In an answer: the question's `transmit`, bit by bit.
    pub origin: Timestamp,
    /// T2: when the question came.
    pub receive: Timestamp,
    /// T3: when the answer went. In a question it means nothing to the server.
    pub transmit: Timestamp,
}

/// What a datagram is to the question that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The answer.
    Time(Packet),
    /// The answer: "ask no more", with the reason in four letters
    /// ([RFC 5905 §7.4](https://www.rfc-editor.org/rfc/rfc5905#section-7.4)).
    Kiss([u8; 4]),
    /// None that may be believed.
    Rejected(Rejection),
}

/// Why an answer is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// So many bytes are no packet.
    Length(usize),
    /// The mode is not 4, "server".
    Mode(u8),
    /// The origin is not the number we sent: late, repeated or forged.
    Origin,
    /// The server says itself that its clock was never set.
    Unset,
    /// The stratum is above 15.
    Stratum(u8),
    /// A time is missing, or the answer left before the question came.
    Times,
}

impl Packet {
    /// The mode of a question.
    pub const CLIENT: u8 = 3;
    /// The mode of an answer.
    pub const SERVER: u8 = 4;
    /// The version we speak.
    pub const VERSION: u8 = 4;
    /// "The clock of this machine", where IPv4 clocks are named by addresses.
    const LOCAL_CLOCK: [u8; 4] = [127, 127, 1, 1];
    /// 2 to the power of -20 seconds: about a microsecond.
    const PRECISION: i8 = -20;
    /// "The clock was never set".
    const UNSET: u8 = 3;
    /// From here on a stratum means "not synchronised".
    const NO_STRATUM: u8 = 16;

    // ANCHOR: parse
    /// The packet at the beginning of a datagram; `None` if that is too short.
    #[must_use]
    pub fn parse(datagram: &[u8]) -> Option<Self> {
        let bytes: &[u8; PACKET] = datagram.first_chunk()?;
        let [first, stratum, poll, precision, ..] = *bytes;
        Some(Packet {
            leap: first >> 6,
            version: first >> 3 & 7,
            mode: first & 7,
            stratum,
            poll: poll.cast_signed(),
            precision: precision.cast_signed(),
            root_delay: Short(u32::from_be_bytes(at(bytes, ROOT_DELAY))),
            root_dispersion: Short(u32::from_be_bytes(at(bytes, ROOT_DISPERSION))),
            reference_id: at(bytes, REFERENCE_ID),
            reference: Timestamp(u64::from_be_bytes(at(bytes, REFERENCE))),
            origin: Timestamp(u64::from_be_bytes(at(bytes, ORIGIN))),
            receive: Timestamp(u64::from_be_bytes(at(bytes, RECEIVE))),
            transmit: Timestamp(u64::from_be_bytes(at(bytes, TRANSMIT))),
        })
    }
    // ANCHOR_END: parse

    /// As bytes. Of `leap`, `version` and `mode` only the bits that have a place
    /// there.
    #[must_use]
    pub fn emit(&self) -> [u8; PACKET] {
        let mut bytes = [0; PACKET];
        let mut put = |at: usize, field: &[u8]| bytes[at..at + field.len()].copy_from_slice(field);
        let first = (self.leap & 3) << 6 | (self.version & 7) << 3 | (self.mode & 7);
        let [poll, precision] = [self.poll, self.precision].map(i8::cast_unsigned);
        put(0, &[first, self.stratum, poll, precision]);
        put(ROOT_DELAY, &self.root_delay.0.to_be_bytes());
        put(ROOT_DISPERSION, &self.root_dispersion.0.to_be_bytes());
        put(REFERENCE_ID, &self.reference_id);
        put(REFERENCE, &self.reference.0.to_be_bytes());
        put(ORIGIN, &self.origin.0.to_be_bytes());
        put(RECEIVE, &self.receive.0.to_be_bytes());
        put(TRANSMIT, &self.transmit.0.to_be_bytes());
        bytes
    }

    /// A question. Where a clock used to be, it has a random number: the server
    /// copies it without looking, and somebody who cannot read our packets
    /// cannot forge an answer. Every other field of a client is 0, for nobody
    /// needs to know it ([NTP client data
    /// minimization](https://datatracker.ietf.org/doc/html/draft-ietf-ntp-data-minimization-04)).
    #[must_use]
    pub fn question(nonce: u64) -> Self {
        Packet {
            version: Packet::VERSION,
            mode: Packet::CLIENT,
            transmit: Timestamp(nonce),
            ..Packet::default()
        }
    }

    // ANCHOR: answer
    /// The answer of a server with its own clock for reference, to a question
    /// that came at `receive` and is answered at `transmit`.
    #[must_use]
    pub fn answer(&self, stratum: u8, receive: Timestamp, transmit: Timestamp) -> Self {
        Packet {
            leap: 0,
            version: self.version,
            mode: Packet::SERVER,
            stratum,
            poll: self.poll,
            precision: Packet::PRECISION,
            root_delay: Short(0),
            root_dispersion: Short(0),
            reference_id: Packet::LOCAL_CLOCK,
            // Its own reference, so it is right at every moment.
            reference: receive,
            // Not looked at, and not converted: to its sender it may be a
            // number of any meaning.
            origin: self.transmit,
            receive,
            transmit,
        }
    }
    // ANCHOR_END: answer

    /// The same, but sending the client away: no time, and why.
    #[must_use]
    pub fn kiss(&self, code: [u8; 4], now: Timestamp) -> Self {
        Packet {
            leap: Packet::UNSET,
            reference_id: code,
            ..self.answer(0, now, now)
        }
    }

    // ANCHOR: judge
    /// What this datagram is to the question that carried `nonce`.
    #[must_use]
    pub fn judge(datagram: &[u8], nonce: u64) -> Verdict {
        let whole = Packet::parse(datagram).filter(|_| datagram.len() == PACKET);
        let Some(packet) = whole else {
            return Verdict::Rejected(Rejection::Length(datagram.len()));
        };
        // Whether it is an answer to us comes first: otherwise anybody could
        // send a kiss of death in the server's name.
        if packet.mode != Packet::SERVER {
            return Verdict::Rejected(Rejection::Mode(packet.mode));
        }
        if packet.origin != Timestamp(nonce) {
            return Verdict::Rejected(Rejection::Origin);
        }
        if packet.stratum == 0 {
            return Verdict::Kiss(packet.reference_id);
        }
        if packet.leap == Packet::UNSET {
            return Verdict::Rejected(Rejection::Unset);
        }
        if packet.stratum >= Packet::NO_STRATUM {
            return Verdict::Rejected(Rejection::Stratum(packet.stratum));
        }
        let (t2, t3) = (packet.receive, packet.transmit);
        if t2 == Timestamp::UNKNOWN || t3 == Timestamp::UNKNOWN || t3.unix() < t2.unix() {
            return Verdict::Rejected(Rejection::Times);
        }
        Verdict::Time(packet)
    }
    // ANCHOR_END: judge
}

/// The `N` bytes from a place on, all of which a packet has.
fn at<const N: usize>(bytes: &[u8; PACKET], place: usize) -> [u8; N] {
    std::array::from_fn(|index| bytes[place + index])
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rejection::Length(bytes) => write!(f, "it has {bytes} bytes, a packet has {PACKET}"),
            Rejection::Mode(mode) => write!(f, "its mode is {mode}, a server's is 4"),
            Rejection::Origin => f.write_str("its origin is not the number we sent"),
            Rejection::Unset => f.write_str("the server's clock was never set"),
            Rejection::Stratum(stratum) => write!(f, "its stratum is {stratum}, the last is 15"),
            Rejection::Times => f.write_str("its times are missing or in the wrong order"),
        }
    }
}
