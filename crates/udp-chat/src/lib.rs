//! Lesson 4: a chat room over datagrams.
//!
//! One socket, many people, and a network that loses, doubles and overtakes.
//! This crate shows what a program must do itself when there is no connection
//! to do it: know who is there, be sure that what was said arrives once and in
//! order, and believe no address before it has answered.
//!
//! # Reading order
//!
//! 1. [`protocol`]: what the bytes mean. Pure functions.
//! 2. [`delivery`]: each once and in order; the heart of the lesson.
//! 3. [`session`]: a client's membership, as a state machine.
//! 4. [`room`]: the server's side of it, with [`cookie`] and [`name`].
//! 5. [`client`] and [`server`]: threads and sockets around the two machines.
//! 6. `src/bin/`: command lines.
//! 7. `src/more/`: what goes beyond the core.
//!
//! # The wire in one screen
//!
//! ```text
//! Bo                                  server                            Ada
//!   | -- JOIN Bo --------------------> |                                 |
//!   | <------------ COOKIE k3yk3yk3yk3 |                                 |
//!   | -- JOIN Bo k3yk3yk3yk3 --------> |                                 |
//!   | <------------------ WELCOME Bo 2 | -- NOTE 1 joined Bo ----------> |
//!   |                                  | <------------------------ ACK 1 |
//!   | -- SAY 1 hello ----------------> |                                 |
//!   | <------------------------- ACK 1 | -- MSG 2 Bo hello -----X        | lost
//!   |                                  :    0.1 s, and no ACK            :
//!   |                                  | -- MSG 2 Bo hello ------------> |
//!   |                                  | <------------------------ ACK 2 |
//!   | -- QUIT -----------------------> |                                 |
//!   | <--------------------------- BYE | -- NOTE 3 left Bo ------------> |
//! ```
//!
//! The same in numbered requirements: `docs/src/protocols/udp-chat.md`.

pub mod client;
pub mod cookie;
pub mod delivery;
pub mod more;
pub mod name;
mod network;
pub mod numbered;
pub mod protocol;
pub mod room;
pub mod server;
pub mod session;
mod words;
