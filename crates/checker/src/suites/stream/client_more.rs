//! What servers may send, and how clients share a machine.

use super::super::hostile::Hostile;
use super::talk::{Input, Talk};
use crate::bench::Bench;
use crate::causes::*;
use crate::verdict::Failure;

/// The most of an endless answer that a client may take, in bytes.
const MOST: usize = 8 << 20;
/// More than the buffers of both systems hold of what it has not read.
const IN_FLIGHT: usize = 64 << 20;

/// An answer that is not UTF-8 neither crashes nor hangs the client.
pub(in crate::suites) fn not_text_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 2].map(|()| bench.word());
    let mut talk = Talk::start(bench, &lines, Input::Ended)?;
    talk.receive(&lines[0])?;
    talk.answer(&bench.word());
    talk.receive(&lines[1])?;
    talk.stream.send(&bench.speech().answer(b"\xff\xfe\x80"));
    talk.end_with_client()?;
    talk.exit(NEVER_LEAVES)?;
    talk.printed(|missing| missing.plain())
}

/// An answer without end ends the client.
pub(in crate::suites) fn endless_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let line = bench.word();
    let mut talk = Talk::start(bench, std::slice::from_ref(&line), Input::Ended)?;
    talk.receive(&line)?;
    talk.stream.send(bench.speech().before.as_bytes());
    let part = bench.text(1 << 16).into_bytes();
    for _ in 0..(MOST + IN_FLIGHT) / part.len() {
        // A client that has had enough refuses the rest.
        if talk.stream.try_send(&part).is_err() {
            return talk.fails(NO_LIMIT);
        }
    }
    Err(Failure::words(
        NO_LIMIT,
        "the client to stop reading after at most 8 MiB",
        format!("it took {} MiB", (MOST + IN_FLIGHT) >> 20),
    ))
}

/// What a server sends cannot steer the terminal.
pub(in crate::suites) fn escaped_answer(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let line = bench.word();
    let mut talk = Talk::start(bench, std::slice::from_ref(&line), Input::Ended)?;
    talk.receive(&line)?;
    let hostile = Hostile::new(bench);
    talk.stream.send(&bench.answer(&hostile.text));
    talk.end_with_client()?;
    talk.exit(NEVER_LEAVES)?;
    hostile.find_in(talk.client.output())
}

/// Two clients run side by side.
pub(in crate::suites) fn two_clients(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let listener = bench.listen()?;
    let lines = [(); 2].map(|()| bench.word());
    let mut first = Talk::start_at(bench, &listener, &lines[..1], Input::EndsLater)?;
    first.receive(&lines[0])?;
    let second = Talk::start_at(bench, &listener, &lines[1..], Input::EndsLater);
    let mut second = second.map_err(|failure| failure.blame(FIXED_PORT))?;
    second.receive(&lines[1])?;
    for mut talk in [second, first] {
        talk.answer(&bench.word());
        talk.client.end_input();
        talk.finish();
        talk.printed(|missing| missing.plain())?;
    }
    Ok(())
}
