//! SNTP packets in the judge's hand (RFC 5905, section 7.3).

use std::ops::Range;

/// Bytes of a packet without extensions.
pub(super) const SIZE: usize = 48;
/// The modes that matter here.
pub(super) const CLIENT: u8 = 3;
pub(super) const SERVER: u8 = 4;
/// Seconds from 1900 to 1970: 70 years with 17 leap days.
pub(super) const TO_1970: u64 = (70 * 365 + 17) * 86_400;

const STRATUM: usize = 1;
const POLL: usize = 2;
const REFERENCE_ID: Range<usize> = 12..16;
const REFERENCE: Range<usize> = 16..24;
const ORIGIN: Range<usize> = 24..32;
const RECEIVE: Range<usize> = 32..40;
const TRANSMIT: Range<usize> = 40..48;

/// What the fields of 48 bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packet {
    pub(super) leap: u8,
    pub(super) version: u8,
    pub(super) mode: u8,
    pub(super) stratum: u8,
    pub(super) poll: u8,
    pub(super) precision: u8,
    pub(super) reference_id: [u8; 4],
    /// Timestamps are kept as they travel: seconds since 1900 above, fraction below.
    pub(super) reference: u64,
    pub(super) origin: u64,
    pub(super) receive: u64,
    pub(super) transmit: u64,
}

impl Packet {
    /// A request as clients send it.
    pub(super) fn request(version: u8, transmit: u64) -> Self {
        Self {
            leap: 0,
            version,
            mode: CLIENT,
            stratum: 0,
            poll: 0,
            precision: 0,
            reference_id: [0; 4],
            reference: 0,
            origin: 0,
            receive: 0,
            transmit,
        }
    }

    /// The reply of a server whose clock shows `now`, to a request with this
    /// transmit timestamp.
    pub(super) fn reply(version: u8, origin: u64, now: u64) -> Self {
        Self {
            mode: SERVER,
            stratum: 10,
            precision: 0xec,
            reference_id: [127, 127, 1, 1],
            reference: now.wrapping_sub(5 << 32),
            origin,
            receive: now,
            ..Self::request(version, now)
        }
    }

    /// The fields of 48 bytes; none of any other number.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != SIZE {
            return None;
        }
        let time = |field: Range<usize>| bytes[field].try_into().map(u64::from_be_bytes).ok();
        Some(Self {
            leap: bytes[0] >> 6,
            version: bytes[0] >> 3 & 7,
            mode: bytes[0] & 7,
            stratum: bytes[STRATUM],
            poll: bytes[POLL],
            precision: bytes[POLL + 1],
            reference_id: bytes[REFERENCE_ID].try_into().ok()?,
            reference: time(REFERENCE)?,
            origin: time(ORIGIN)?,
            receive: time(RECEIVE)?,
            transmit: time(TRANSMIT)?,
        })
    }

    pub(super) fn emit(&self) -> Vec<u8> {
        let mut bytes = vec![0; SIZE];
        bytes[0] = self.leap << 6 | self.version << 3 | self.mode;
        bytes[STRATUM] = self.stratum;
        bytes[POLL] = self.poll;
        bytes[POLL + 1] = self.precision;
        bytes[REFERENCE_ID].copy_from_slice(&self.reference_id);
        let times = [
            (REFERENCE, self.reference),
            (ORIGIN, self.origin),
            (RECEIVE, self.receive),
            (TRANSMIT, self.transmit),
        ];
        for (field, time) in times {
            bytes[field].copy_from_slice(&time.to_be_bytes());
        }
        bytes
    }
}

/// Seconds since 1970 as a timestamp; beyond 2036 it begins again.
pub(super) fn timestamp(seconds: f64) -> u64 {
    let whole = seconds.floor();
    // `as` keeps within the range.
    let since_1900 = (whole as i64).wrapping_add(TO_1970 as i64) as u64;
    since_1900 << 32 | ((seconds - whole) * 4_294_967_296.0) as u64
}

/// A timestamp of the era that ends in 2036, as seconds since 1970.
pub(super) fn seconds(timestamp: u64) -> f64 {
    (timestamp >> 32) as f64 - TO_1970 as f64 + fraction(timestamp)
}

/// The fraction of a timestamp in seconds.
pub(super) fn fraction(timestamp: u64) -> f64 {
    f64::from(timestamp as u32) / 4_294_967_296.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example of the protocol page.
    #[test]
    fn the_example_is_read_and_written() {
        let hex = "240a00ec 00000000 00000000 7f7f0101 eeac225a80000000 5e1f9ac207d43381 \
                   eeac226040000000 eeac226040068db8";
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        let pair = |pair: &[u8]| u8::from_str_radix(&String::from_utf8_lossy(pair), 16).unwrap();
        let bytes: Vec<u8> = digits.chunks(2).map(pair).collect();
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!((packet.leap, packet.version, packet.mode), (0, 4, SERVER));
        assert_eq!((packet.stratum, packet.precision), (10, 0xec));
        assert_eq!(packet.origin, 0x5e1f_9ac2_07d4_3381);
        assert_eq!(seconds(packet.receive), 1_795_269_600.25);
        assert!((seconds(packet.transmit) - 1_795_269_600.250_1).abs() < 1e-6);
        assert_eq!(packet.emit(), bytes);
        assert_eq!(timestamp(1_795_269_600.25), packet.receive);
    }

    #[test]
    fn after_2036_the_seconds_begin_again() {
        assert_eq!(timestamp(2_085_978_495.0) >> 32, u64::from(u32::MAX));
        assert_eq!(timestamp(2_085_978_496.0), 0);
    }

    proptest! {
        #[test]
        fn any_48_bytes_come_back(bytes: [u8; SIZE]) {
            let mut bytes = bytes.to_vec();
            // Root delay and dispersion are not kept.
            bytes[4..12].fill(0);
            prop_assert_eq!(Packet::parse(&bytes).unwrap().emit(), bytes);
        }
    }
}
