//! Sending without reading (`--send-only`).

use common::{ending::LINGER, input::Line, messages::MessageWriter, stop::Stop};
use crossbeam_channel::{Receiver, select};

use crate::{client::Talk, more::verdict::Broken};

/// Sends everything and reads nothing.
pub(crate) fn run(talk: &Talk<'_>, input: &Receiver<Line>, stop: &Stop) -> Result<(), Broken> {
    let mut writer = MessageWriter::new(talk.stream.clone(), &talk.options.settings);
    loop {
        let more = select! {
            recv(input) -> line => match line {
                Ok(line) => talk.send_line(line, &mut writer)?,
                Err(_) => false,
            },
            recv(stop.channel()) -> _ => return Err(Broken::Stopped),
        };
        if !more {
            // Not simply closing: answers that nobody read would turn the
            // close into a reset, and a reset overtakes what we sent.
            talk.stream.finish(LINGER);
            return Ok(());
        }
    }
}
