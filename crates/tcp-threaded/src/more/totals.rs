//! What a server counts.

use std::fmt;

/// What was done, for the last line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Clients served.
    pub clients: u64,
    /// Names answered.
    pub names: u64,
    /// Clients sent away because the server was full.
    pub sent_away: u64,
    /// Most clients at once.
    pub most: usize,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "clients: {}, names: {}, sent away: {}, most at once: {}",
            self.clients, self.names, self.sent_away, self.most
        )
    }
}
