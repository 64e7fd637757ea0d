//! What goes beyond the core: to be read last, or not at all.

pub(crate) mod filter;
pub(crate) mod limit;
pub(crate) mod plot;
pub(crate) mod tally;
pub(crate) mod totals;
