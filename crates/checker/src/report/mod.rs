//! Telling what was found: for people, for programs, for build servers.

mod card;
mod json;
mod junit;
mod pretty;

pub use card::card;
pub use json::json;
pub use junit::junit;
pub use pretty::pretty;

/// How text for people is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour it.
    pub color: bool,
    /// Columns of the terminal; at least 40 are used.
    pub width: usize,
}
