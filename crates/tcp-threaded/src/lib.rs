//! Lesson 2: many clients at once over TCP.
//!
//! The server of lesson 1 serves one client and lets the others wait. Here each
//! client gets a thread of its own, which may block as long as it likes: only
//! its own client waits for it.
//!
//! # Reading order
//!
//! 1. [`protocol`]: what the bytes mean. Pure functions.
//! 2. [`server`]: one thread accepts, one thread for each client serves.
//! 3. [`client`]: turn by turn, a name and its answer.
//! 4. `src/bin/`: command lines.
//! 5. `src/more/`: the worker pool, the door of a full server, the load
//!    generator.
//!
//! # The wire in one screen
//!
//! ```text
//! client A            server            client B
//!   | -- connect ------> | <------ connect -- |
//!   | <--- Welcome! LF - | - Welcome! LF ---> |   the server speaks first
//!   |                    | <--------- Ada LF- |
//!   |  (says nothing)    | - Hello, Ada! LF-> |   A keeps nobody waiting
//!   | -- Bob LF -------> |                    |
//!   | <- Hello, Bob! LF- | <----------- q LF- |
//!   |                    | - end of input --> |   a marker gets no answer
//! ```
//!
//! The same in numbered requirements: `docs/src/protocols/tcp-threaded.md`.

pub mod client;
mod more;
pub mod protocol;
pub mod server;

pub use more::{load, room_for};
