//! `cargo course` from the outside, as a whole process. One binary for all: linking takes longer
//! than running.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops where it fails, helpers too"
)]

mod check;
mod command;
mod demo;
#[cfg(unix)]
mod proxy;
#[cfg(unix)]
mod proxy_udp;
mod starter;
mod student;
