//! What goes beyond the core: to be read last, or not at all.

pub(crate) mod door;
pub mod load;
pub(crate) mod pool;
pub mod room_for;
mod times;
pub(crate) mod totals;
