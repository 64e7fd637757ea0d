//! The network of a scene, whatever it carries, and what is heard of it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use checker::Transport;
use checker::proxy::{datagram, stream};
use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::demo::script;

/// The proxy between the programs. Dropping it ends it.
#[derive(Debug)]
pub(super) enum Proxy {
    Stream(stream::Proxy),
    Datagram(datagram::Proxy),
}

impl Proxy {
    fn address(&self) -> SocketAddr {
        match self {
            Proxy::Stream(proxy) => proxy.local_addr(),
            Proxy::Datagram(proxy) => proxy.local_addr(),
        }
    }
}

/// The network, before and after it is there.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) transport: Transport,
    /// With the time it was started at.
    proxy: Option<(Proxy, Instant)>,
    pub(super) streams: (Sender<stream::Event>, Receiver<stream::Event>),
    pub(super) datagrams: (Sender<datagram::Event>, Receiver<datagram::Event>),
}

impl Network {
    pub(super) fn new(transport: Transport) -> Network {
        Network {
            transport,
            proxy: None,
            streams: unbounded(),
            datagrams: unbounded(),
        }
    }

    /// Puts the proxy in front of `server`.
    pub(super) fn start(&mut self, server: SocketAddr, plan: &script::Network) -> io::Result<()> {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let proxy = match self.transport {
            Transport::Stream => {
                let tap = self.streams.0.clone();
                Proxy::Stream(stream::Proxy::start(any, server, plan.streams(), tap)?)
            }
            Transport::Datagram => {
                let tap = self.datagrams.0.clone();
                Proxy::Datagram(datagram::Proxy::start(any, server, plan.datagrams(), tap)?)
            }
        };
        self.proxy = Some((proxy, Instant::now()));
        Ok(())
    }

    /// Where clients find it.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        self.proxy.as_ref().map(|(proxy, _)| proxy.address())
    }

    /// Since when it is there.
    pub(super) fn started(&self) -> Option<Instant> {
        self.proxy.as_ref().map(|(_, started)| *started)
    }

    pub(super) fn stop(&mut self) {
        self.proxy = None;
    }
}
