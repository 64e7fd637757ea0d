//! Sending without waiting (`--send-only`).
//!
//! Nobody slows this sender down: UDP has no flow control. A server that is
//! slower loses what its receive buffer cannot hold, and neither side is told.
//! What may be told is that nobody listens at all, and for that it waits a
//! moment: after the first line, and after the last one.

use std::time::Instant;

use common::{exit::Failure, input::Line, net::DatagramError};
use crossbeam_channel::Receiver;

use crate::{client::Talk, more::wait::Wait};

/// Sends every line once.
pub(crate) fn run(talk: &mut Talk<'_>, input: &Receiver<Line>) -> Result<(), Failure> {
    let mut first = true;
    while let Some(request) = talk.next_request(input)? {
        let mut sent = talk.socket.send(request.bytes());
        while first {
            match sent.and_then(|()| news(talk)) {
                Err(_) if talk.try_next_address() => {
                    sent = talk.socket.send(request.bytes());
                }
                heard => {
                    sent = heard;
                    first = false;
                }
            }
        }
        sent.map_err(|error| talk.unreachable(&error))?;
    }
    match first {
        true => Ok(()),
        false => news(talk).map_err(|error| talk.unreachable(&error)),
    }
}

/// Waits for the news that nobody listens, and for nothing else.
fn news(talk: &mut Talk<'_>) -> Result<(), DatagramError> {
    let mut wait = Wait::until(Instant::now() + talk.options.wait);
    while wait
        .receive(&talk.socket, &mut talk.buffer, talk.stop)?
        .is_some()
    {}
    Ok(())
}
