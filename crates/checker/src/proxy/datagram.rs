//! The fault proxy for UDP: one socket for all clients, one towards the server
//! for each of them, so that its answers find their way back.
//!
//! A thread receives from the clients, one more for each client receives from
//! the server, and one passes on what was held. Nothing is queued but what a
//! fault holds, and so much of it as [`HELD`] says; the number of clients is
//! bounded as well.

mod decider;
mod event;
mod late;
mod link;
mod pass;

pub use super::Direction;
use super::address::not_itself;
use super::hub::{Hub, Living, Stop};
pub use decider::{Decider, Decision, Faults, Plan, Which};
pub use event::{Event, Fault, What};

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Sender, unbounded};

use crate::history::lock;
use crate::peer::is_refused;
use late::Late;
use link::Link;

/// Most clients at a time; each costs a socket and a thread. When one more
/// comes, the one that was silent longest is forgotten.
pub const CLIENTS: usize = 64;
/// Most datagrams that faults hold at a time. What would be one more is dropped.
pub const HELD: usize = 1024;
/// How often a blocked receive looks whether it is over.
const LOOK: Duration = Duration::from_millis(50);
/// More than any datagram holds.
const LARGEST: usize = 1 << 16;

/// A running proxy. Dropping it stops it.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    stop: Stop,
}

/// What the threads share.
#[derive(Debug)]
struct Shared {
    /// The clients' side.
    socket: UdpSocket,
    upstream: SocketAddr,
    decider: Decider,
    /// How many datagrams came in each direction.
    came: [AtomicU64; 2],
    links: Mutex<Vec<Arc<Link>>>,
    late: Sender<Late>,
    /// How many of these there are.
    held: AtomicUsize,
    hub: Hub<Event>,
    _living: Living,
}

impl Proxy {
    /// Receives at `listen` and passes every datagram on to `upstream`, and every
    /// answer back to the client it is for.
    ///
    /// Port 0 works; [`Proxy::local_addr`] tells the real one. If `events` is
    /// bounded and full, datagrams wait; if nobody listens any more, events are
    /// dropped.
    ///
    /// # Errors
    /// When the address cannot be bound or a thread cannot be started, or when the
    /// proxy would be its own upstream: each datagram would come again, without end.
    pub fn start(
        listen: SocketAddr,
        upstream: SocketAddr,
        plan: Plan,
        events: Sender<Event>,
    ) -> io::Result<Proxy> {
        not_itself(listen, upstream)?;
        let socket = UdpSocket::bind(listen)?;
        socket.set_read_timeout(Some(LOOK))?;
        let address = socket.local_addr()?;
        let (hub, stop, living) = Hub::new(events);
        let (late, arrivals) = unbounded();
        let shared = Arc::new(Shared {
            socket,
            upstream,
            decider: Decider::new(plan),
            came: [AtomicU64::new(0), AtomicU64::new(0)],
            links: Mutex::new(Vec::new()),
            late,
            held: AtomicUsize::new(0),
            hub,
            _living: living,
        });
        let clients = Arc::clone(&shared);
        thread::Builder::new()
            .name("proxy-clients".to_owned())
            .spawn(move || clients.hear_clients())?;
        thread::Builder::new()
            .name("proxy-late".to_owned())
            .spawn(move || late::run(&shared, &arrivals))?;
        Ok(Proxy { address, stop })
    }

    /// Where clients send to.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Closes every socket and waits for the threads. What is held is lost.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop.halt();
        self.stop.wait();
    }
}

impl Shared {
    /// Receives from the clients until it is over.
    fn hear_clients(self: &Arc<Self>) {
        let mut buffer = vec![0; LARGEST];
        let mut number = 0;
        while !self.hub.halting() {
            // An error is a time-out, or about an answer that found nobody.
            let Ok((count, client)) = self.socket.recv_from(&mut buffer) else {
                continue;
            };
            let known = lock(&self.links)
                .iter()
                .find(|link| link.client == client)
                .cloned();
            let link = match known {
                Some(link) => link,
                None => {
                    number += 1;
                    match self.link(number, client) {
                        Ok(link) => link,
                        // As good as lost; the client sends again.
                        Err(_) => continue,
                    }
                }
            };
            link.touch();
            self.pass(&link, Direction::ToServer, buffer[..count].to_vec());
        }
    }

    /// A place for a new client, that of the oldest if there is none left.
    fn link(self: &Arc<Self>, number: u32, client: SocketAddr) -> io::Result<Arc<Link>> {
        let link = Arc::new(Link::new(number, client, self.upstream)?);
        let forgotten = {
            let mut links = lock(&self.links);
            let oldest = || (0..links.len()).min_by_key(|&at| links[at].touched());
            let forgotten = match links.len() < CLIENTS {
                true => None,
                false => oldest().map(|at| links.swap_remove(at)),
            };
            links.push(Arc::clone(&link));
            forgotten
        };
        if let Some(forgotten) = forgotten {
            forgotten.close();
            self.record(&forgotten, What::Forgotten);
        }
        self.record(&link, What::New { client });
        let (shared, reader) = (Arc::clone(self), Arc::clone(&link));
        thread::Builder::new()
            .name(format!("proxy-{number}"))
            .spawn(move || shared.hear_server(&reader))?;
        Ok(link)
    }

    /// Receives what the server sends to one client.
    fn hear_server(&self, link: &Arc<Link>) {
        let mut buffer = vec![0; LARGEST];
        while !self.hub.halting() && !link.is_closed() {
            match link.upstream.recv(&mut buffer) {
                Ok(count) => {
                    link.touch();
                    self.pass(link, Direction::ToClient, buffer[..count].to_vec());
                }
                Err(error) if is_refused(&error) => self.record(link, What::Unreachable),
                Err(_) => {}
            }
        }
    }

    fn record(&self, link: &Link, what: What) {
        self.hub.record(|at| Event {
            at,
            client: link.number,
            what,
        });
    }
}
