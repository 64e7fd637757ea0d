//! The fault proxies over real sockets: each fault happens, and nothing else does.
//!
//! A fault injector that injects nothing passes every test that relies on it,
//! so it is tested itself. Times are only ever tested from below: a busy
//! machine may be late, never early.

#![allow(
    clippy::unwrap_used,
    reason = "in a test, and in its helpers, a panic is the failure"
)]

mod datagram;
mod ends;
mod faults;
mod passing;
mod rig;
mod stop;
