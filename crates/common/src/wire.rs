//! The wire view: every chunk as it was sent or received.

use std::{
    io::{self, Write as _},
    sync::Arc,
    time::Instant,
};

use crate::hex;

/// Which way bytes went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From us to the peer.
    Sent,
    /// From the peer to us.
    Received,
}

/// Shows traffic on standard error, or nothing. Clones share the clock.
///
/// One chunk is one block: elapsed seconds, direction, length, peer, then a
/// [hex dump](hex::dump). For TLS it shows the plain text.
#[derive(Debug, Clone, Default)]
pub struct Wire {
    started: Option<Arc<Instant>>,
}

impl Wire {
    /// A view that shows traffic, with times counted from now, or one that does
    /// not.
    #[must_use]
    pub fn new(on: bool) -> Self {
        Wire {
            started: on.then(|| Arc::new(Instant::now())),
        }
    }

    /// Shows one chunk or datagram.
    pub fn show(&self, direction: Direction, peer: &dyn std::fmt::Display, bytes: &[u8]) {
        let Some(started) = &self.started else {
            return;
        };
        let text = block(started.elapsed().as_secs_f64(), direction, peer, bytes);
        // In one write, or two threads would tear each other's blocks apart. A
        // trace that cannot be printed must not end the conversation.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

fn block(seconds: f64, direction: Direction, peer: &dyn std::fmt::Display, bytes: &[u8]) -> String {
    let (arrow, word) = match direction {
        Direction::Sent => ("->", "to"),
        Direction::Received => ("<-", "from"),
    };
    let (count, dump) = (bytes.len(), hex::dump(bytes));
    format!("{seconds:11.6} {arrow} {count} bytes {word} {peer}\n{dump}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_time_direction_length_peer_and_dump() {
        assert_eq!(
            block(1.5, Direction::Sent, &"127.0.0.1:9001", b"hi\n"),
            format!(
                "   1.500000 -> 3 bytes to 127.0.0.1:9001\n{}",
                hex::dump(b"hi\n")
            )
        );
        assert!(
            block(0.0, Direction::Received, &"x", b"").starts_with("   0.000000 <- 0 bytes from x")
        );
    }
}
