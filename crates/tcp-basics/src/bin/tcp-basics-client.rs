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
use tcp_basics::{
    client::{self, Options},
    protocol::PORT,
};

/// Lesson 1: sends lines over TCP and prints the answers
#[derive(Parser)]
#[command(name = env!("CARGO_BIN_NAME"), version, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    connect: Connect<PORT>,

    /// Send this instead of reading lines from standard input; may be given
    /// several times
    #[arg(long, value_name = "TEXT")]
    message: Vec<String>,

    /// Do not wait for answers
    #[arg(long)]
    send_only: bool,

    #[command(flatten)]
    conversation: Conversation,
}

const EXAMPLES: &str = "\
Examples:
  tcp-basics-client                             type lines, Ctrl-D ends
  printf 'hello\\nexit\\n' | tcp-basics-client --connect '[::1]:9001' --wire

Book: docs/src/lessons/tcp-basics.md";

fn main() -> ExitCode {
    exit::run(|cli: Cli| {
        let typed = cli.message.is_empty() && io::stdin().is_terminal();
        let options = Options {
            prompt: typed && io::stdout().is_terminal(),
            send_only: cli.send_only,
            settings: cli.conversation.settings(),
        };
        let stop = exit::stop_on_signals(Duration::ZERO)?;
        let output = Output::stdout(&stop);
        let timeout = cli.conversation.stream.timeout;
        let stream = cli.connect.open(timeout, "tcp-basics-server", &stop)?;
        if options.prompt
            && let Ok(local) = stream.local()
        {
            tell("connected", &format_args!("{local} -> {}", stream.peer()));
        }
        let input = given_or_typed(cli.message, options.settings.input_limit())?;
        client::run(stream, &input, &options, &output, &stop)
    })
}
