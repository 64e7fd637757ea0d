//! The client's command line.

use std::{process::ExitCode, time::Duration};

use clap::Parser;
use common::{
    address::Address,
    args::{ConnectDatagrams, Seconds, WireArgs},
    exit::{self, Failure},
    net::Target,
};
use udp_chat::{
    client::{self, Options},
    more::{
        colour::{Coloured, Colours, When},
        face::{Face, Ui},
        plain::{self, TalkOptions},
    },
    name,
    protocol::PORT,
    session::Patience,
};

/// Lesson 4: a member of the chat room; the texts on the wire are UTF-8
#[derive(Parser)]
#[command(name = env!("CARGO_BIN_NAME"), version, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    connect: ConnectDatagrams<PORT>,

    /// Who you are to the others: at most 32 characters, no blanks
    #[arg(long, value_name = "NAME")]
    name: String,

    /// Seconds to wait for being let in; 0 for ever
    #[arg(
        long,
        value_name = "SECS",
        default_value = "10",
        allow_negative_numbers = true
    )]
    timeout: Seconds,

    /// Colour the names of others
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto")]
    color: When,

    /// How to show it to you
    #[arg(long, value_enum, default_value = "line")]
    ui: Ui,

    /// The naive form: a datagram is `name : text`, nothing is sure to arrive,
    /// and anybody can be anybody
    #[arg(long)]
    plain: bool,

    /// Talk to another client instead of a server
    #[arg(long, value_name = "ADDR", requires_all = ["plain", "bind"], conflicts_with = "connect")]
    peer: Option<Address>,

    #[command(flatten)]
    wire: WireArgs,
}

const EXAMPLES: &str = "\
Type a line to say it to all others; a line of more than 1000 bytes is said in
several messages. A line `q`, the end of input (Ctrl-D) or Ctrl-C leaves.

Examples:
  udp-chat-client --name Ada
  printf 'hello\\n' | udp-chat-client --name Bo --connect '[::1]:9004' --wire
  udp-chat-client --name Ada --plain --bind 127.0.0.1:9999 --peer 127.0.0.1:8888

Book: docs/src/lessons/udp-chat.md";

fn main() -> ExitCode {
    exit::run(|mut cli: Cli| {
        // In the naive form a name is whatever somebody writes.
        if !cli.plain {
            name::check(&cli.name).map_err(|error| Failure::usage("--name", error))?;
        }
        let stop = exit::stop_on_signals(Duration::ZERO)?;
        let has_peer = cli.peer.is_some();
        if let Some(peer) = cli.peer {
            cli.connect.connect = peer;
        }
        let mut sockets = cli.connect.open(Target::Connected)?;
        let wire = cli.wire.view();
        for socket in &mut sockets {
            socket.show_on(wire.clone());
        }
        let face = Face::open(cli.ui, cli.wire.wire, &stop)?;
        let (input, output) = (face.input(), face.output());
        let colours = Colours::new(cli.color);
        if cli.plain {
            let options = TalkOptions {
                name: cli.name,
                peer: has_peer,
            };
            return plain::talk(&sockets, input, &options, colours, &output, &stop);
        }
        let options = Options {
            name: cli.name,
            patience: Patience {
                join: cli.timeout.limit(),
                ..Patience::default()
            },
        };
        let mut show = Coloured { output, colours };
        client::run(&sockets, input, &options, &mut show, &stop)
    })
}
