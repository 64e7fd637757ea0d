//! What a server counts.

use std::{fmt, ops::AddAssign};

/// What was done, for the last line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Questions of form A that were answered, also with `ERR`.
    pub text: u64,
    /// Questions of form B that were answered.
    pub sntp: u64,
    /// Questions that were not, because there were too many.
    pub silenced: u64,
    /// Answers that could not be sent, or whose client was gone.
    pub undelivered: u64,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals {
            text,
            sntp,
            silenced,
            undelivered,
        } = self;
        write!(
            f,
            "text: {text}, SNTP: {sntp}, too often: {silenced}, \
             answers not delivered: {undelivered}"
        )
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.text += other.text;
        self.sntp += other.sntp;
        self.silenced += other.silenced;
        self.undelivered += other.undelivered;
    }
}
