//! The client's command line.

use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use common::{
    args::{ConnectDatagrams, Seconds, TextArgs, WireArgs, given_or_typed},
    exit::{self, Failure, tell},
    net::Target,
    output::Output,
};
use crossbeam_channel::never;
use udp_basics::{
    client::{self, Mode, Options},
    protocol::{MAX_REQUEST, PORT},
};

/// Lesson 3: sends lines as datagrams and prints the answers
#[derive(Parser)]
#[command(name = env!("CARGO_BIN_NAME"), version, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    connect: ConnectDatagrams<PORT>,

    /// Send this instead of reading lines from standard input; may be given
    /// several times
    #[arg(long, value_name = "TEXT")]
    message: Vec<String>,

    /// How long to wait for an answer before sending again; then twice as long.
    /// The last --ping has a second at least
    #[arg(long, value_name = "SECS", default_value = "0.2", value_parser = some_time)]
    wait: Seconds,

    /// How often to send again
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u32).range(..=20))]
    retries: u32,

    /// Send no numbers, for servers that change the text: any datagram from
    /// the server is then an answer
    #[arg(long)]
    no_sequence: bool,

    /// Do not connect the socket: see datagrams from strangers and name them
    #[arg(long)]
    unconnected: bool,

    /// Send to everybody: --connect is a broadcast address, as in
    /// 255.255.255.255:9003
    #[arg(long)]
    broadcast: bool,

    /// Do not wait for answers
    #[arg(long, conflicts_with_all = ["broadcast", "ping"])]
    send_only: bool,

    /// Measure so many round trips
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000),
        conflicts_with_all = ["broadcast", "message", "no_sequence"])]
    ping: Option<u32>,

    /// From one --ping to the next
    // What --ping cannot be used with is repeated: where one of them is given,
    // clap no longer says that --ping is missing.
    #[arg(long, value_name = "SECS", default_value = "1", value_parser = some_time, requires = "ping",
        conflicts_with_all = ["broadcast", "message", "no_sequence", "send_only"])]
    interval: Seconds,

    /// Tell what is sent again and what is dropped
    #[arg(short, long)]
    verbose: bool,

    #[command(flatten)]
    text: TextArgs,
    #[command(flatten)]
    wire: WireArgs,
}

const EXAMPLES: &str = "\
Examples:
  udp-basics-client                             type lines, Ctrl-D ends
  udp-basics-client --connect '[::1]:9003' --ping 10 --interval 0.1

Book: docs/src/lessons/udp-basics.md";

fn main() -> ExitCode {
    exit::run(|cli: Cli| {
        let stop = exit::stop_on_signals(Duration::ZERO)?;
        let output = Output::stdout(&stop);
        let target = match (cli.broadcast, cli.unconnected) {
            (true, _) => Target::Broadcast,
            (false, true) => Target::Unconnected,
            (false, false) => Target::Connected,
        };
        let mut sockets = cli.connect.open(target)?;
        let wire = cli.wire.view();
        let mut many = cli.broadcast;
        for socket in &mut sockets {
            socket.show_on(wire.clone());
            many |= socket.peer().is_some_and(|peer| peer.ip().is_multicast());
        }
        if many && cli.ping.is_some() {
            let why = "a round trip is to one server, and this is the address of many";
            return Err(Failure::usage("--ping", why));
        }
        let typed = cli.message.is_empty() && cli.ping.is_none() && io::stdin().is_terminal();
        let options = Options {
            mode: match cli.ping {
                Some(count) => Mode::Ping {
                    count,
                    interval: cli.interval.span(),
                },
                None if cli.send_only => Mode::SendOnly,
                None if many => Mode::Everybody,
                None => Mode::Ask,
            },
            wait: cli.wait.span(),
            retries: cli.retries,
            numbered: !cli.no_sequence,
            prompt: typed && io::stdout().is_terminal(),
            verbose: cli.verbose,
            codec: cli.text.codec(),
        };
        if options.prompt
            && let Some((local, peer)) = sockets.first().map(|first| (first.local(), first.peer()))
            && let Some(peer) = peer
        {
            tell("ready", &format_args!("{local} -> {peer}"));
        }
        let input = match cli.ping {
            Some(_) => never(),
            None => given_or_typed(cli.message, options.codec.input_limit(MAX_REQUEST))?,
        };
        client::run(sockets, &input, &options, &output, &stop)
    })
}

/// A wait without an end would be no wait for a lost datagram.
fn some_time(text: &str) -> Result<Seconds, String> {
    match text.parse::<Seconds>() {
        Ok(seconds) if seconds.limit().is_some() => Ok(seconds),
        _ => Err("write seconds above 0, as in 0.2".to_owned()),
    }
}
