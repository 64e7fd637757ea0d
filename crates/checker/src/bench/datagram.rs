//! Datagrams: a server that is up, and the judge's own sockets.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use super::ready::Readiness;
use super::{Bench, PAUSES, Server};
use crate::causes::*;
use crate::peer::{Came, Datagrams};
use crate::subject::{Port, Processes, Subject, is_free, receivers};
use crate::verdict::{Cause, Failure};

/// For an answer or a report that nobody is there, where only that can tell
/// whether a server is up. Loopback reports at once.
const PROBE: Duration = Duration::from_millis(200);

impl Bench<'_> {
    /// Starts the server and sends it `first`, whose answer is then due.
    pub(crate) fn datagram_server(&mut self, first: &[u8]) -> Result<(Server, Datagrams), Failure> {
        let address = self.datagram_address()?;
        if self.target.port.is_some() && !is_free(address) {
            return Err(Failure::Broken(format!(
                "another program already uses {address}; stop it first"
            )));
        }
        self.datagram_server_at(address, first)
    }

    /// Starts the server at an address that may have been used before.
    pub(crate) fn datagram_server_at(
        &mut self,
        address: SocketAddr,
        first: &[u8],
    ) -> Result<(Server, Datagrams), Failure> {
        let subject = self.start(address)?;
        let server = Server { subject, address };
        let mut socket = self.datagrams(&server)?;
        self.until_it_receives(&server, &mut socket, first)?;
        Ok((server, socket))
    }

    /// One more socket to talk to a server from.
    pub(crate) fn datagrams(&mut self, server: &Server) -> Result<Datagrams, Failure> {
        let mut socket = self.socket("socket", 0)?;
        socket.aim(server.address, server.subject.output());
        Ok(socket)
    }

    /// The judge's own socket, for a client to send to.
    pub(crate) fn datagram_judge(&mut self) -> Result<Datagrams, Failure> {
        self.socket("judge", self.target.port.unwrap_or(0))
    }

    /// A socket with the port of `other` at another address of this machine;
    /// `None` where there is none.
    pub(crate) fn elsewhere(&mut self, server: &Server, other: &Datagrams) -> Option<Datagrams> {
        self.connections += 1;
        let name = format!("socket {}", self.connections);
        let address = (Ipv4Addr::new(127, 0, 0, 2), other.address().ok()?.port()).into();
        let opened = Datagrams::open_at(name, address, &self.history, self.deadline.clone());
        let mut socket = opened.ok()?;
        socket.aim(server.address, server.subject.output());
        Some(socket)
    }

    /// A socket that nobody knows.
    pub(crate) fn stranger(&mut self) -> Result<Datagrams, Failure> {
        self.socket("stranger", 0)
    }

    /// How long a program may take until it does what it is started for.
    pub(crate) fn start_timeout(&self) -> Duration {
        self.options.start_timeout
    }

    /// Places from 1 to `last` at random, no two the same.
    pub(crate) fn places<const N: usize>(&mut self, last: usize) -> [u64; N] {
        self.words.places(last)
    }

    fn socket(&mut self, name: &str, port: u16) -> Result<Datagrams, Failure> {
        self.connections += 1;
        let name = format!("{name} {}", self.connections);
        Datagrams::open(name, port, &self.history, self.deadline.clone())
            .map_err(|error| Failure::Broken(format!("no socket for the judge: {error}")))
    }

    /// An address where nobody receives.
    pub(crate) fn datagram_address(&mut self) -> Result<SocketAddr, Failure> {
        let port = self.reserve(Port::pick_datagram)?;
        Ok((Ipv4Addr::LOCALHOST, port).into())
    }

    /// Starts another program at the address of a server that runs, and waits
    /// until it ends or receives there as well.
    ///
    /// # Returns
    /// The program, and whether it still runs.
    pub(crate) fn second_server(&mut self, server: &Server) -> Result<(Subject, bool), Failure> {
        let second = self.start(server.address)?;
        let until = self.deadline.within(self.options.start_timeout);
        let [mut pause, longest] = PAUSES;
        while second.wait_exit(pause).is_none() {
            let both = receivers(server.address).is_some_and(|count| count > 1);
            if both || Instant::now() > until {
                return Ok((second, true));
            }
            pause = (pause * 2).min(longest);
        }
        Ok((second, false))
    }

    /// Waits until a datagram would be received, and sends `first`.
    ///
    /// Where the system tells which sockets there are, nothing is sent before.
    /// Elsewhere `first` is sent from a connected socket until nobody refuses it,
    /// and stays the first that the server sees.
    fn until_it_receives(
        &mut self,
        server: &Server,
        socket: &mut Datagrams,
        first: &[u8],
    ) -> Result<(), Failure> {
        let readiness = Readiness {
            wanted: "the program to receive datagrams at",
            elsewhere,
            never: NOT_RECEIVING,
        };
        self.until_up(server, &readiness, |_| {
            let is_up = is_receiving(socket, server.address, first)?;
            Ok(is_up.then_some(()))
        })
    }
}

/// Whether the server is up; then `first` has been sent.
fn is_receiving(
    socket: &mut Datagrams,
    address: SocketAddr,
    first: &[u8],
) -> Result<bool, Failure> {
    if let Some(count) = receivers(address) {
        if count > 0 {
            socket.send(first);
        }
        return Ok(count > 0);
    }
    socket
        .connect()
        .map_err(|error| Failure::Broken(format!("cannot use a socket: {error}")))?;
    Ok(socket.probe(first, PROBE) != Came::Refused)
}

/// What the program does instead of receiving at `wanted`.
fn elsewhere(subject: &Subject, wanted: SocketAddr) -> Option<(Cause, String)> {
    let processes = Processes::of(subject.group());
    let list = |found: &[SocketAddr]| {
        let list: Vec<_> = found.iter().map(ToString::to_string).collect();
        list.join(" and ")
    };
    let receiving = processes.receiving();
    if !receiving.is_empty() {
        let got = format!("it receives at {}", list(&receiving));
        return Some((WRONG_DATAGRAM_ADDRESS, got));
    }
    let listening = processes.listening();
    let got = format!("it listens for TCP connections on {}", list(&listening));
    listening
        .iter()
        .any(|found| found.port() == wanted.port())
        .then_some((WRONG_TRANSPORT, got))
}
