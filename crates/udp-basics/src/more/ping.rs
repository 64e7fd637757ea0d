//! Measuring round trips (`--ping`): one datagram in every interval, whether or
//! not the ones before it were answered.

use std::time::{Duration, Instant};

use common::{
    exit::Failure,
    net::{Datagram, DatagramError},
};

use crate::{
    client::Talk,
    more::wait::Wait,
    protocol::{self, Request, Verdict},
};

/// The shortest wait for the last answers. A wait that suits the next request
/// would take a slow network for a deaf server.
const LAST: Duration = Duration::from_secs(1);

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
        talk.tally.requests += 1;
        pings.push(Ping {
            request,
            sent: Instant::now(),
            took: None,
        });
        let next = match number == count {
            // Counted from the beginning, or every late one would delay all
            // that follow.
            false => begun + interval.saturating_mul(number),
            true => Instant::now() + patience(talk.options.wait, &pings),
        };
        let mut heard = send(talk, pings.last_mut())
            .and_then(|()| listen(talk, &mut pings, next, number == count));
        // Nobody can be reached there: what was sent there goes to the next
        // address.
        while matches!(heard, Err(Broken::Socket(_))) && talk.try_next_address() {
            heard = send(talk, &mut pings)
                .and_then(|()| listen(talk, &mut pings, next, number == count));
        }
        heard.map_err(|broken| match broken {
            Broken::Socket(error) => talk.unreachable(&error),
            Broken::Output(failure) => failure,
        })?;
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

/// How long to wait for the last answers.
fn patience(wait: Duration, pings: &[Ping]) -> Duration {
    let longest = pings.iter().filter_map(|ping| ping.took).max();
    wait.max(LAST).max(longest.unwrap_or_default() * 2)
}

/// Why a round trip cannot be measured.
enum Broken {
    Socket(DatagramError),
    Output(Failure),
}

/// Sends each of them, and forgets when it was sent before.
fn send<'a>(talk: &Talk<'_>, pings: impl IntoIterator<Item = &'a mut Ping>) -> Result<(), Broken> {
    pings.into_iter().try_for_each(|ping| {
        // Before it is on its way: its answer may be fast.
        ping.sent = Instant::now();
        talk.socket
            .send(ping.request.bytes())
            .map_err(Broken::Socket)
    })
}

/// Takes answers until `deadline` or, with `all`, until none is missing.
fn listen(
    talk: &mut Talk<'_>,
    pings: &mut [Ping],
    deadline: Instant,
    all: bool,
) -> Result<(), Broken> {
    let mut wait = Wait::until(deadline);
    while !(all && pings.iter().all(|ping| ping.took.is_some())) {
        let received = wait.receive(&talk.socket, &mut talk.buffer, talk.stop);
        let now = Instant::now();
        let Some(Datagram { bytes, from }) = received.map_err(Broken::Socket)? else {
            return Ok(());
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
                    .line(format_args!("{number}: {} ms", ms(took)))
                    .map_err(|error| Broken::Output(error.into()))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Mode, Options};
    use common::{
        net::{DatagramOptions, DatagramSocket},
        output::Output,
        stop::Stop,
        text::TextCodec,
    };
    use std::{
        collections::VecDeque,
        io::{self, Write},
        net::UdpSocket,
        sync::{Arc, Mutex},
    };

    fn ping(number: u32) -> Ping {
        Ping {
            request: Request::numbered(number.into(), b"ping").unwrap(),
            sent: Instant::now(),
            took: None,
        }
    }

    fn options() -> Options {
        Options {
            mode: Mode::Ask,
            wait: LAST,
            retries: 0,
            numbered: true,
            prompt: false,
            verbose: false,
            codec: TextCodec::default(),
        }
    }

    #[test]
    fn an_answer_that_is_there_counts_also_when_the_next_ping_is_overdue() {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap().to_string().parse().unwrap();
        let socket = DatagramSocket::open(&address, &DatagramOptions::default()).unwrap();
        let (options, output, stop) = (options(), Output::to(io::sink()), Stop::new());
        let first = socket.into_iter().next().unwrap();
        let client = first.local().to_string();
        let mut talk = Talk::new(first, VecDeque::new(), &options, &output, &stop);
        let mut pings: Vec<Ping> = (1..=3).map(ping).collect();
        for ping in &pings {
            server.send_to(ping.request.bytes(), &client).unwrap();
        }
        let overdue = Instant::now();
        assert!(listen(&mut talk, &mut pings, overdue, false).is_ok());
        assert!(pings.iter().all(|ping| ping.took.is_some()));
    }

    /// What is printed, for the test to read.
    #[derive(Clone, Default)]
    struct Printed(Arc<Mutex<Vec<u8>>>);

    impl Write for Printed {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_summary_is_about_those_that_came_back() {
        let printed = Printed::default();
        let (output, stop) = (Output::to(printed.clone()), Stop::new());
        let nobody = "127.0.0.1:9".parse().unwrap();
        let socket = DatagramSocket::open(&nobody, &DatagramOptions::default()).unwrap();
        let options = options();
        let first = socket.into_iter().next().unwrap();
        let talk = Talk::new(first, VecDeque::new(), &options, &output, &stop);
        // 200 took 1 to 200 ms, the slowest first; as many are lost.
        let mut pings: Vec<Ping> = (1..=400).map(ping).collect();
        for (millis, ping) in (1..=200).rev().zip(&mut pings) {
            ping.took = Some(Duration::from_millis(millis));
        }
        assert!(summary(&talk, &pings).is_ok());
        let text = String::from_utf8(printed.0.lock().unwrap().clone()).unwrap();
        assert_eq!(
            text,
            "sent 400, back 200, lost 50 %\n\
             min 1.000 ms, avg 100.500 ms, max 200.000 ms, p99 198.000 ms\n"
        );
    }

    #[test]
    fn the_last_answers_have_a_second_or_twice_the_longest_time() {
        let mut pings = [ping(1), ping(2)];
        let wait = Duration::from_millis(200);
        assert_eq!(patience(wait, &pings), LAST);
        pings[0].took = Some(Duration::from_millis(400));
        assert_eq!(patience(wait, &pings), LAST);
        pings[1].took = Some(Duration::from_millis(900));
        assert_eq!(patience(wait, &pings), Duration::from_millis(1800));
        assert_eq!(patience(3 * LAST, &pings), 3 * LAST);
    }
}
