//! Lesson 1: one client at a time over TCP.
//!
//! A TCP connection is two streams of bytes, one each way, and nothing more: no
//! messages, no "packets" that a program could see. This crate shows what it
//! takes to talk in messages all the same.
//!
//! # Reading order
//!
//! 1. [`protocol`]: what the bytes mean. Pure functions.
//! 2. [`server`]: bind, listen, accept, and one conversation after the other.
//! 3. [`client`]: connect, send and receive, independently of each other.
//! 4. `src/bin/`: command lines.
//! 5. `src/more/`: what goes beyond the core.
//!
//! # The wire in one screen
//!
//! ```text
//! client                              server
//!   | -- connect ---------------------> | accept
//!   | -- hello LF --------------------> |
//!   | <-------------------- hello LF -- |
//!   | -- LF (an empty message) -------> |
//!   | <-------------------------- LF -- |
//!   | -- exit LF (a marker) ----------> |
//!   | <------------- end of input ----- | no answer; the server closes
//! ```
//!
//! The same in numbered requirements: `docs/src/protocols/tcp-basics.md`.

pub mod client;
mod more;
pub mod protocol;
pub mod server;
