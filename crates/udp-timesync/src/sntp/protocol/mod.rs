//! What the 48 bytes mean. No socket, clock or thread here.

mod packet;
mod timestamp;

pub use packet::{PACKET, Packet, Rejection, Verdict};
pub use timestamp::{Nanos, SECOND, Sample, Short, Timestamp};
