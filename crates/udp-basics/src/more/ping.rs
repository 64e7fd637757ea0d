//! Measuring round trips (`--ping`): one datagram in every interval, whether or
//! not the ones before it were answered.

use std::time::{Duration, Instant};

use common::{exit::Failure, net::Datagram};

use crate::{
    client::Talk,
    protocol::{self, Request, Verdict},
};

/// One ping under way or back.
struct Ping {
    request: Request,
    sent: Instant,
    took: Option<Duration>,
}

/// Sends `count` pings, one every `interval`, and prints what each took.
pub(crate) fn run(talk: &mut Talk<'_>, count: u32, interval: Duration) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut pings: Vec<Ping> = Vec::new();
    for number in 1..=count {
        let request = Request::numbered(number.into(), b"ping")
            .map_err(|error| Failure::new("cannot send", error))?;
        // Before it is on its way: its answer may be fast.
        let now = Instant::now();
        let sent = talk.socket.send(request.bytes());
        sent.map_err(|error| talk.unreachable(&error))?;
        talk.tally.requests += 1;
        pings.push(Ping {
            request,
            sent: now,
            took: None,
        });
        let next = match number == count {
            // Counted from the beginning, or every late one would delay all
            // that follow.
            false => begun + interval.saturating_mul(number),
            true => Instant::now() + talk.options.wait,
        };
        listen(talk, &mut pings, next, number == count)?;
        if talk.stop.is_set() {
            break;
        }
    }
    for (number, ping) in (1..).zip(&pings) {
        if ping.took.is_none() {
            talk.output.line(format_args!("{number}: no answer"))?;
        }
    }
    summary(talk, &pings)
}

/// Takes answers until `deadline` or, with `all`, until none is missing.
fn listen(
    talk: &mut Talk<'_>,
    pings: &mut [Ping],
    deadline: Instant,
    all: bool,
) -> Result<(), Failure> {
    while !(all && pings.iter().all(|ping| ping.took.is_some())) && Instant::now() < deadline {
        let received = talk
            .socket
            .receive_until(&mut talk.buffer, deadline, talk.stop);
        let now = Instant::now();
        let (bytes, from) = match received {
            Ok(None) => return Ok(()),
            Ok(Some(Datagram { bytes, from })) => (bytes, from),
            Err(error) => return Err(talk.unreachable(&error)),
        };
        if !talk.socket.is_peer(from) {
            talk.tally.stranger(from);
            continue;
        }
        let number = protocol::parse(bytes).map_or(0, |(number, _)| number);
        let index = usize::try_from(number).unwrap_or(0).wrapping_sub(1);
        match pings.get_mut(index) {
            Some(ping) if bytes == ping.request.bytes() && ping.took.is_none() => {
                let took = now.duration_since(ping.sent);
                ping.took = Some(took);
                talk.tally.answered += 1;
                talk.output
                    .line(format_args!("{number}: {} ms", ms(took)))?;
            }
            Some(ping) if bytes == ping.request.bytes() => talk.tally.drop(Verdict::Late(number)),
            _ => talk.tally.drop(Verdict::Other),
        }
    }
    Ok(())
}

/// The last lines: loss, and the spread of the times.
fn summary(talk: &Talk<'_>, pings: &[Ping]) -> Result<(), Failure> {
    let mut times: Vec<Duration> = pings.iter().filter_map(|ping| ping.took).collect();
    times.sort_unstable();
    let (sent, back) = (pings.len(), times.len());
    let lost = 100.0 * (sent - back) as f64 / sent.max(1) as f64;
    talk.output
        .line(format_args!("sent {sent}, back {back}, lost {lost:.0} %"))?;
    let (Some(min), Some(max)) = (times.first(), times.last()) else {
        return Err(Failure::new("no answer", "nothing came back"));
    };
    let mean = times.iter().sum::<Duration>() / u32::try_from(back).unwrap_or(u32::MAX);
    // The smallest time that 99 of 100 did not exceed.
    let p99 = times[(back * 99).div_ceil(100) - 1];
    talk.output.line(format_args!(
        "min {} ms, avg {} ms, max {} ms, p99 {} ms",
        ms(*min),
        ms(mean),
        ms(*max),
        ms(p99)
    ))?;
    Ok(())
}

/// A span in milliseconds, to the microsecond.
fn ms(span: Duration) -> String {
    format!("{:.3}", span.as_secs_f64() * 1e3)
}
