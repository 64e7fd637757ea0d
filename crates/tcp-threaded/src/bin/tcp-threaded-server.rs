//! The server's command line.

use std::{num::NonZeroUsize, process::ExitCode};

use clap::{Parser, ValueEnum};
use common::{
    args::{Conversation, Listen, Patience},
    exit::{self, Failure, tell},
    output::Output,
};
use tcp_threaded::{
    protocol::{GREETING, PORT, TEMPLATE, Template},
    room_for,
    server::{self, Model, Options},
};

/// Lesson 2: greets many clients at once over TCP
#[derive(Parser)]
#[command(name = env!("CARGO_BIN_NAME"), version, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    listen: Listen<PORT>,

    /// What to say first
    #[arg(long, value_name = "TEXT", default_value = GREETING)]
    greeting: String,

    /// What to answer; {} stands for the name
    #[arg(long, value_name = "TEMPLATE", default_value = TEMPLATE)]
    answer: String,

    /// A thread for each client, or a fixed number of threads and a queue
    #[arg(long, value_enum, default_value = "thread")]
    model: Kind,

    /// Threads of the pool
    #[arg(
        long,
        value_name = "N",
        default_value = "8",
        allow_negative_numbers = true
    )]
    workers: NonZeroUsize,

    /// Clients that may wait for a thread of the pool
    #[arg(
        long,
        value_name = "N",
        default_value = "16",
        allow_negative_numbers = true
    )]
    queue: usize,

    /// Clients at once, or fewer where the system allows fewer open files; 0 for
    /// no limit
    #[arg(
        long,
        value_name = "N",
        default_value = "1024",
        allow_negative_numbers = true
    )]
    max_connections: usize,

    #[command(flatten)]
    conversation: Conversation,
    #[command(flatten)]
    patience: Patience,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Thread,
    Pool,
}

const EXAMPLES: &str = "\
Examples:
  tcp-threaded-server                           a thread for each client, on 127.0.0.1:9002
  tcp-threaded-server --model pool --workers 2 --queue 1 --answer '{}, bye'

Book: docs/src/lessons/tcp-threaded.md";

fn main() -> ExitCode {
    exit::run(|cli: Cli| {
        let settings = cli.conversation.settings();
        // No answer can be sent whose own part the framing does not carry.
        settings.fixed("--answer", &cli.answer)?;
        let model = match cli.model {
            Kind::Thread => Model::Thread,
            Kind::Pool => Model::Pool {
                workers: cli.workers.get(),
                queue: cli.queue,
            },
        };
        let max_connections = (cli.max_connections > 0).then_some(cli.max_connections);
        let options = Options {
            greeting: settings.fixed("--greeting", &cli.greeting)?,
            template: Template::new(&cli.answer, &settings.codec)
                .map_err(|error| Failure::usage("--answer", error))?,
            model,
            max_connections: room_for::clients(max_connections, model),
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
