//! The server's command line.

use std::{
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use common::{
    args::{ListenDatagrams, TextArgs, WireArgs},
    exit::{self, Failure, reason, tell},
    net::{DatagramSocket, Endpoint, LARGEST_DATAGRAM},
    output::Output,
};
use udp_basics::{
    protocol::PORT,
    server::{self, Options, Reply},
};

/// Lesson 3: answers datagrams over UDP
#[derive(Parser)]
#[command(name = env!("CARGO_BIN_NAME"), version, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    listen: ListenDatagrams<PORT>,

    /// Put this text before what is sent back
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    prefix: String,

    /// Print only, answer nothing
    #[arg(long, conflicts_with = "prefix")]
    receive_only: bool,

    /// Stop after the first datagram
    #[arg(long)]
    once: bool,

    /// Answer datagrams of at most so many bytes; larger ones are reported
    #[arg(long, value_name = "BYTES", default_value_t = LARGEST_DATAGRAM as u32,
        value_parser = clap::value_parser!(u32).range(..=LARGEST_DATAGRAM as i64))]
    buffer: u32,

    /// Also receive what is sent to this group (224.0.0.0 to 239.255.255.255),
    /// on the interface of each IPv4 --listen; for 0.0.0.0 the system chooses one
    #[arg(long, value_name = "GROUP", value_parser = group)]
    multicast: Option<Ipv4Addr>,

    #[command(flatten)]
    text: TextArgs,
    #[command(flatten)]
    wire: WireArgs,
}

const EXAMPLES: &str = "\
Examples:
  udp-basics-server                             echo on 127.0.0.1:9003
  udp-basics-server --listen 127.0.0.1:0 --listen '[::1]:0' --buffer 64 --wire

Book: docs/src/lessons/udp-basics.md";

fn main() -> ExitCode {
    exit::run(|cli: Cli| {
        let codec = cli.text.codec();
        let prefix = codec
            .encode(&cli.prefix)
            .map_err(|error| Failure::usage("--prefix", error))?;
        let options = Options {
            reply: match prefix.into_owned() {
                _ if cli.receive_only => Reply::Nothing,
                prefix if prefix.is_empty() => Reply::Echo,
                prefix => Reply::Prefix(prefix),
            },
            once: cli.once,
            buffer: cli.buffer as usize,
            codec,
        };
        let stop = exit::stop_on_signals(Duration::ZERO)?;
        let output = Output::stdout(&stop);
        let mut sockets = cli.listen.bind()?;
        if let Some(group) = cli.multicast {
            join(&mut sockets, group)?;
        }
        cli.listen.announce(&sockets, &output)?;
        let wire = cli.wire.view();
        for socket in &mut sockets {
            socket.show_on(wire.clone());
        }
        let totals = server::run(&sockets, &options, &output, &stop)?;
        tell("served", &totals);
        Ok(())
    })
}

/// Joins the group on the interface of each IPv4 socket.
fn join(sockets: &mut Vec<DatagramSocket>, group: Ipv4Addr) -> Result<(), Failure> {
    let mut joined = Vec::new();
    let is_ipv4 =
        |socket: &&DatagramSocket| matches!(socket.local(), Endpoint::Inet(SocketAddr::V4(_)));
    if sockets.iter().find(is_ipv4).is_none() {
        let why = "the group is of IPv4, and no --listen is";
        return Err(Failure::usage("--multicast", why));
    }
    for socket in sockets.iter().filter(is_ipv4) {
        let interface = socket.local();
        joined.extend(socket.join(group).map_err(|error| {
            let what = format!("cannot join {group} at {interface}");
            Failure::new(what, reason(&error))
        })?);
    }
    sockets.append(&mut joined);
    Ok(())
}

fn group(text: &str) -> Result<Ipv4Addr, String> {
    match text.parse::<Ipv4Addr>() {
        Ok(group) if group.is_multicast() => Ok(group),
        _ => Err("a group is an address from 224.0.0.0 to 239.255.255.255".to_owned()),
    }
}
