//! The server's command line.

use std::process::ExitCode;

use clap::Parser;
use common::{
    args::{ListenDatagrams, Seconds, WireArgs},
    exit::{self, tell},
    output::Output,
};
use udp_chat::{
    protocol::PORT,
    room::Rules,
    server::{self, Options},
};

/// Lesson 4: a chat room over UDP; the texts on the wire are UTF-8
#[derive(Parser)]
#[command(name = env!("CARGO_BIN_NAME"), version, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    listen: ListenDatagrams<PORT>,

    /// Let in at most so many; 0 for any number
    #[arg(long, value_name = "N", default_value = "1024")]
    max_members: usize,

    /// Take at most so many messages a second from one member; 0 for any number
    #[arg(long, value_name = "N", default_value = "100")]
    rate: u32,

    /// A member that is silent for so many seconds is lost; 0 for never
    #[arg(
        long,
        value_name = "SECS",
        default_value = "30",
        allow_negative_numbers = true
    )]
    timeout: Seconds,

    /// After Ctrl-C, seconds for members that have not acknowledged everything
    #[arg(
        long,
        value_name = "SECS",
        default_value = "5",
        allow_negative_numbers = true
    )]
    grace: Seconds,

    #[command(flatten)]
    wire: WireArgs,
}

const EXAMPLES: &str = "\
Examples:
  udp-chat-server                               a room on 127.0.0.1:9004
  udp-chat-server --listen 127.0.0.1:0 --listen '[::1]:0' --max-members 8 --wire

Book: docs/src/lessons/udp-chat.md";

fn main() -> ExitCode {
    exit::run(|cli: Cli| {
        let options = Options {
            rules: Rules {
                max_members: (cli.max_members > 0).then_some(cli.max_members),
                rate: (cli.rate > 0).then_some(cli.rate),
                silence: cli.timeout.limit(),
            },
            grace: cli.grace.span(),
        };
        let stop = exit::stop_on_signals(options.grace)?;
        let output = Output::stdout(&stop);
        let mut sockets = cli.listen.bind()?;
        cli.listen.announce(&sockets, &output)?;
        let wire = cli.wire.view();
        for socket in &mut sockets {
            socket.show_on(wire.clone());
        }
        let totals = server::run(sockets, &options, &output, &stop)?;
        tell("served", &totals);
        Ok(())
    })
}
