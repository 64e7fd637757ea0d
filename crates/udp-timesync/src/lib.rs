//! Lesson 8: asking for the time, and what the answer is worth.
//!
//! One datagram asks, one answers. In form A both are text, and the answer is
//! old by a span that nobody knows. In form B, SNTP, four times are noted on the
//! way, and they tell how far the two clocks are apart, and how sure that is.
//!
//! # Reading order
//!
//! 1. [`protocol`]: which form a question has, and the text form. Pure functions.
//! 2. [`server`]: tell the two forms apart, answer.
//! 3. [`client`]: ask, wait, ask again.
//! 4. [`sntp`]: the packet of 48 bytes and the arithmetic, pure as well; then
//!    its client: which answer may be believed.
//! 5. `src/bin/`: command lines.
//! 6. `src/more/`: what goes beyond the core.
//!
//! # The wire in one screen
//!
//! ```text
//! client                                     server
//!   | -- %Y-%m-%d %H:%M:%S --------------------> |   form A: text
//!   | <-------------------- 2026-11-21 14:05:09 -|
//!   |                                            |
//!   | -- 23 .. transmit = a random number -----> |   form B: SNTP, 48 bytes
//! T1                                             T2
//! T4                                             T3
//!   | <- 24 .. origin = that number, T2, T3 ---- |
//! ```
//!
//! The same in numbered requirements: `docs/src/protocols/udp-timesync.md`.

pub mod client;
pub mod clock;
mod more;
pub mod protocol;
pub mod server;
pub mod sntp;

pub use more::{
    filter::{Filter, WINDOW},
    limit::Limiter,
    plot::plot,
};
