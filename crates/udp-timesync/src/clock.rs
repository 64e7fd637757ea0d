//! The clock of this machine, and how it is read.
//!
//! Two clocks tell two things. The *wall clock* says what time it is; somebody
//! may set it at any moment, also back. The *monotonic clock* says how much time
//! has passed since some moment; nobody can set it, and what it shows means
//! nothing to anybody else.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::sntp::{Nanos, SECOND};

/// A wall clock, perhaps one that is wrong by a known span.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    /// How far it is ahead of the machine's.
    pub ahead: Nanos,
}

impl Clock {
    /// A clock that is so many seconds ahead of the machine's, to see what a
    /// wrong one does.
    #[must_use]
    pub fn ahead(seconds: f64) -> Self {
        // `as` keeps within the range, and NaN is 0.
        Clock {
            ahead: (seconds * SECOND as f64) as Nanos,
        }
    }

    /// Nanoseconds since 1970, in UTC and without leap seconds.
    #[must_use]
    pub fn now(self) -> Nanos {
        let signed = |span: std::time::Duration| span.as_nanos().cast_signed();
        let now = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => signed(since),
            // A machine whose clock was never set may think it is before 1970.
            Err(before) => -signed(before.duration()),
        };
        now + self.ahead
    }
}
