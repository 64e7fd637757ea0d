//! Sending without waiting (`--send-only`).
//!
//! Nobody slows this sender down: UDP has no flow control. A server that is
//! slower loses what its receive buffer cannot hold, and neither side is told.

use common::{exit::Failure, input::Line, net::DatagramError};
use crossbeam_channel::Receiver;

use crate::client::Talk;

/// Sends every line once.
pub(crate) fn run(talk: &mut Talk<'_>, input: &Receiver<Line>) -> Result<(), Failure> {
    while let Some(request) = talk.next_request(input)? {
        match talk.socket.send(request.bytes()) {
            // News of an earlier datagram, told in place of sending this one.
            Err(DatagramError::Refused) => talk.socket.send(request.bytes()),
            sent => sent,
        }
        .map_err(|error| talk.unreachable(&error))?;
    }
    Ok(())
}
