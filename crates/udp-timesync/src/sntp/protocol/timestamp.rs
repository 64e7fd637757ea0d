//! Times on the wire, and what four of them tell.

/// Nanoseconds since 1970, or between two times. Wide enough that no sum below
/// can overflow, whatever a packet says.
pub type Nanos = i128;

/// One second.
pub const SECOND: Nanos = 1_000_000_000;

/// From the year 1900, where NTP begins, to 1970, where Unix does: 70 years, 17
/// of them with a leap day ([RFC 5905 figure
/// 4](https://www.rfc-editor.org/rfc/rfc5905#section-6)).
const UNIX_EPOCH: Nanos = (70 * 365 + 17) * 86_400;

/// A time as NTP writes it: 32 bits of seconds since 1900 and 32 bits of
/// fraction, so in steps of 233 picoseconds
/// ([RFC 5905 §6](https://www.rfc-editor.org/rfc/rfc5905#section-6)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// All bits zero: "unknown", and no time at all.
    pub const UNKNOWN: Timestamp = Timestamp(0);

    // ANCHOR: era
    /// The time of so many nanoseconds since 1970. What does not fit in 32 bits
    /// of seconds is cut off: that is the number of the era.
    #[must_use]
    pub fn at(unix: Nanos) -> Self {
        let (seconds, rest) = (unix.div_euclid(SECOND), unix.rem_euclid(SECOND));
        // To the nearest step, both ways: a nanosecond then comes back as it was.
        let fraction = ((rest << 32) + SECOND / 2) / SECOND;
        Timestamp((((seconds + UNIX_EPOCH) << 32) + fraction) as u64)
    }

    /// Nanoseconds since 1970.
    ///
    /// 32 bits of seconds since 1900 are full on 7 February 2036, at 06:28:16,
    /// and begin again at 0: era 1. Nothing in a packet says which era it is. So
    /// small numbers (top bit clear) are taken for era 1, and the range is from
    /// 1968 to 2104
    /// ([RFC 4330 §3](https://www.rfc-editor.org/rfc/rfc4330#section-3)).
    #[must_use]
    pub fn unix(self) -> Nanos {
        let era = if self.0 >> 63 == 0 { 1 << 32 } else { 0 };
        let seconds = Nanos::from(self.0 >> 32) + era - UNIX_EPOCH;
        let fraction = Nanos::from(self.0 & 0xffff_ffff);
        seconds * SECOND + ((fraction * SECOND + (1 << 31)) >> 32)
    }
    // ANCHOR_END: era
}

/// A span as NTP writes it: 16 bits of seconds and 16 of fraction, so from 15
/// microseconds to 18 hours
/// ([RFC 5905 §6](https://www.rfc-editor.org/rfc/rfc5905#section-6)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub struct Short(pub u32);

impl Short {
    /// The span of so many nanoseconds, or the nearest that there is.
    #[must_use]
    pub fn of(span: Nanos) -> Self {
        let most = Nanos::from(u32::MAX);
        let steps = ((span.clamp(0, SECOND << 16) << 16) + SECOND / 2) / SECOND;
        Short(steps.clamp(0, most) as u32)
    }

    /// In nanoseconds.
    #[must_use]
    pub fn nanos(self) -> Nanos {
        (Nanos::from(self.0) * SECOND + (1 << 15)) >> 16
    }
}

/// What one question to a server told about the two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// How far the server's clock is ahead of ours, if both ways took the same
    /// time. If not, the error is at most half of the delay.
    pub offset: Nanos,
    /// How long question and answer were on their way, both together.
    pub delay: Nanos,
}

// ANCHOR: sample
impl Sample {
    /// From the four times: the question sent (`t1`) and the answer received
    /// (`t4`), by our clock; the question received (`t2`) and the answer sent
    /// (`t3`), by the server's
    /// ([RFC 5905 §8](https://www.rfc-editor.org/rfc/rfc5905#section-8)).
    #[must_use]
    pub fn new(t1: Nanos, t2: Nanos, t3: Nanos, t4: Nanos) -> Self {
        Sample {
            offset: ((t2 - t1) + (t3 - t4)) / 2,
            // Below zero where the server says that it kept the question for longer
            // than we waited: clocks tick in steps, or it is wrong, and then the
            // offset is, too. As a long delay it is not taken for the best.
            delay: ((t4 - t1) - (t3 - t2)).abs(),
        }
    }
}
// ANCHOR_END: sample
