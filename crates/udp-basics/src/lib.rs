//! Lesson 3: datagrams.
//!
//! A datagram arrives whole or not at all, perhaps twice, perhaps behind the one
//! that was sent after it. There is no connection and no end. This crate shows
//! what it takes to be sure of an answer all the same.
//!
//! # Reading order
//!
//! 1. [`protocol`]: what the bytes mean. Pure functions.
//! 2. [`server`]: one call to receive, one to answer.
//! 3. [`client`]: number the request, wait, send it again.
//! 4. `src/bin/`: command lines.
//! 5. `src/more/`: what goes beyond the core.
//!
//! # The wire in one screen
//!
//! ```text
//! client                              server
//!   | -- 1 hello ---------------------> |
//!   | <--------------------- 1 hello -- | the same bytes
//!   | -- 2 again ------------X          | lost
//!   :    0.2 s, and no answer           :
//!   | -- 2 again ---------------------> |
//!   | <--------------------- 2 again -- |
//! ```
//!
//! The same in numbered requirements: `docs/src/protocols/udp-basics.md`.

pub mod client;
mod more;
pub mod protocol;
pub mod server;
