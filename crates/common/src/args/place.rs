//! `--listen`, `--connect` and `--bind`, and what to say when it fails.

use std::io::{self, ErrorKind};

use clap::Args;

use super::Seconds;
use crate::{
    address::Address,
    exit::{Failure, reason, tell},
    net::{
        Acceptor, ConnectError, ConnectOptions, Endpoint, ListenOptions, Stream, connect, listen,
    },
    output::Output,
    stop::Stop,
};

/// Where a server listens. `PORT` is the lesson's.
#[derive(Debug, Args)]
pub struct Listen<const PORT: u16> {
    /// Address to listen on: HOST:PORT, with IPv6 in brackets, or unix:PATH; port 0 lets the
    /// system choose. May be given several times
    #[arg(long, value_name = "ADDR", default_values_t = [Address::loopback(PORT)])]
    pub listen: Vec<Address>,

    /// Do not set SO_REUSEADDR, to see "address already in use" after a restart
    #[arg(long)]
    pub no_reuse: bool,
}

impl<const PORT: u16> Listen<PORT> {
    /// Listens, and says so: one line `listening on ADDR` for each socket, and
    /// a warning for each that other machines can reach. Said only when nothing
    /// can fail any more: who reads the line may count on the server.
    ///
    /// # Errors
    ///
    /// [`Failure`] with the address that could not be had and what to do.
    pub fn open(&self, output: &Output, stop: &Stop) -> Result<Acceptor, Failure> {
        let options = ListenOptions {
            reuse: !self.no_reuse,
        };
        let mut listeners = Vec::new();
        for address in &self.listen {
            listeners
                .extend(listen(address, options).map_err(|error| cannot_listen(address, &error))?);
        }
        let acceptor = Acceptor::new(listeners, stop)
            .map_err(|error| Failure::new("cannot wait for clients", reason(&error)))?;
        for listener in acceptor.listeners() {
            announce(listener.endpoint(), output)?;
        }
        Ok(acceptor)
    }
}

/// The first line of a server, one for each socket.
pub(super) fn announce(endpoint: &Endpoint, output: &Output) -> Result<(), Failure> {
    output.line(format_args!("listening on {endpoint}"))?;
    if !endpoint.is_local() {
        tell(
            "warning",
            &format_args!("other machines can reach {endpoint}"),
        );
    }
    Ok(())
}

pub(super) fn cannot_listen(address: &Address, error: &io::Error) -> Failure {
    let failure = Failure::new(format_args!("cannot listen on {address}"), reason(error));
    let is_path = matches!(address, Address::Unix(_));
    match error.kind() {
        ErrorKind::AddrInUse => {
            failure.next_step("a server listens or listened there; choose another --listen")
        }
        ErrorKind::AlreadyExists => failure.next_step("remove it, or choose another --listen"),
        ErrorKind::PermissionDenied if !is_path => {
            failure.next_step("ports below 1024 are reserved; choose another --listen")
        }
        ErrorKind::AddrNotAvailable => {
            failure.next_step("no interface of this machine has that address")
        }
        _ => failure,
    }
}

/// Where a client connects. `PORT` is the lesson's.
#[derive(Debug, Args)]
pub struct Connect<const PORT: u16> {
    /// Address of the server: HOST:PORT, with IPv6 in brackets, or unix:PATH
    #[arg(long, value_name = "ADDR", default_value_t = Address::loopback(PORT))]
    pub connect: Address,

    /// Own address, instead of one that the system chooses
    #[arg(long, value_name = "ADDR")]
    pub bind: Option<Address>,
}

impl<const PORT: u16> Connect<PORT> {
    /// Connects, unless `stop` comes first. `server` is the name of the program
    /// that should be there.
    ///
    /// # Errors
    ///
    /// [`Failure`] with the address that did not answer and what to do.
    pub fn open(&self, timeout: Seconds, server: &str, stop: &Stop) -> Result<Stream, Failure> {
        let options = ConnectOptions {
            bind: self.bind.clone(),
            timeout: timeout.limit(),
        };
        connect(&self.connect, &options, stop).map_err(|error| {
            let nobody = matches!(&error, ConnectError::Connect(error) if matches!(
                error.kind(),
                ErrorKind::ConnectionRefused | ErrorKind::NotFound
            ));
            let failure = no_way("connect", &self.connect, self.bind.as_ref(), &error);
            if nobody {
                return failure.next_step(format_args!(
                    "start the server first: cargo run --bin {server}"
                ));
            }
            failure
        })
    }
}

/// Why one cannot `connect`, or `send`, from the address `own` to another.
pub(super) fn no_way(
    what: &str,
    to: &Address,
    own: Option<&Address>,
    error: &ConnectError,
) -> Failure {
    match (error, own) {
        (ConnectError::Stopped, _) => Failure::stopped("not connected yet"),
        (ConnectError::Bind(error), Some(own)) => cannot_bind(own, error),
        (ConnectError::Family, Some(own)) => {
            Failure::new(format_args!("cannot {what} from {own} to {to}"), error)
                .next_step("choose another --bind, or leave it away")
        }
        _ => Failure::new(format_args!("cannot {what} to {to}"), error),
    }
}

fn cannot_bind(own: &Address, error: &io::Error) -> Failure {
    let failure = Failure::new(format_args!("cannot bind {own}"), reason(error));
    match error.kind() {
        ErrorKind::AddrInUse if matches!(own, Address::Unix(_)) => {
            failure.next_step("something is at that path already; leave --bind away")
        }
        ErrorKind::AddrInUse => {
            failure.next_step("another program has that address; leave --bind away")
        }
        ErrorKind::AddrNotAvailable => {
            failure.next_step("no interface of this machine has that address")
        }
        _ => failure,
    }
}
