//! `proxy udp`: the same for datagrams.

use std::io::Write;
use std::time::{Duration, Instant};

use checker::proxy::datagram::{Direction, Event, Fault, Faults, Plan, Proxy, What};
use crossbeam_channel::{bounded, select};

use super::{QUEUE, rows};
use crate::cli::{ProxyUdp, Way};
use crate::error::{Error, Result};
use crate::signal;
use crate::style::{self, BAD, CLIENT, DIM, SERVER, WARN};
use crate::{units, which, wire};

/// Takes the cursor to the beginning of the line and clears the line.
const CLEAR: &str = "\r\x1b[2K";
/// Seeds are drawn from below this: short to type again.
const SEEDS: u64 = 1_000_000;

/// Runs the proxy until Ctrl-C.
///
/// # Errors
///
/// When the address cannot be bound.
pub(crate) fn udp(args: &ProxyUdp, out: &mut dyn Write) -> Result<()> {
    let stop = signal::stop()?;
    let (sender, events) = bounded(QUEUE);
    let started = Instant::now();
    let plan = plan(args);
    let by_chance = [&plan.to_server, &plan.to_client]
        .into_iter()
        .any(is_by_chance);
    let seed = plan.seed;
    let proxy = Proxy::start(args.listen, args.connect, plan, sender).map_err(|error| {
        Error::work(format!("receiving at {}", args.listen), error)
            .next("another port, or port 0 to let the system choose")
    })?;
    writeln!(out, "listening on {}", proxy.local_addr())?;
    if by_chance {
        writeln!(out, "seed {seed}")?;
    }
    out.flush()?;

    // Whoever watches sees how many; a file gets every datagram.
    let is_watched = style::is_terminal();
    let mut totals = Totals::default();
    loop {
        select! {
            recv(events) -> event => match event {
                Ok(event) => {
                    totals.add(&event);
                    if !is_watched {
                        show(&event, out)?;
                    } else if events.is_empty() {
                        write!(out, "{CLEAR}{}", totals.line(style::width()))?;
                    }
                    out.flush()?;
                }
                Err(_) => break,
            },
            recv(stop) -> _ => break,
        }
    }
    proxy.stop();
    for event in events.try_iter() {
        totals.add(&event);
        if !is_watched {
            show(&event, out)?;
        }
    }
    if is_watched {
        write!(out, "{CLEAR}")?;
    }
    totals.show(started.elapsed(), out)
}

fn plan(args: &ProxyUdp) -> Plan {
    let faults = Faults {
        drop: args.drop.clone().unwrap_or_default(),
        duplicate: args.duplicate.clone().unwrap_or_default(),
        swap: args.swap.clone().unwrap_or_default(),
        delay: args.delay.clone().unwrap_or_default(),
        truncate: args.truncate.clone().unwrap_or_default(),
        corrupt: args.corrupt.clone().unwrap_or_default(),
    };
    let only = |way: Way| match args.direction {
        Way::Both => faults.clone(),
        direction if direction == way => faults.clone(),
        _ => Faults::default(),
    };
    Plan {
        to_server: only(Way::ToServer),
        to_client: only(Way::ToClient),
        seed: args.seed.unwrap_or_else(|| fastrand::u64(..SEEDS)),
    }
}

fn is_by_chance(faults: &Faults) -> bool {
    let all = [
        &faults.drop,
        &faults.duplicate,
        &faults.swap,
        &faults.delay.0,
    ];
    // Where a datagram is cut, and which bit is changed, is always chance.
    let always = [&faults.truncate, &faults.corrupt];
    all.into_iter().any(which::is_chance)
        || always.into_iter().any(|which| *which != Default::default())
}

/// What passed in one direction.
#[derive(Default)]
struct Count {
    came: u64,
    /// How often each fault, in the order of [`FAULTS`].
    faults: [u64; FAULTS.len()],
}

/// What is counted of faults.
const FAULTS: [&str; 6] = ["dropped", "doubled", "swapped", LATE, "cut", "damaged"];
const LATE: &str = "late";

fn kind(fault: &Fault) -> usize {
    match fault {
        Fault::Dropped => 0,
        Fault::Doubled => 1,
        Fault::Swapped => 2,
        Fault::Delayed(_) => 3,
        Fault::Truncated(_) => 4,
        Fault::Corrupted(_) => 5,
    }
}

impl Count {
    /// `12, 3 dropped, 1 doubled`, without what is left out.
    fn words(&self, without: &str) -> String {
        let mut words = self.came.to_string();
        for (name, count) in FAULTS.iter().zip(self.faults) {
            if count > 0 && *name != without {
                words.push_str(&format!(", {count} {name}"));
            }
        }
        words
    }
}

#[derive(Default)]
struct Totals {
    clients: u32,
    to_server: Count,
    to_client: Count,
}

impl Totals {
    fn add(&mut self, event: &Event) {
        match &event.what {
            What::New { .. } => self.clients += 1,
            What::Came { direction, .. } => self.way(*direction).came += 1,
            What::Fault {
                direction, fault, ..
            } => self.way(*direction).faults[kind(fault)] += 1,
            _ => {}
        }
    }

    fn way(&mut self, direction: Direction) -> &mut Count {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    /// On one line, as long as it fits; where all are late, that is no news.
    fn line(&self, width: usize) -> String {
        let line = format!(
            "→ {}   ← {}",
            self.to_server.words(LATE),
            self.to_client.words(LATE)
        );
        line.chars().take(width.saturating_sub(1)).collect()
    }

    fn show(&self, elapsed: Duration, out: &mut dyn Write) -> Result<()> {
        let clients = match self.clients {
            1 => "1 client".to_owned(),
            number => format!("{number} clients"),
        };
        writeln!(out, "{clients} in {} s", units::seconds(elapsed))?;
        writeln!(out, "to server: {}", self.to_server.words(""))?;
        writeln!(out, "to client: {}", self.to_client.words(""))?;
        Ok(())
    }
}

/// One event as one line, a datagram with its rows beneath.
fn show(event: &Event, out: &mut dyn Write) -> Result<()> {
    let at = units::seconds(event.at);
    write!(out, "{DIM}{at:>8}{DIM:#}  #{}  ", event.client)?;
    match &event.what {
        What::New { client } => writeln!(out, "new: {client}")?,
        What::Came {
            direction,
            index,
            bytes,
        } => datagram(*direction, *index, "", bytes, out)?,
        What::Late {
            direction,
            index,
            bytes,
        } => datagram(*direction, *index, " now", bytes, out)?,
        What::Fault {
            direction,
            index,
            fault,
        } => writeln!(out, "{WARN}{direction} {index}: {fault}{WARN:#}")?,
        What::Unreachable => writeln!(out, "{BAD}no server: port unreachable{BAD:#}")?,
        What::Forgotten => writeln!(out, "forgotten: too many clients")?,
    }
    Ok(())
}

fn datagram(
    direction: Direction,
    index: u64,
    when: &str,
    bytes: &[u8],
    out: &mut dyn Write,
) -> Result<()> {
    let (arrow, style) = match direction {
        Direction::ToServer => ("→ server", CLIENT),
        Direction::ToClient => ("← server", SERVER),
    };
    let count = wire::count(bytes.len() as u64);
    writeln!(out, "{style}{arrow} {index}{when}  {count}{style:#}")?;
    rows(bytes, out)
}
