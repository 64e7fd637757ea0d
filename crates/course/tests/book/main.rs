//! The book, held to its word: what it shows is run, what it links to exists, what it quotes is
//! there. The conventions are in `docs/src/style.md`.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops where it fails, helpers too"
)]

mod exercise;
mod links;
mod names;
mod pages;
mod play;
mod quotes;
mod running;
mod transcript;

/// Fails with one line per complaint, each beginning with `FILE:LINE: `, so that an editor can jump
/// there.
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
