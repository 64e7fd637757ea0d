//! Addresses of datagram sockets. The flags are those of the stream lessons.

use clap::Args;

use super::place::{announce, cannot_listen, no_way};
use crate::{
    address::Address,
    exit::Failure,
    net::{DatagramOptions, DatagramSocket, Target},
    output::Output,
};

/// Where a server of datagrams listens. `PORT` is the lesson's.
#[derive(Debug, Args)]
pub struct ListenDatagrams<const PORT: u16> {
    /// Address to listen on: HOST:PORT, with IPv6 in brackets; port 0 lets the
    /// system choose. May be given several times
    #[arg(long, value_name = "ADDR", value_parser = inet,
        default_values_t = [Address::loopback(PORT)])]
    pub listen: Vec<Address>,
}

impl<const PORT: u16> ListenDatagrams<PORT> {
    /// Binds. What is sent there from now on waits to be received.
    ///
    /// # Errors
    ///
    /// [`Failure`] with the address that could not be had and what to do.
    pub fn bind(&self) -> Result<Vec<DatagramSocket>, Failure> {
        let mut sockets = Vec::new();
        for address in &self.listen {
            let bound = DatagramSocket::bind(address);
            sockets.extend(bound.map_err(|error| cannot_listen(address, &error))?);
        }
        Ok(sockets)
    }

    /// Says so: one line `listening on ADDR` for each socket, and a warning for
    /// each that other machines can reach.
    ///
    /// # Errors
    ///
    /// The output's.
    pub fn announce(&self, sockets: &[DatagramSocket], output: &Output) -> Result<(), Failure> {
        let endpoints = sockets.iter().map(DatagramSocket::local);
        endpoints
            .into_iter()
            .try_for_each(|endpoint| announce(&endpoint, output))
    }
}

/// Where a client of datagrams sends. `PORT` is the lesson's.
#[derive(Debug, Args)]
pub struct ConnectDatagrams<const PORT: u16> {
    /// Address of the server: HOST:PORT, with IPv6 in brackets. If given twice,
    /// the last one counts
    #[arg(long, value_name = "ADDR", value_parser = inet, overrides_with = "connect",
        default_value_t = Address::loopback(PORT))]
    pub connect: Address,

    /// Own address, instead of one that the system chooses
    #[arg(long, value_name = "ADDR", value_parser = inet)]
    pub bind: Option<Address>,
}

impl<const PORT: u16> ConnectDatagrams<PORT> {
    /// Opens a socket for each address of the server. Whether it is there, only
    /// an answer can tell.
    ///
    /// # Errors
    ///
    /// [`Failure`] with the address that cannot be reached and what to do.
    pub fn open(&self, target: Target) -> Result<Vec<DatagramSocket>, Failure> {
        let options = DatagramOptions {
            bind: self.bind.clone(),
            target,
        };
        DatagramSocket::open(&self.connect, &options)
            .map_err(|error| no_way("send", &self.connect, self.bind.as_ref(), &error))
    }
}

/// Parses an address that UDP can use.
fn inet(text: &str) -> Result<Address, String> {
    match text.parse() {
        Ok(Address::Unix(_)) => Err("datagrams go over UDP here: write HOST:PORT".to_owned()),
        Ok(address) => Ok(address),
        Err(error) => Err(error.to_string()),
    }
}
