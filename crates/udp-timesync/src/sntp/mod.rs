//! Form B: the Simple Network Time Protocol, which is NTP without the part that
//! sets the clock ([RFC 5905](https://www.rfc-editor.org/rfc/rfc5905)).

pub(crate) mod client;
mod protocol;

pub use protocol::{Nanos, PACKET, Packet, Rejection, SECOND, Sample, Short, Timestamp, Verdict};
