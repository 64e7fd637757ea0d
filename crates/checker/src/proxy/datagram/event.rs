//! What the proxy saw and did, as data.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use crate::proxy::Direction;

/// One thing that happened, in causal order: an event is recorded before its
/// effect reaches the other side, so an answer never precedes its question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Time since the proxy started, on the monotonic clock.
    pub at: Duration,
    /// The client's number, from 1 in the order of their first datagrams.
    pub client: u32,
    /// What happened.
    pub what: What,
}

/// What an [`Event`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A client is there: its first datagram came, or the first since it was
    /// forgotten.
    New {
        /// The client's address.
        client: SocketAddr,
    },
    /// A datagram came, as it left its sender. Unless a fault follows, it is
    /// passed on.
    Came {
        /// Which way it goes.
        direction: Direction,
        /// Its place in that direction, from 1.
        index: u64,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// A fault was applied to the datagram that came last in this direction.
    Fault {
        /// Which way that goes.
        direction: Direction,
        /// Its place in that direction.
        index: u64,
        /// What is done.
        fault: Fault,
    },
    /// One that was held is passed on now.
    Late {
        /// Which way it goes.
        direction: Direction,
        /// Its place in that direction.
        index: u64,
        /// Its bytes, as they are passed on.
        bytes: Vec<u8>,
    },
    /// The system reports that nobody receives at the server's address. A client
    /// of the proxy is not told.
    Unreachable,
    /// The client is forgotten, because another one needs its place; answers on
    /// their way are lost.
    Forgotten,
}

/// What was done to a datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is lost.
    Dropped,
    /// It is passed on twice.
    Doubled,
    /// It waits until the next one has passed.
    Swapped,
    /// It waits for so long.
    Delayed(Duration),
    /// So many bytes are left.
    Truncated(usize),
    /// A bit of this byte is changed, counted from 0.
    Corrupted(usize),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Dropped => write!(f, "dropped"),
            Fault::Doubled => write!(f, "doubled"),
            Fault::Swapped => write!(f, "held until the next has passed"),
            Fault::Delayed(time) => write!(f, "held for {} ms", time.as_millis()),
            Fault::Truncated(1) => write!(f, "cut to 1 byte"),
            Fault::Truncated(length) => write!(f, "cut to {length} bytes"),
            Fault::Corrupted(at) => write!(f, "one bit changed in byte {at}"),
        }
    }
}
