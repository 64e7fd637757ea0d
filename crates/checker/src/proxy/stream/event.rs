//! What the proxy saw and did, as data.

use std::net::SocketAddr;
use std::time::Duration;

use crate::proxy::Direction;

/// One thing that happened, in causal order: an event is recorded before its
/// effect reaches the other side, so an answer never precedes its question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Time since the proxy started, on the monotonic clock.
    pub at: Duration,
    /// The connection's number, from 1; 0 where there is none.
    pub connection: u32,
    /// What happened.
    pub what: What,
}

/// What an [`Event`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A client connected.
    Opened {
        /// The client's address.
        client: SocketAddr,
    },
    /// A client could not be accepted, in words. A failure that stays is recorded
    /// the first time and whenever their number has doubled.
    AcceptFailed(String),
    /// The upstream could not be reached, in words; the client is reset.
    UpstreamFailed(String),
    /// One write.
    Data {
        /// Which way it went.
        direction: Direction,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// A FIN was passed on, or made by `half_close`.
    End {
        /// Which way it went.
        direction: Direction,
    },
    /// A RST was passed on, or made by `reset`.
    Reset {
        /// Which way it went.
        direction: Direction,
    },
    /// A fault was applied, in words.
    Fault {
        /// The direction it was applied to.
        direction: Direction,
        /// For example `held 12 bytes for 50 ms`.
        text: String,
    },
    /// Both sockets of the connection are closed.
    Closed,
}
