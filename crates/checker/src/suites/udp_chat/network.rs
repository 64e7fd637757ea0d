//! A network between the program and the judge that loses, doubles, swaps and
//! delays.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crossbeam_channel::{Receiver, unbounded};

use crate::bench::Bench;
use crate::proxy::datagram::{Event, Faults, Plan, Proxy, What, Which};
use crate::verdict::Failure;

/// A running one.
pub(super) struct Network {
    proxy: Proxy,
    events: Receiver<Event>,
}

/// A network in front of `server` whose faults the seed decides.
pub(super) fn network(bench: &mut Bench<'_>, server: SocketAddr) -> Result<Network, Failure> {
    let faults = || Faults {
        drop: Which::Chance(0.2),
        duplicate: Which::Chance(0.1),
        // A swapped one waits for the next, or for a second.
        swap: Which::Chance(0.05),
        delay: (Which::Chance(0.2), Duration::from_millis(30)),
        ..Faults::default()
    };
    let plan = Plan {
        to_server: faults(),
        to_client: faults(),
        seed: bench.number(),
    };
    let (sender, events) = unbounded();
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let proxy = Proxy::start(any, server, plan, sender)
        .map_err(|error| Failure::Broken(format!("no network for the judge: {error}")))?;
    Ok(Network { proxy, events })
}

impl Network {
    /// Where the server is reached through it.
    pub(super) fn address(&self) -> SocketAddr {
        self.proxy.local_addr()
    }

    /// Records what it has done.
    pub(super) fn note(&self, bench: &Bench<'_>) {
        for event in self.events.try_iter() {
            if let What::Fault {
                direction,
                index,
                fault,
            } = event.what
            {
                bench.note(format!("network: {direction}, datagram {index}: {fault}"));
            }
        }
    }
}
