//! Asking over SNTP: how far the two clocks are apart.
//!
//! The clock of this machine is never set. Who sets a clock must do it so that
//! no program sees time jump or go back, and that is another trade.

use std::time::Instant;

use common::{
    escape::escape_bytes,
    exit::Failure,
    net::{Datagram, DatagramBuffer, DatagramSocket, LARGEST_DATAGRAM},
};

use super::{Packet, Sample, Verdict};
use crate::{
    client::{Talk, Tried},
    clock::Clock,
    more::{
        filter::Filter,
        plot::{plot, signed},
    },
};

/// Asks as often as it should, and prints what follows from the answers.
pub(crate) fn run(talk: &mut Talk<'_>) -> Result<(), Failure> {
    let mut samples = Filter::default();
    // One socket for all questions: the number in each answer tells to which it
    // belongs.
    let mut kept = None;
    let asked = talk.ask_all(&mut |talk, until| {
        let (address, socket) = match kept.take().filter(|(address, _)| *address == talk.address) {
            Some(kept) => kept,
            None => talk.socket()?,
        };
        let tried = ask_once(talk, &socket, until, &mut samples)?;
        if !matches!(tried, Tried::Unreachable) {
            kept = Some((address, socket));
        }
        Ok(tried)
    });
    // What was learnt is told also if it ended badly, or was stopped.
    summary(talk, &samples).and(asked)
}

// ANCHOR: ask
/// One question and, in time, its answer.
fn ask_once(
    talk: &mut Talk<'_>,
    socket: &DatagramSocket,
    until: Instant,
    samples: &mut Filter,
) -> Result<Tried, Failure> {
    let random = |error: getrandom::Error| Failure::new("no random number", error);
    let nonce = getrandom::u64().map_err(random)?;
    let question = Packet::question(nonce).emit();
    let mut buffer = DatagramBuffer::new(LARGEST_DATAGRAM);
    // T1 stays here. From here on only the monotonic clock is looked at: if
    // somebody sets the other one meanwhile, it does not matter.
    let t1 = Clock::default().now();
    let sent = Instant::now();
    if let Err(error) = socket.send(&question) {
        return talk.failed(socket, &error);
    }
    loop {
        let received = socket.receive_until(&mut buffer, until, talk.stop);
        let round_trip = sent.elapsed();
        let datagram = match received {
            Ok(Some(Datagram { bytes, .. })) => bytes,
            Ok(None) => return Ok(Tried::Silence),
            Err(error) => return talk.failed(socket, &error),
        };
        match Packet::judge(datagram, nonce) {
            Verdict::Time(answer) => {
                let t4 = t1 + round_trip.as_nanos().cast_signed();
                let (t2, t3) = (answer.receive.unix(), answer.transmit.unix());
                let sample = Sample::new(t1, t2, t3, t4);
                samples.push(talk.tally.requests, sample);
                show(talk, sample, answer.stratum)?;
                return Ok(Tried::Answered);
            }
            Verdict::Kiss(code) => return Err(sent_away(code)),
            Verdict::Rejected(why) => talk.tally.drop(why),
        }
        if Instant::now() >= until {
            return Ok(Tried::Silence);
        }
    }
}
// ANCHOR_END: ask

fn show(talk: &Talk<'_>, sample: Sample, stratum: u8) -> Result<(), Failure> {
    let number = talk.tally.requests;
    let (offset, delay) = (signed(sample.offset), unsigned(sample.delay));
    Ok(talk.output.line(format_args!(
        "{number}: offset {offset} s, delay {delay} s, stratum {stratum}"
    ))?)
}

/// A kiss of death. Who goes on asking is not answered for longer still.
fn sent_away(code: [u8; 4]) -> Failure {
    let what = "the server sends us away";
    let meaning = match &code {
        // Not a kiss in earnest, but no time either.
        [0, 0, 0, 0] => return Failure::new(what, "its own clock was never set"),
        b"RATE" => "you ask too often",
        b"DENY" | b"RSTR" => "you are not served here",
        _ => "ask somebody else",
    };
    let code = escape_bytes(&code);
    let failure = Failure::new(what, format_args!("{code}, {meaning}"));
    failure.next_step("choose another server, or a longer --interval")
}

/// The best sample, what it means, and how all of them lie.
fn summary(talk: &Talk<'_>, samples: &Filter) -> Result<(), Failure> {
    let Some((number, best)) = samples.best() else {
        return Ok(());
    };
    let (offset, delay) = (signed(best.offset), unsigned(best.delay));
    let among = samples.window();
    talk.output.line(format_args!(
        "best of {among}: offset {offset} s, delay {delay} s"
    ))?;
    let side = if best.offset < 0 { "ahead" } else { "behind" };
    let (apart, error) = (unsigned(best.offset.abs()), unsigned(best.delay / 2));
    talk.output.line(format_args!(
        "this clock is {apart} s {side}, give or take {error} s; it was not set"
    ))?;
    let samples: Vec<_> = samples.samples().collect();
    if samples.len() > 1 {
        plot(&samples, number)
            .iter()
            .try_for_each(|line| talk.output.line(line))?;
    }
    Ok(())
}

/// Seconds, to the microsecond.
fn unsigned(nanos: super::Nanos) -> String {
    signed(nanos)[1..].to_owned()
}
