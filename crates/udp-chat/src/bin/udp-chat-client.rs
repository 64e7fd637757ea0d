//! The client's command line.

use std::{io, process::ExitCode, time::Duration};

use clap::Parser;
use common::{
    args::{ConnectDatagrams, Seconds, WireArgs},
    exit::{self, Failure, reason},
    input,
    net::Target,
    output::Output,
};
use udp_chat::{
    client::{self, Options},
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
    #[arg(long, value_name = "NAME", value_parser = a_name)]
    name: String,

    /// Seconds to wait for being let in; 0 for ever
    #[arg(
        long,
        value_name = "SECS",
        default_value = "10",
        allow_negative_numbers = true
    )]
    timeout: Seconds,

    #[command(flatten)]
    wire: WireArgs,
}

const EXAMPLES: &str = "\
Type a line to say it to all others; a line of more than 1000 bytes is said in
several messages. A line `q`, the end of input (Ctrl-D) or Ctrl-C leaves.

Examples:
  udp-chat-client --name Ada
  printf 'hello\\n' | udp-chat-client --name Bo --connect '[::1]:9004' --wire

Book: docs/src/lessons/udp-chat.md";

/// Most bytes of a typed line, which is then said in several messages.
const MAX_LINE: usize = 65_536;

fn main() -> ExitCode {
    exit::run(|cli: Cli| {
        let stop = exit::stop_on_signals(Duration::ZERO)?;
        let mut output = Output::stdout(&stop);
        let mut sockets = cli.connect.open(Target::Connected)?;
        let wire = cli.wire.view();
        for socket in &mut sockets {
            socket.show_on(wire.clone());
        }
        let options = Options {
            name: cli.name,
            patience: Patience {
                join: cli.timeout.limit(),
                ..Patience::default()
            },
        };
        let input = input::lines(io::stdin(), MAX_LINE)
            .map_err(|error| Failure::new("cannot read the input", reason(&error)))?;
        client::run(&sockets, &input, &options, &mut output, &stop)
    })
}

fn a_name(text: &str) -> Result<String, String> {
    match name::check(text) {
        Ok(()) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
