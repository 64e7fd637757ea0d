//! What a room does to the world, and what it tells its operator.

use std::{fmt, net::SocketAddr};

use common::escape::escape;

use crate::protocol::Change;

/// Who sent a datagram: its address, and the socket that it came in by, since
/// the answer has to leave by the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Peer {
    /// Which of the server's sockets.
    pub socket: usize,
    /// The sender's address, or what says so.
    pub address: SocketAddr,
}

/// What the room has done to the world.
pub trait Effects {
    /// Sends a datagram.
    fn send(&mut self, to: Peer, datagram: &str);
    /// Tells the operator.
    fn show(&mut self, news: News<'_>);
}

/// What the operator wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News<'a> {
    /// Somebody said something to all.
    Said {
        /// From where.
        from: Peer,
        /// Who.
        name: &'a str,
        /// What.
        text: &'a str,
    },
    /// Somebody came or went.
    Changed {
        /// How.
        change: Change,
        /// From where.
        from: Peer,
        /// Who.
        name: &'a str,
        /// How many are in the room now.
        count: usize,
    },
}

impl fmt::Display for News<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            News::Said { from, name, text } => {
                write!(f, "{} {}: {}", from.address, escape(name), escape(text))
            }
            News::Changed {
                change,
                from,
                name,
                count,
            } => {
                let name = escape(name);
                let was = if *change == Change::Lost { "was " } else { "" };
                let address = from.address;
                write!(f, "{address} {name} {was}{change}, {count} here")
            }
        }
    }
}
