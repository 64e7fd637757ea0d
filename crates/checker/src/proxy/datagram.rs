//! The fault proxy for UDP: one socket for all clients, one towards the server
//! for each of them, so that its answers find their way back.
//!
//! A thread receives from the clients, one more for each client receives from
//! the server, and one passes on what was held. Nothing is queued but what a
//! fault holds, and the number of clients is bounded.

mod decider;
mod event;
mod late;
mod link;

pub use super::Direction;
pub use decider::{Decider, Decision, Faults, Plan, Which};
pub use event::{Event, Fault, What};

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, select, unbounded};

use crate::history::lock;
use late::{Datagram, Late};
use link::Link;

/// Most clients at a time; each costs a socket and a thread. When one more
/// comes, the one that was silent longest is forgotten.
pub const CLIENTS: usize = 64;
/// How long [`Proxy::stop`] waits for its threads.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often a blocked receive looks whether it is over.
const LOOK: Duration = Duration::from_millis(50);
/// More than any datagram holds.
const LARGEST: usize = 1 << 16;

/// A running proxy. Dropping it stops it.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    /// Taken by `stop`; when it is gone, every wait ends.
    halt: Option<Sender<Infallible>>,
    /// Disconnected when the last thread has ended: each holds a sender.
    alive: Receiver<Infallible>,
}

/// What the threads share.
#[derive(Debug)]
struct Shared {
    started: Instant,
    /// The clients' side.
    socket: UdpSocket,
    upstream: SocketAddr,
    decider: Decider,
    /// How many datagrams came in each direction.
    came: [AtomicU64; 2],
    links: Mutex<Vec<Arc<Link>>>,
    late: Sender<Late>,
    events: Sender<Event>,
    halted: Receiver<Infallible>,
    _living: Sender<Infallible>,
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
    /// When the address cannot be bound or a thread cannot be started.
    pub fn start(
        listen: SocketAddr,
        upstream: SocketAddr,
        plan: Plan,
        events: Sender<Event>,
    ) -> io::Result<Proxy> {
        let socket = UdpSocket::bind(listen)?;
        socket.set_read_timeout(Some(LOOK))?;
        let address = socket.local_addr()?;
        let (halt, halted) = bounded(0);
        let (living, alive) = bounded(0);
        let (late, held) = unbounded();
        let shared = Arc::new(Shared {
            started: Instant::now(),
            socket,
            upstream,
            decider: Decider::new(plan),
            came: [AtomicU64::new(0), AtomicU64::new(0)],
            links: Mutex::new(Vec::new()),
            late,
            events,
            halted,
            _living: living,
        });
        let clients = Arc::clone(&shared);
        thread::Builder::new()
            .name("proxy-clients".to_owned())
            .spawn(move || clients.hear_clients())?;
        thread::Builder::new()
            .name("proxy-late".to_owned())
            .spawn(move || late::run(&shared, &held))?;
        Ok(Proxy {
            address,
            halt: Some(halt),
            alive,
        })
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
        self.halt = None;
        // Never a message: either all threads ended or the patience did.
        let _ = self.alive.recv_timeout(PATIENCE);
    }
}

impl Shared {
    /// Receives from the clients until it is over.
    fn hear_clients(self: &Arc<Self>) {
        let mut buffer = vec![0; LARGEST];
        let mut number = 0;
        while !self.halting() {
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
        while !self.halting() && !link.is_closed() {
            match link.upstream.recv(&mut buffer) {
                Ok(count) => {
                    link.touch();
                    self.pass(link, Direction::ToClient, buffer[..count].to_vec());
                }
                Err(error) if link::is_refused(&error) => self.record(link, What::Unreachable),
                Err(_) => {}
            }
        }
    }

    /// Does to a datagram what is decided, and passes it on.
    fn pass(&self, link: &Arc<Link>, direction: Direction, bytes: Vec<u8>) {
        let came = &self.came[usize::from(direction == Direction::ToClient)];
        let index = came.fetch_add(1, Ordering::Relaxed) + 1;
        let decision = self.decider.decide(direction, index, bytes.len());
        let came = bytes.clone();
        self.record(
            link,
            What::Came {
                direction,
                index,
                bytes: came,
            },
        );
        for fault in faults(&decision) {
            self.record(
                link,
                What::Fault {
                    direction,
                    index,
                    fault,
                },
            );
        }
        if decision.drop {
            return;
        }
        let datagram = Datagram {
            direction,
            index,
            copies: if decision.duplicate { 2 } else { 1 },
            bytes: decision.apply(bytes),
        };
        // Taken before this one may take the place itself.
        let overtaken = link.take_held(direction, None);
        if decision.swap {
            // A failed send is a proxy that stops; then nothing is passed on.
            let _ = self.late.send(Late::limit(link, &datagram));
            link.hold(datagram);
        } else if decision.delay > Duration::ZERO {
            let _ = self.late.send(Late {
                due: Instant::now() + decision.delay,
                link: Arc::clone(link),
                what: late::What::Pass(datagram),
            });
        } else {
            self.send(link, &datagram);
        }
        if let Some(held) = overtaken {
            self.release(link, &held);
        }
    }

    /// Passes on one that was held.
    fn release(&self, link: &Link, held: &Datagram) {
        self.record(
            link,
            What::Late {
                direction: held.direction,
                index: held.index,
                bytes: held.bytes.clone(),
            },
        );
        self.send(link, held);
    }

    fn send(&self, link: &Link, datagram: &Datagram) {
        for _ in 0..datagram.copies {
            let sent = match datagram.direction {
                Direction::ToServer => link.upstream.send(&datagram.bytes),
                Direction::ToClient => self.socket.send_to(&datagram.bytes, link.client),
            };
            // A client that is gone is nobody's loss.
            if let Err(error) = sent
                && link::is_refused(&error)
                && datagram.direction == Direction::ToServer
            {
                self.record(link, What::Unreachable);
            }
        }
    }

    fn halting(&self) -> bool {
        self.halted.try_recv() == Err(TryRecvError::Disconnected)
    }

    fn record(&self, link: &Link, what: What) {
        let event = Event {
            at: self.started.elapsed(),
            client: link.number,
            what,
        };
        // Wait for a slow listener, but not past `stop`.
        if let Err(full) = self.events.try_send(event)
            && full.is_full()
        {
            select! {
                send(self.events, full.into_inner()) -> _ => (),
                recv(self.halted) -> _ => (),
            }
        }
    }
}

/// What a decision does, in the order in which it is told.
fn faults(decision: &Decision) -> impl Iterator<Item = Fault> {
    let delay = (decision.delay > Duration::ZERO).then_some(Fault::Delayed(decision.delay));
    let all = [
        decision.drop.then_some(Fault::Dropped),
        decision.truncate.map(Fault::Truncated),
        decision.corrupt.map(|bit| Fault::Corrupted(bit / 8)),
        decision.duplicate.then_some(Fault::Doubled),
        // A swapped one waits for the next, however long its delay.
        if decision.swap { None } else { delay },
        decision.swap.then_some(Fault::Swapped),
    ];
    all.into_iter().flatten()
}
