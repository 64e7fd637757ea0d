//! Answers typed by a person (`--reply ask`), turn by turn.
//!
//! While the operator thinks, nobody is served: neither this client's next
//! message nor any other client. That is the price of waiting for two things
//! in one thread, and lesson 4 does better.
//!
//! Lines typed before there was a question are thrown away, or each would
//! silently become the answer to a question that its writer has not seen. Lines
//! from a pipe are kept: a script cannot know when the question comes.

use common::{
    ending::End,
    exit::tell,
    input::{InputError, Line},
    output::Output,
    stop::Stop,
};
use crossbeam_channel::{Receiver, select};

use crate::server::Options;

/// The operator's next answer, in the client's encoding.
pub(crate) fn ask(
    operator: &Receiver<Line>,
    options: &Options,
    output: &Output,
    stop: &Stop,
) -> Result<Vec<u8>, End> {
    let codec = options.settings.codec;
    if options.prompt {
        discard(operator, stop)?;
    }
    loop {
        if options.prompt {
            output.prompt(">>> ")?;
        }
        let line = select! {
            recv(operator) -> line => line,
            recv(stop.channel()) -> _ => return Err(End::STOPPED),
        };
        let line = match line {
            Ok(Ok(line)) if line == b"q" => return Err(End::Ours("the operator said so")),
            Ok(Ok(line)) => line,
            Ok(Err(error)) => return Err(gone(&unreadable(&error), stop)),
            Err(_) => {
                return Err(gone(
                    "the input has ended, so there are no more answers",
                    stop,
                ));
            }
        };
        let problem = match codec.encode_typed(&line) {
            // One that the framing cannot carry must not cost the client its
            // conversation either.
            Ok(bytes) => match options.settings.framing.emit(&bytes, &mut Vec::new()) {
                Ok(()) => return Ok(bytes),
                Err(error) => error.to_string(),
            },
            Err(error) => error.to_string(),
        };
        tell(
            "warning",
            &format_args!("not sent, answer again: {problem}"),
        );
    }
}

/// Without an operator there is nobody to answer anybody.
fn gone(why: &str, stop: &Stop) -> End {
    tell("warning", &format_args!("{why}; the server stops"));
    stop.trigger();
    End::Ours("the operator is gone")
}

fn discard(operator: &Receiver<Line>, stop: &Stop) -> Result<(), End> {
    let mut count = 0;
    while let Ok(line) = operator.try_recv() {
        line.map_err(|error| gone(&unreadable(&error), stop))?;
        count += 1;
    }
    if count > 0 {
        let what = "lines typed before the question, thrown away";
        tell("note", &format_args!("{what}: {count}"));
    }
    Ok(())
}

fn unreadable(error: &InputError) -> String {
    format!("cannot read the answer: {error}")
}
