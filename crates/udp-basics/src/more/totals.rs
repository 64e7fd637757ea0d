//! What a server counts.

use std::{fmt, ops::AddAssign};

/// What was done, for the last line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Datagrams received, without those that were too large.
    pub datagrams: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// Datagrams that did not fit, and got no answer.
    pub too_large: u64,
    /// Answers that could not be sent, or whose client was gone.
    pub undelivered: u64,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals {
            datagrams,
            bytes,
            too_large,
            undelivered,
        } = self;
        write!(
            f,
            "datagrams: {datagrams}, bytes: {bytes}, too large: {too_large}, \
             answers not delivered: {undelivered}"
        )
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.datagrams += other.datagrams;
        self.bytes += other.bytes;
        self.too_large += other.too_large;
        self.undelivered += other.undelivered;
    }
}
