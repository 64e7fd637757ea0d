//! A client that sends all its requests at once, and prints as answers come, or
//! keeps each until its turn.

use std::collections::VecDeque;
use std::io;
use std::net::UdpSocket;
use std::time::Duration;

use super::client::request;
use crate::common::is_idle;
use crate::show::say_text;

/// How long a silence may be before everything unanswered is sent again.
const SILENCE: Duration = Duration::from_millis(500);

pub(crate) fn run(
    socket: &UdpSocket,
    input: &VecDeque<(usize, Vec<u8>)>,
    in_order: bool,
) -> io::Result<()> {
    let mut due: Vec<_> = input
        .iter()
        .map(|(number, line)| request(*number, line))
        .collect();
    let mut unprinted: VecDeque<_> = due.iter().cloned().collect();
    socket.set_read_timeout(Some(SILENCE))?;
    let mut buffer = vec![0; 1 << 16];
    for _ in 0..4 {
        for request in &due {
            socket.send(request)?;
        }
        while !due.is_empty() {
            let count = match socket.recv(&mut buffer) {
                Ok(count) => count,
                Err(error) if is_idle(&error) => break,
                Err(error) => return Err(error),
            };
            let Some(at) = due.iter().position(|request| *request == buffer[..count]) else {
                continue;
            };
            let answer = due.swap_remove(at);
            if !in_order {
                print(&answer);
            }
            while in_order && unprinted.front().is_some_and(|next| !due.contains(next)) {
                print(&unprinted.pop_front().unwrap_or_default());
            }
        }
    }
    if in_order {
        // Those behind one that is lost.
        unprinted
            .iter()
            .filter(|next| !due.contains(next))
            .for_each(|answer| print(answer));
    }
    match due.len() {
        0 => Ok(()),
        _ => Err(io::Error::other("some requests had no answer")),
    }
}

fn print(answer: &[u8]) {
    let text = answer.splitn(2, |&byte| byte == b' ').nth(1);
    say_text("", text.unwrap_or_default(), false);
}
