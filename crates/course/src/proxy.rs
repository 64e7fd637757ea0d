//! `proxy tcp`: a network that can be watched and broken by hand.

mod udp;

use std::io::Write;
use std::time::{Duration, Instant};

use checker::proxy::stream::{Direction, Event, Faults, Plan, Proxy, What};
use crossbeam_channel::{bounded, select};

use crate::cli::{ProxyTcp, Way};
use crate::error::{Error, Result};
use crate::signal;
use crate::style::{BAD, BOLD, CLIENT, DIM, SERVER, WARN};
use crate::units;
use crate::wire;
pub(crate) use udp::udp;

/// Bytes shown in one row, as in every hex dump.
const ROW: usize = 16;
/// Bytes of one write that are shown; the log of a large transfer is for its shape.
const SHOWN: usize = 256;
/// Events that may wait for a slow terminal before the connections themselves have to.
const QUEUE: usize = 1024;

/// What passed, for the last line.
#[derive(Default)]
struct Totals {
    connections: u32,
    to_server: u64,
    to_client: u64,
}

/// Runs the proxy until Ctrl-C.
///
/// # Errors
///
/// When the address cannot be bound.
pub(crate) fn tcp(args: &ProxyTcp, out: &mut dyn Write) -> Result<()> {
    let stop = signal::stop()?;
    let (sender, events) = bounded(QUEUE);
    let started = Instant::now();
    let proxy = Proxy::start(args.listen, args.connect, plan(args), sender).map_err(|error| {
        Error::work(format!("listening on {}", args.listen), error)
            .next("another port, or port 0 to let the system choose")
    })?;
    writeln!(out, "listening on {}", proxy.local_addr())?;
    out.flush()?;

    let mut totals = Totals::default();
    loop {
        select! {
            recv(events) -> event => match event {
                Ok(event) => {
                    totals.add(&event);
                    show(&event, out)?;
                    out.flush()?;
                }
                Err(_) => break,
            },
            recv(stop) -> _ => break,
        }
    }
    proxy.stop();
    // What the end itself stirred up, and what was still waiting, belongs to the log.
    for event in events.try_iter() {
        totals.add(&event);
        show(&event, out)?;
    }
    totals.show(started.elapsed(), out)
}

fn plan(args: &ProxyTcp) -> Plan {
    let faults = Faults {
        split: args
            .split
            .map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
        coalesce: args.coalesce,
        delay: args.delay,
        pause: args.pause,
        half_close: args.half_close,
        reset: args.reset,
        rate: args.rate,
    };
    let only = |way: Way| match args.direction {
        Way::Both => faults,
        direction if direction == way => faults,
        _ => Faults::default(),
    };
    Plan {
        to_server: only(Way::ToServer),
        to_client: only(Way::ToClient),
    }
}

impl Totals {
    fn add(&mut self, event: &Event) {
        match &event.what {
            What::Opened { .. } => self.connections += 1,
            What::Data { direction, bytes } => {
                let total = match direction {
                    Direction::ToServer => &mut self.to_server,
                    Direction::ToClient => &mut self.to_client,
                };
                *total += bytes.len() as u64;
            }
            _ => {}
        }
    }

    fn show(&self, elapsed: Duration, out: &mut dyn Write) -> Result<()> {
        let connections = match self.connections {
            1 => "1 connection".to_owned(),
            number => format!("{number} connections"),
        };
        writeln!(
            out,
            "{connections} in {} s, {} to server, {} to client",
            units::seconds(elapsed),
            wire::count(self.to_server),
            wire::count(self.to_client),
        )?;
        Ok(())
    }
}

/// One event as one line, data with its rows beneath.
fn show(event: &Event, out: &mut dyn Write) -> Result<()> {
    let at = units::seconds(event.at);
    write!(out, "{DIM}{at:>8}{DIM:#}  #{}  ", event.connection)?;
    match &event.what {
        What::Opened { client } => writeln!(out, "opened by {client}")?,
        What::AcceptFailed(why) => writeln!(out, "{BAD}accepting failed: {why}{BAD:#}")?,
        What::UpstreamFailed(why) => writeln!(out, "{BAD}no server: {why}{BAD:#}")?,
        What::Data { direction, bytes } => {
            let (arrow, style) = match direction {
                Direction::ToServer => ("→ server", CLIENT),
                Direction::ToClient => ("← server", SERVER),
            };
            writeln!(
                out,
                "{style}{arrow}  {}{style:#}",
                wire::count(bytes.len() as u64)
            )?;
            rows(bytes, out)?;
        }
        What::End { direction } => writeln!(out, "{BOLD}end {direction}{BOLD:#} (FIN)")?,
        What::Reset { direction } => writeln!(out, "{BAD}reset {direction}{BAD:#} (RST)")?,
        What::Fault { direction, text } => writeln!(out, "{WARN}{direction}: {text}{WARN:#}")?,
        What::Closed => writeln!(out, "closed")?,
    }
    Ok(())
}

fn rows(bytes: &[u8], out: &mut dyn Write) -> Result<()> {
    let shown = &bytes[..bytes.len().min(SHOWN)];
    for (index, row) in shown.chunks(ROW).enumerate() {
        let hex = wire::hex(row, ROW);
        // A character may be cut by the row's end: then its bytes are shown, which is the truth
        // about this row.
        let text = checker::harmless(row);
        writeln!(out, "          {:04x}  {hex:<47}  {text}", index * ROW)?;
    }
    if bytes.len() > shown.len() {
        writeln!(
            out,
            "          … {} more",
            wire::count((bytes.len() - shown.len()) as u64)
        )?;
    }
    Ok(())
}
