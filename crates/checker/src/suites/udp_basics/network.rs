//! The check of the client behind a network that loses, doubles and swaps (UB-28).

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crossbeam_channel::{Receiver, unbounded};

use super::super::printed::find;
use super::talk::start_client;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::CLIENT;
use crate::peer::{Came, Datagrams};
use crate::proxy::datagram::{Event, Faults, Plan, Proxy, What, Which};
use crate::subject::{Exit, Subject};
use crate::suites::datagram::judges_address;
use crate::verdict::{Cause, Failure, Side};

/// Lines of input, and datagrams in each direction that could meet a fault.
const LINES: usize = 10;
/// For a client that waits as long as it may, for every line.
const PATIENCE: Duration = Duration::from_secs(50);

pub(super) const BAD_NETWORK: Check = Check {
    name: "bad-network",
    role: Role::Client,
    level: Level::More,
    requirement: "UB-28",
    summary: "behind a network that loses, doubles and swaps, every printed answer stands at its place",
    section: "going-further",
    hints: [
        "Of ten datagrams one is lost, one is doubled and one is overtaken: which of your answers can you still believe?",
        "Those that equal the outstanding request. Everything else is dropped, the request is sent again until its tries are used up, and one request without an answer makes the exit code another than 0.",
        "for each request { answered = false; for each try { send; until its wait is over { if receive() == request { answered = true } } }; if answered { print } else { failed = true } }; exit(1) if failed",
    ],
    run: bad_network,
};

fn bad_network(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); LINES].map(|()| bench.word());
    let mut judge = bench.datagram_judge()?;
    let (proxy, events) = network(bench, judges_address(&judge)?)?;
    let client = start_client(bench, proxy.local_addr(), &lines)?;
    judge.watch(client.output());
    echo(bench, &mut judge, &events);
    let exit = client.wait_exit(CLIENT);
    drop(proxy);
    judged(&client, exit, &lines)
}

/// A network whose faults are at places that the seed decides.
fn network(bench: &mut Bench<'_>, server: SocketAddr) -> Result<(Proxy, Receiver<Event>), Failure> {
    let mut faults = || {
        let [lost, doubled, overtaken] = bench.places(LINES);
        let only = |place| Which::Listed(vec![place]);
        Faults {
            drop: only(lost),
            duplicate: only(doubled),
            swap: only(overtaken),
            ..Faults::default()
        }
    };
    let plan = Plan {
        to_server: faults(),
        to_client: faults(),
        seed: 0,
    };
    let (sender, events) = unbounded();
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let proxy = Proxy::start(any, server, plan, sender)
        .map_err(|error| Failure::Broken(format!("no network for the judge: {error}")))?;
    Ok((proxy, events))
}

/// Answers as a server does until the client has ended.
fn echo(bench: &Bench<'_>, judge: &mut Datagrams, events: &Receiver<Event>) {
    while let Came::Datagram(bytes) = judge.receive(PATIENCE) {
        for event in events.try_iter() {
            if let What::Fault {
                direction,
                index,
                fault,
            } = event.what
            {
                bench.note(format!("network: {direction}, datagram {index}: {fault}"));
            }
        }
        if let Some(from) = judge.from() {
            // What is not sent is lost, which is what this is about.
            let _ = judge.send_to(&bytes, from);
        }
    }
}

/// What is printed must be in order, and all of it where the exit code is 0.
fn judged(client: &Subject, exit: Option<Exit>, lines: &[String]) -> Result<(), Failure> {
    let stdout = client.output().stdout();
    let wrong = |cause: Cause, wanted: String| {
        Err(Failure::of(
            cause,
            Side::words(wanted),
            Side::printed(&stdout[..]),
        ))
    };
    let places: Vec<_> = lines
        .iter()
        .filter_map(|line| find(&stdout, line.as_bytes()))
        .collect();
    if !places.is_sorted() {
        return wrong(OUT_OF_ORDER, "answers in the order of the input".into());
    }
    let printed = places.len();
    match exit {
        None => wrong(GIVES_UP_NEVER, "the client to end by itself".into()),
        Some(Exit::Code(0)) if printed < lines.len() => wrong(
            FAILURE_HIDDEN,
            format!("an exit code other than 0, since {printed} of {LINES} answers are printed"),
        ),
        Some(Exit::Code(code)) if code != 0 && printed == lines.len() => wrong(
            SUCCESS_HIDDEN,
            "exit code 0, since every answer is printed".into(),
        ),
        Some(exit @ Exit::Signal(_)) => wrong(
            KILLED_BY_SIGNAL,
            format!("an end of its own, not by {exit}"),
        ),
        Some(Exit::Code(_)) => Ok(()),
    }
}
