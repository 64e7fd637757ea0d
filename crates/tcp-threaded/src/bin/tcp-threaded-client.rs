//! The client's command line.

use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use common::{
    args::{Connect, Conversation, given_or_typed},
    exit::{self, tell},
    output::Output,
};
use tcp_threaded::{
    client::{self, Options},
    load::{self, Load},
    protocol::PORT,
};

/// Lesson 2: sends names over TCP and prints the answers
#[derive(Parser)]
#[command(name = env!("CARGO_BIN_NAME"), version, after_help = EXAMPLES)]
struct Cli {
    /// Names to send, instead of lines from standard input
    names: Vec<String>,

    #[command(flatten)]
    connect: Connect<PORT>,

    #[command(flatten)]
    load: Load,

    #[command(flatten)]
    conversation: Conversation,
}

const EXAMPLES: &str = "\
Examples:
  tcp-threaded-client Ada 李                     two names, two answers
  tcp-threaded-client --clients 64 --messages 1000   load, and how long answers took

Book: docs/src/lessons/tcp-threaded.md";

fn main() -> ExitCode {
    exit::run(|cli: Cli| {
        let stop = exit::stop_on_signals(Duration::ZERO)?;
        let output = Output::stdout(&stop);
        let settings = cli.conversation.settings();
        let timeout = cli.conversation.stream.timeout;
        let connect = || cli.connect.open(timeout, "tcp-threaded-server", &stop);
        if let Some(clients) = cli.load.clients {
            return load::run(
                clients,
                cli.load.messages,
                connect,
                &settings,
                &output,
                &stop,
            );
        }
        let typed = cli.names.is_empty() && io::stdin().is_terminal();
        let options = Options {
            prompt: typed && io::stdout().is_terminal(),
            settings,
        };
        let stream = connect()?;
        if options.prompt
            && let Ok(local) = stream.local()
        {
            tell("connected", &format_args!("{local} -> {}", stream.peer()));
        }
        let names = given_or_typed(cli.names, options.settings.input_limit())?;
        client::run(stream, &names, &options, &output, &stop)
    })
}
