//! One question, many answers: broadcast and multicast.
//!
//! Nobody knows how many will answer, so there is no last answer to wait for:
//! only time ends the waiting. And an answer comes from the address of its
//! sender, never from the one that was asked, which is why such a socket cannot
//! be connected.

use std::{net::SocketAddr, time::Instant};

use common::{
    escape::Shown,
    exit::Failure,
    input::Line,
    net::{Datagram, DatagramError},
};
use crossbeam_channel::Receiver;

use crate::{
    client::Talk,
    more::wait::Wait,
    protocol::{Request, Verdict},
};

/// Sends every line, and lists who answered it.
pub(crate) fn run(talk: &mut Talk<'_>, input: &Receiver<Line>) -> Result<(), Failure> {
    while let Some(request) = talk.next_request(input)? {
        let mut wait = talk.options.wait;
        let mut answered = false;
        for tries in 0..=talk.options.retries {
            if tries > 0 {
                talk.tally.again(&request);
            }
            let sent = talk.socket.send(request.bytes());
            sent.map_err(|error| talk.unreachable(&error))?;
            answered = list(talk, &request, Instant::now() + wait)?;
            if answered || talk.stop.is_set() {
                break;
            }
            wait = wait.saturating_mul(2);
        }
        talk.tally.answered += u64::from(answered);
    }
    if talk.tally.answered > 0 || talk.tally.requests == 0 {
        return Ok(());
    }
    Err(Failure::new("no answer", "nobody answered"))
}

/// Prints each answer with its sender until `deadline`; whether there was any.
fn list(talk: &mut Talk<'_>, request: &Request, deadline: Instant) -> Result<bool, Failure> {
    let mut seen: Vec<SocketAddr> = Vec::new();
    let mut wait = Wait::until(deadline);
    loop {
        match wait.receive(&talk.socket, &mut talk.buffer, talk.stop) {
            Ok(None) => break,
            Ok(Some(Datagram { bytes, from })) => match request.judge(bytes) {
                Verdict::Answer(text) if !seen.contains(&from) => {
                    let text = Shown(text, &talk.options.codec);
                    talk.output.line(format_args!("{from}: {text}"))?;
                    seen.push(from);
                }
                verdict => talk.tally.drop(verdict),
            },
            // One of many is not there: no news.
            Err(DatagramError::Refused) => {}
            Err(error) => return Err(talk.unreachable(&error)),
        }
    }
    Ok(!seen.is_empty())
}
