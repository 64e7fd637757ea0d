//! Placeholder.
pub mod proxy;
