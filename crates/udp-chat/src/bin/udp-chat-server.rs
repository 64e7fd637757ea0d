//! The server's command line.

use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
    time::Duration,
};

use clap::{Parser, ValueEnum};
use common::{
    args::{ListenDatagrams, Seconds, WireArgs},
    exit::{self, Failure, reason, tell},
    input,
    net::DatagramSocket,
    output::Output,
    stop::Stop,
};
use udp_chat::{
    more::{
        colour::{Colours, When},
        plain::{self, RelayOptions, Reply},
    },
    protocol::{MAX_DATAGRAM, PORT},
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

    /// The naive form: what anybody sends goes as it is to all who have spoken
    #[arg(long)]
    plain: bool,

    /// What becomes of a datagram in the naive form
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value = "relay",
        requires = "plain"
    )]
    reply: ReplyChoice,

    #[command(flatten)]
    wire: WireArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ReplyChoice {
    /// It goes to all others
    Relay,
    /// You type the answer to its sender; q ends the server
    Ask,
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
        let grace = if cli.plain {
            Duration::ZERO
        } else {
            options.grace
        };
        let stop = exit::stop_on_signals(grace)?;
        let output = Output::stdout(&stop);
        let mut sockets = cli.listen.bind()?;
        cli.listen.announce(&sockets, &output)?;
        let wire = cli.wire.view();
        for socket in &mut sockets {
            socket.show_on(wire.clone());
        }
        if cli.plain {
            let totals = serve_plain(&cli, &sockets, &output, &stop)?;
            tell("served", &totals);
            return Ok(());
        }
        let totals = server::run(sockets, &options, &output, &stop)?;
        tell("served", &totals);
        Ok(())
    })
}

fn serve_plain(
    cli: &Cli,
    sockets: &[DatagramSocket],
    output: &Output,
    stop: &Stop,
) -> Result<plain::Totals, Failure> {
    let options = RelayOptions {
        reply: match cli.reply {
            ReplyChoice::Relay => Reply::Relay,
            ReplyChoice::Ask => Reply::Ask(
                input::lines(io::stdin(), MAX_DATAGRAM)
                    .map_err(|error| Failure::new("cannot read the keyboard", reason(&error)))?,
            ),
        },
        max_members: match cli.max_members {
            0 => usize::MAX,
            count => count,
        },
        prompt: io::stdin().is_terminal() && io::stdout().is_terminal(),
    };
    plain::serve(sockets, &options, Colours::new(When::Auto), output, stop)
}
