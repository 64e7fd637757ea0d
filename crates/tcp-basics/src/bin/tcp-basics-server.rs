//! The server's command line.

use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
};

use clap::Parser;
use common::{
    args::{Conversation, Listen, Patience},
    exit::{self, Failure, reason, tell},
    input,
    messages::Settings,
    output::Output,
};
use tcp_basics::{
    protocol::PORT,
    server::{self, Options, Reply},
};

/// Lesson 1: answers messages over TCP, one client after another
#[derive(Parser)]
#[command(name = env!("CARGO_BIN_NAME"), version, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    listen: Listen<PORT>,

    /// What to answer: echo, ask (you type it, q ends the conversation), none,
    /// or any other text as it is
    #[arg(long, value_name = "echo|ask|none|TEXT", default_value = "echo")]
    reply: String,

    /// Stop after the first client
    #[arg(long)]
    once: bool,

    #[command(flatten)]
    conversation: Conversation,
    #[command(flatten)]
    patience: Patience,
}

const EXAMPLES: &str = "\
Examples:
  tcp-basics-server                             echo on 127.0.0.1:9001
  tcp-basics-server --listen 127.0.0.1:0 --listen '[::1]:0' --reply ask --wire

Book: docs/src/lessons/tcp-basics.md";

fn main() -> ExitCode {
    exit::run(|cli: Cli| {
        let settings = cli.conversation.settings();
        let options = Options {
            reply: reply(&cli.reply, &settings)?,
            once: cli.once,
            prompt: io::stdin().is_terminal() && io::stdout().is_terminal(),
            settings,
            idle: cli.patience.idle_timeout.limit(),
            grace: cli.patience.grace.span(),
        };
        let stop = exit::stop_on_signals(options.grace)?;
        let output = Output::stdout(&stop);
        let acceptor = cli.listen.open(&output, &stop)?;
        let totals = server::run(acceptor, &options, &output, &stop)?;
        tell("served", &totals);
        Ok(())
    })
}

fn reply(text: &str, settings: &Settings) -> Result<Reply, Failure> {
    Ok(match text {
        "echo" => Reply::Echo,
        "none" => Reply::Nothing,
        "ask" => Reply::Ask(
            input::lines(io::stdin(), settings.input_limit())
                .map_err(|error| Failure::new("cannot read the keyboard", reason(&error)))?,
        ),
        text => Reply::Text(settings.fixed("--reply", text)?),
    })
}
