//! Lines from the keyboard, a pipe or a file, as a channel.
//!
//! Nobody can interrupt a thread that waits for a key. So a thread of its own
//! does that, and everybody else waits on a channel, where the network and the
//! stop signal can be waited for at the same time.

use std::{
    io::{self, Read},
    thread,
};

use crossbeam_channel::{Receiver, bounded};

use crate::{
    frame::{Decoder, FrameError, Framing},
    output::reason,
};

/// One line of input, without its end.
pub type Line = Result<Vec<u8>, InputError>;

/// Why the input cannot be read on.
#[derive(Debug)]
#[non_exhaustive]
pub enum InputError {
    /// A line is longer than a message may be.
    Frame(FrameError),
    /// The system's word.
    Io(io::Error),
}

impl std::fmt::Display for InputError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            InputError::Frame(error) => error.fmt(f),
            InputError::Io(error) => f.write_str(&reason(error)),
        }
    }
}

impl std::error::Error for InputError {}

/// The lines of `input`, none of more than `limit` bytes. The channel is
/// disconnected at the end of input or after an error.
///
/// The thread lives until then: an unread keyboard keeps it, but not the
/// process, alive.
///
/// # Errors
///
/// The system's, when it has no thread left.
pub fn lines(input: impl Read + Send + 'static, limit: usize) -> io::Result<Receiver<Line>> {
    // A few lines ahead are enough to keep the network busy; more would read
    // a file of any size into memory.
    let (sender, receiver) = bounded(64);
    thread::Builder::new()
        .name("input".to_owned())
        .spawn(move || {
            let mut input = input;
            let mut decoder = Decoder::with_limit(Framing::Lines, limit);
            let mut buffer = vec![0; 16 * 1024];
            loop {
                let more = match input.read(&mut buffer) {
                    Ok(count) => count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => {
                        let _ = sender.send(Err(InputError::Io(error)));
                        return;
                    }
                };
                match more {
                    0 => decoder.end(),
                    count => decoder.push(&buffer[..count]),
                }
                loop {
                    let line = match decoder.next() {
                        Ok(Some(line)) => Ok(line.to_vec()),
                        Ok(None) => break,
                        Err(error) => Err(InputError::Frame(error)),
                    };
                    let last = line.is_err();
                    if sender.send(line).is_err() || last {
                        return;
                    }
                }
                if more == 0 {
                    return;
                }
            }
        })?;
    Ok(receiver)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_in_order_and_the_last_needs_no_end() {
        let lines = lines(&b"one\n\ntwo\r\nthree"[..], 100).unwrap();
        let lines: Vec<_> = lines.iter().map(Result::unwrap).collect();
        assert_eq!(lines, [&b"one"[..], b"", b"two", b"three"]);
    }

    #[test]
    fn only_a_few_lines_are_read_ahead() {
        // However long the file is: what nobody takes stays there.
        let lines = lines(io::empty(), 10).unwrap();
        assert!(lines.capacity().is_some_and(|most| most <= 64));
    }

    #[test]
    fn a_line_over_the_limit_ends_the_input() {
        let lines = lines(io::repeat(b'x'), 10).unwrap();
        assert!(matches!(
            lines.recv().unwrap(),
            Err(InputError::Frame(FrameError::TooLong { limit: 10 }))
        ));
        assert!(lines.recv().is_err());
    }
}
