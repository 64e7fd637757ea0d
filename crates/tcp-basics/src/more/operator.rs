//! Answers typed by a person (`--reply ask`), turn by turn.
//!
//! While the operator thinks, nobody is served: neither this client's next
//! message nor any other client. That is the price of waiting for two things
//! in one thread, and lesson 4 does better.

use common::{exit::tell, input::Line, output::Output, stop::Stop};
use crossbeam_channel::{Receiver, select};

use crate::server::{End, Options};

/// The operator's next answer, in the client's encoding.
pub(crate) fn ask(
    operator: &Receiver<Line>,
    options: &Options,
    output: &Output,
    stop: &Stop,
) -> Result<Vec<u8>, End> {
    loop {
        if options.prompt {
            output.prompt(">>> ")?;
        }
        let line = select! {
            recv(operator) -> line => line.unwrap_or(Ok(b"q".to_vec())),
            recv(stop.channel()) -> _ => return Err(End::Stopped),
        };
        let line = match line {
            Ok(line) if line == b"q" => return Err(End::Operator),
            Ok(line) => line,
            Err(error) => {
                tell("warning", &format!("cannot read the answer: {error}"));
                return Err(End::Operator);
            }
        };
        let text = String::from_utf8_lossy(&line);
        match options.settings.codec.encode(&text) {
            Ok(bytes) => return Ok(bytes.into_owned()),
            Err(error) => tell("warning", &format!("not sent, answer again: {error}")),
        }
    }
}
