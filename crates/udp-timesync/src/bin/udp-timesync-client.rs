//! The client's command line.

use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use common::{
    args::{ConnectDatagrams, Seconds, WireArgs},
    exit::{self, Failure},
    input,
    net::Target,
    output::Output,
    stop::Stop,
};
use crossbeam_channel::select;
use udp_timesync::{
    client::{self, Options, Question},
    protocol::{FORMAT, PORT},
};

/// Questions over SNTP, unless the user says otherwise.
const SAMPLES: u32 = 8;

/// Lesson 8: asks what time it is, or how far two clocks are apart
#[derive(Parser)]
#[command(name = env!("CARGO_BIN_NAME"), version, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    connect: ConnectDatagrams<PORT>,

    /// Format of the time, 1 to 128 bytes; - asks for it
    #[arg(long, value_name = "TEXT", default_value = "%Y-%m-%d %H:%M:%S", value_parser = format)]
    format: String,

    /// Ask over SNTP, and tell how far the clocks are apart; the same as
    /// --format sntp
    #[arg(long, conflicts_with = "format")]
    sntp: bool,

    /// From one question to the next
    #[arg(long, value_name = "SECS", default_value = "2")]
    interval: Seconds,

    /// How often to ask, if three in a row without an answer do not end it
    /// earlier. If not given: until stopped, and with --sntp 8 times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    count: Option<u32>,

    /// How long to wait for an answer before asking again; then twice as long
    #[arg(long, value_name = "SECS", default_value = "0.5", value_parser = some_time)]
    wait: Seconds,

    /// Limit in seconds for one answer, however often it is asked for; 0 for none
    #[arg(long, value_name = "SECS", default_value = "10")]
    timeout: Seconds,

    /// Tell what is asked again and what is dropped
    #[arg(short, long)]
    verbose: bool,

    #[command(flatten)]
    wire: WireArgs,
}

const EXAMPLES: &str = "\
A format may contain: %Y %m %d %H %M %S %y %j %p %I %a %A %b %B %c %x %X %Z %z
%s %F %T %e %u %%

Examples:
  udp-timesync-client --format -                type a format, Ctrl-C ends
  udp-timesync-client --count 1 --format '%A, %H:%M %Z'
  udp-timesync-client --sntp --connect '[::1]:9008' --interval 0.1

Book: docs/src/lessons/udp-timesync.md";

fn main() -> ExitCode {
    exit::run(|cli: Cli| {
        let stop = exit::stop_on_signals(Duration::ZERO)?;
        let output = Output::stdout(&stop);
        let question = match cli.format.as_str() {
            "sntp" => Question::Sntp,
            _ if cli.sntp => Question::Sntp,
            "-" => Question::Text(typed(&output, &stop)?),
            text => Question::Text(text.to_owned()),
        };
        let options = Options {
            count: cli
                .count
                .or((question == Question::Sntp).then_some(SAMPLES)),
            question,
            interval: cli.interval.span(),
            wait: cli.wait.span(),
            timeout: cli.timeout.limit(),
            verbose: cli.verbose,
        };
        let wire = cli.wire.view();
        let open = || -> Result<Vec<_>, Failure> {
            let mut sockets = cli.connect.open(Target::Connected)?;
            for socket in &mut sockets {
                socket.show_on(wire.clone());
            }
            Ok(sockets)
        };
        client::run(&open, &options, &output, &stop)
    })
}

/// The first line of standard input.
fn typed(output: &Output, stop: &Stop) -> Result<String, Failure> {
    let cannot = |why: String| Failure::new("cannot read the format", why);
    let lines = input::lines(io::stdin(), FORMAT).map_err(|error| cannot(error.to_string()))?;
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        output.prompt(">>> ")?;
    }
    let line = select! {
        recv(lines) -> line => line.map_err(|_| cannot("the input has ended".to_owned()))?,
        recv(stop.channel()) -> _ => return Err(Failure::stopped("nothing was asked yet")),
    };
    let line = line.map_err(|error| cannot(error.to_string()))?;
    let text = String::from_utf8(line).map_err(|_| cannot("it is not UTF-8".to_owned()))?;
    format(&text).map_err(cannot)
}

/// What no server would answer is not sent. Which conversions it knows, the
/// server says.
fn format(text: &str) -> Result<String, String> {
    match text.len() {
        1..=FORMAT => Ok(text.to_owned()),
        _ => Err(format!("a format has 1 to {FORMAT} bytes")),
    }
}

/// A wait without an end would be no wait for a lost datagram.
fn some_time(text: &str) -> Result<Seconds, String> {
    match text.parse::<Seconds>() {
        Ok(seconds) if seconds.limit().is_some() => Ok(seconds),
        _ => Err("write seconds above 0, as in 0.5".to_owned()),
    }
}
