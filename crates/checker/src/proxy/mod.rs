//! Networks that misbehave on purpose, between a client and a server.
//!
//! A proxy passes everything on and records it. Where it is told to, it does
//! what a network may do at any time but rarely does on loopback. What a
//! stream's peers may rely on (the bytes, their order, the end) stays true under
//! every fault except `half_close` and `reset`, which end the stream early and
//! say so. Datagrams have no such promise: they are lost, doubled, overtaken,
//! late, cut and damaged.

mod address;
pub mod datagram;
mod direction;
mod hub;
pub mod stream;

pub use direction::Direction;
