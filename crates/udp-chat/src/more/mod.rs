//! What goes beyond the core: to be read last, or not at all.

#[cfg(test)]
mod client_tests;
pub mod colour;
pub mod face;
pub mod menu;
pub mod plain;
pub(crate) mod split;
pub mod terminal;
pub(crate) mod totals;
// Elsewhere a datagram may come over loopback after the call that has sent it.
#[cfg(all(test, target_os = "linux"))]
mod turn_tests;
pub(crate) mod verdict;
