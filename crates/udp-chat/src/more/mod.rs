//! What goes beyond the core.

pub(crate) mod split;
pub(crate) mod totals;
pub(crate) mod verdict;
