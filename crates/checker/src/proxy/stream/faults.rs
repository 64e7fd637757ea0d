//! What the proxy does to a stream, as data.

use std::time::Duration;

/// What is done to one direction of every connection. Default: nothing.
///
/// The order is fixed: coalesce, delay, then split and rate on the way out.
/// `pause`, `half_close` and `reset` count the bytes put out in their direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Largest number of bytes in one write. Each is a segment of its own
    /// (`TCP_NODELAY`), but a slow receiver may still read several at once:
    /// add `rate` to space them. 0 counts as 1.
    pub split: Option<usize>,
    /// Everything that arrives within this time of the first byte leaves in
    /// one write, at most about 64 KiB.
    pub coalesce: Option<Duration>,
    /// Every chunk, and the end, leaves this long after it came. Order is kept.
    pub delay: Option<Duration>,
    /// After so many bytes nothing leaves for so long.
    pub pause: Option<(u64, Duration)>,
    /// After so many bytes the direction ends with a FIN; the rest is discarded.
    pub half_close: Option<u64>,
    /// After so many bytes both sides of the connection are reset.
    pub reset: Option<u64>,
    /// Bytes per second, in small slices. 0 counts as 1.
    pub rate: Option<u64>,
}

/// The faults of both directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What happens to bytes from the client.
    pub to_server: Faults,
    /// What happens to bytes from the server.
    pub to_client: Faults,
}
