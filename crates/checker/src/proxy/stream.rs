//! The fault proxy for TCP: one listener, one upstream, faults per direction.
//!
//! Each direction of a connection has a reader and a writer thread with a
//! short queue between them:
//!
//! ```text
//! client ──read──▶ queue ──coalesce, delay, split, rate──write──▶ server
//! client ◀──write──coalesce, delay, split, rate── queue ◀──read── server
//! ```
//!
//! While the writer is held the queue fills, the reader stops reading and TCP
//! flow control holds the sender: memory stays bounded however long the fault.
//! A FIN is passed on as a FIN in that direction only, a RST as a RST.

mod event;
mod faults;
mod link;
mod pump;
mod writer;

pub use super::Direction;
use super::address::{not_itself, reachable};
use super::hub::{Hub, Living, Stop};
pub use event::{Event, What};
pub use faults::{Faults, Plan};

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use crossbeam_channel::Sender;

use link::Link;

/// How long the upstream may take to accept.
const CONNECT: Duration = Duration::from_secs(5);
/// Pause after a failed accept: out of file descriptors passes, spinning does not help.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A running proxy. Dropping it stops it.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Stop,
}

/// What the acceptor, the connections and the owner share.
#[derive(Debug)]
struct Shared {
    hub: Hub<Event>,
    /// Connections to be ended by `stop`; those that ended by themselves are dead.
    links: Mutex<Vec<Weak<Link>>>,
}

impl Proxy {
    /// Listens on `listen` and passes every connection on to `upstream`.
    ///
    /// Port 0 works; [`Proxy::local_addr`] tells the real one. If `events` is
    /// bounded and full, the connection waits; if nobody listens any more,
    /// events are dropped.
    ///
    /// # Errors
    /// When the address cannot be bound or a thread cannot be started, or when the
    /// proxy would be its own upstream: each connection would make another one,
    /// without end.
    pub fn start(
        listen: SocketAddr,
        upstream: SocketAddr,
        plan: Plan,
        events: Sender<Event>,
    ) -> io::Result<Proxy> {
        not_itself(listen, upstream)?;
        let listener = listen_on(listen)?;
        let address = listener.local_addr()?;
        let (hub, stop, living) = Hub::new(events);
        let shared = Arc::new(Shared {
            hub,
            links: Mutex::new(Vec::new()),
        });
        let acceptor = Arc::clone(&shared);
        thread::Builder::new()
            .name("proxy-accept".to_owned())
            .spawn(move || {
                acceptor.accept(&listener, upstream, plan, &living);
                drop((listener, acceptor));
                drop(living);
            })?;
        Ok(Proxy {
            address,
            shared,
            stop,
        })
    }

    /// Where clients connect to.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Closes the listener and every connection and waits for the threads.
    /// A peer that never reads does not hold it up.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop.halt();
        self.shared.close_links();
        // Wakes the blocked accept; there is no portable way to do it from outside.
        drop(TcpStream::connect_timeout(
            &reachable(self.address),
            Duration::from_secs(1),
        ));
        self.stop.wait();
    }
}

impl Shared {
    fn accept(
        self: &Arc<Self>,
        listener: &TcpListener,
        upstream: SocketAddr,
        plan: Plan,
        living: &Living,
    ) {
        let mut number = 0;
        let mut failures = 0_u64;
        loop {
            let accepted = listener.accept();
            if self.hub.halting() {
                return;
            }
            let (socket, client) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    failures += 1;
                    if failures.is_power_of_two() {
                        let text = match failures {
                            1 => error.to_string(),
                            _ => format!("{error} ({failures} times)"),
                        };
                        self.record(0, What::AcceptFailed(text));
                    }
                    let _ = self.hub.halted.recv_timeout(ACCEPT_PAUSE);
                    continue;
                }
            };
            failures = 0;
            number += 1;
            let (shared, living) = (Arc::clone(self), living.clone());
            // Without a thread the socket is dropped, which closes it.
            let _ = thread::Builder::new()
                .name(format!("proxy-{number}"))
                .spawn(move || {
                    shared.record(number, What::Opened { client });
                    shared.connection(number, socket, upstream, plan);
                    shared.record(number, What::Closed);
                    drop(shared);
                    drop(living);
                });
        }
    }

    fn connection(
        self: &Arc<Self>,
        number: u32,
        client: TcpStream,
        upstream: SocketAddr,
        plan: Plan,
    ) {
        let linked = TcpStream::connect_timeout(&upstream, CONNECT)
            .and_then(|server| Link::new(number, &client, server, Arc::clone(self)));
        match linked {
            Ok(link) => {
                drop(client);
                let link = Arc::new(link);
                self.remember(&link);
                pump::run(&link, plan);
            }
            Err(error) => {
                self.record(number, What::UpstreamFailed(error.to_string()));
                link::close_by_reset(client);
            }
        }
    }

    fn remember(&self, link: &Arc<Link>) {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.retain(|old| old.strong_count() > 0);
        links.push(Arc::downgrade(link));
        drop(links);
        // `stop` may have passed while this one connected.
        if self.hub.halting() {
            link.close();
        }
    }

    fn close_links(&self) {
        let links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        for link in links.iter().filter_map(Weak::upgrade) {
            link.close();
        }
    }

    fn record(&self, connection: u32, what: What) {
        self.hub.record(|at| Event {
            at,
            connection,
            what,
        });
    }
}

fn listen_on(address: SocketAddr) -> io::Result<TcpListener> {
    use socket2::{Domain, Protocol, Socket, Type};
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // On Windows it would allow a second live listener on the same port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(128)?;
    Ok(socket.into())
}
