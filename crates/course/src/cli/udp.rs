//! What can be typed behind `proxy udp`.

use std::net::SocketAddr;
use std::time::Duration;

use checker::proxy::datagram::Which;
use clap::Args;

use super::{Way, loopback};
use crate::which;

/// `proxy udp`
#[derive(Debug, Args)]
#[command(after_help = "\
Example, with a server on port 9003:
  cargo course proxy udp --listen 127.0.0.1:9103 --connect 127.0.0.1:9003 --drop 20% --seed 7
then point the client at port 9103. WHICH is a chance such as 20%, or places such as 1,3, counted
from 1 in each direction. TIME is 50ms for all, 300ms:1,3 or 300ms:20% for some. Ctrl-C ends it
with a summary.")]
pub(crate) struct ProxyUdp {
    /// Where clients send to; port 0 lets the system choose
    #[arg(long, value_name = "IP:PORT", value_parser = loopback)]
    pub(crate) listen: SocketAddr,
    /// Where the server is
    #[arg(long, value_name = "IP:PORT", value_parser = loopback)]
    pub(crate) connect: SocketAddr,
    /// Lose these datagrams
    #[arg(long, value_name = "WHICH", value_parser = which::which)]
    pub(crate) drop: Option<Which>,
    /// Pass these on twice
    #[arg(long, value_name = "WHICH", value_parser = which::which)]
    pub(crate) duplicate: Option<Which>,
    /// Hold these until the next one has passed
    #[arg(long, value_name = "WHICH", value_parser = which::which)]
    pub(crate) swap: Option<Which>,
    /// Pass them on so much later
    #[arg(long, value_name = "TIME", value_parser = which::delay)]
    pub(crate) delay: Option<(Which, Duration)>,
    /// Cut these
    #[arg(long, value_name = "WHICH", value_parser = which::which)]
    pub(crate) truncate: Option<Which>,
    /// Change one bit of these
    #[arg(long, value_name = "WHICH", value_parser = which::which)]
    pub(crate) corrupt: Option<Which>,
    /// Where chance comes from: the same number decides the same
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Which direction the faults are for
    #[arg(long, value_enum, default_value_t = Way::Both)]
    pub(crate) direction: Way,
}
