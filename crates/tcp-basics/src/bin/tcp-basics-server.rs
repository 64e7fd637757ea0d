//! The server's command line.

use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
};

use clap::Parser;
use common::{
    args::{FramingArgs, Listen, Patience, StreamArgs, TextArgs, WireArgs},
    exit::{self, Failure, complain, reason},
    frame::Framing,
    input,
    messages::ReadLimits,
    output::Output,
    stop::Stop,
    text::TextCodec,
};
use tcp_basics::{
    protocol::PORT,
    server::{self, Options, Reply},
};

/// Lesson 1: answers messages over TCP, one client after another
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
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
    framing: FramingArgs,
    #[command(flatten)]
    text: TextArgs,
    #[command(flatten)]
    stream: StreamArgs,
    #[command(flatten)]
    patience: Patience,
    #[command(flatten)]
    wire: WireArgs,
}

const EXAMPLES: &str = "\
Examples:
  tcp-basics-server                             echo on 127.0.0.1:9001
  tcp-basics-server --listen 127.0.0.1:0 --listen '[::1]:0' --reply ask --wire

Book: docs/src/lessons/tcp-basics.md";

fn main() -> ExitCode {
    exit::run(|cli: Cli| {
        let framing = Framing::from(cli.framing.framing);
        let codec = cli.text.codec();
        let options = Options {
            reply: reply(&cli.reply, framing, &codec)?,
            once: cli.once,
            prompt: io::stdin().is_terminal() && io::stdout().is_terminal(),
            framing,
            codec,
            stream: cli.stream.options(),
            limits: ReadLimits {
                idle: cli.patience.idle_timeout.limit(),
                message: cli.stream.timeout.limit(),
            },
            grace: cli.patience.grace.span(),
            wire: cli.wire.view(),
        };
        let output = Output::stdout();
        let stop = Stop::on_signals()
            .map_err(|error| Failure::new("cannot watch signals", reason(&error)))?;
        let listeners = cli.listen.open(&output)?;
        let totals = server::run(listeners, &options, &output, &stop)?;
        complain("served", &totals);
        Ok(())
    })
}

fn reply(text: &str, framing: Framing, codec: &TextCodec) -> Result<Reply, Failure> {
    Ok(match text {
        "echo" => Reply::Echo,
        "none" => Reply::Nothing,
        "ask" => Reply::Ask(
            input::lines(io::stdin(), framing.limit())
                .map_err(|error| Failure::new("cannot read the keyboard", reason(&error)))?,
        ),
        text => {
            let unusable = |why: &dyn std::fmt::Display| Failure::usage("--reply", why);
            let bytes = codec.encode(text).map_err(|error| unusable(&error))?;
            framing
                .emit(&bytes, &mut Vec::new())
                .map_err(|error| unusable(&error))?;
            Reply::Text(bytes.into_owned())
        }
    })
}
