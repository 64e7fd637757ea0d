//! What a server counts.

use std::fmt;

/// What was done, for the last line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Datagrams received.
    pub datagrams: u64,
    /// Sessions begun.
    pub joined: u64,
    /// Sessions that ended with QUIT.
    pub left: u64,
    /// Sessions that ended in silence, with a full queue, or for a new one.
    pub lost: u64,
    /// Messages taken.
    pub messages: u64,
    /// MSGs and NOTEs acknowledged.
    pub delivered: u64,
    /// MSGs and NOTEs sent again.
    pub resent: u64,
    /// SAYs that came too fast, each time that they came.
    pub held: u64,
    /// Cookies handed out.
    pub cookies: u64,
    /// JOINs refused although the cookie was right.
    pub refused: u64,
    /// Datagrams of strangers, without JOIN and QUIT.
    pub strangers: u64,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals {
            datagrams,
            joined,
            left,
            lost,
            messages,
            delivered,
            resent,
            held,
            cookies,
            refused,
            strangers,
        } = self;
        write!(
            f,
            "joined: {joined}, left: {left}, lost: {lost}, messages: {messages}, \
             delivered: {delivered}, sent again: {resent}, held back: {held}, \
             cookies: {cookies}, refused: {refused}, from strangers: {strangers}, \
             datagrams: {datagrams}"
        )
    }
}
