//! What goes beyond the core: to be read last, or not at all.

pub(crate) mod everybody;
pub(crate) mod ping;
pub(crate) mod send_only;
pub(crate) mod tally;
pub(crate) mod totals;
pub(crate) mod wait;
