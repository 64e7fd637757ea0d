//! The server's command line.

use std::{process::ExitCode, time::Duration};

use clap::Parser;
use common::{
    args::{ListenDatagrams, WireArgs},
    exit::{self, tell},
    output::Output,
};
use jiff::tz::TimeZone;
use udp_timesync::{
    clock::Clock,
    protocol::PORT,
    server::{self, Options},
};

/// Answers in a second to one address, unless the user says otherwise.
const RATE_LIMIT: u32 = 20;

/// Lesson 8: tells the time over UDP, as text and over SNTP
#[derive(Parser)]
#[command(name = env!("CARGO_BIN_NAME"), version, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    listen: ListenDatagrams<PORT>,

    /// Steps to a good clock that SNTP answers claim
    #[arg(long, value_name = "N", default_value = "10",
        value_parser = clap::value_parser!(u8).range(1..=15))]
    stratum: u8,

    /// Most answers in a second to one address; 0 for no limit. If not given
    /// it is 20, and not for loopback addresses
    #[arg(long, value_name = "N")]
    rate_limit: Option<u32>,

    /// Pretend that the clock is so many seconds ahead, or behind if below 0
    #[arg(
        long,
        value_name = "SECS",
        default_value = "0",
        allow_negative_numbers = true,
        value_parser = ahead
    )]
    ahead: f64,

    /// Send every SNTP client away with this code, as in RATE or DENY
    #[arg(long, value_name = "CODE", value_parser = kiss)]
    kiss: Option<[u8; 4]>,

    /// Do not print questions
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    wire: WireArgs,
}

const EXAMPLES: &str = "\
The time zone of the text form is that of TZ or, without it, of this machine.

Examples:
  udp-timesync-server                           on 127.0.0.1:9008
  TZ=Asia/Shanghai udp-timesync-server --listen 0.0.0.0:9008 --rate-limit 5

Book: docs/src/lessons/udp-timesync.md";

fn main() -> ExitCode {
    exit::run(|cli: Cli| {
        let options = Options {
            clock: Clock::ahead(cli.ahead),
            zone: zone(),
            stratum: cli.stratum,
            kiss: cli.kiss,
            rate_limit: Some(cli.rate_limit.unwrap_or(RATE_LIMIT)).filter(|most| *most > 0),
            limit_loopback: cli.rate_limit.is_some(),
            quiet: cli.quiet,
        };
        let stop = exit::stop_on_signals(Duration::ZERO)?;
        let output = Output::stdout(&stop);
        let mut sockets = cli.listen.bind()?;
        cli.listen.announce(&sockets, &output)?;
        let wire = cli.wire.view();
        for socket in &mut sockets {
            socket.show_on(wire.clone());
        }
        let totals = server::run(&sockets, &options, &output, &stop)?;
        tell("served", &totals);
        Ok(())
    })
}

/// The zone of this machine. A clock without one is still a clock.
fn zone() -> TimeZone {
    TimeZone::try_system().unwrap_or_else(|error| {
        tell("warning", &format_args!("telling UTC: {error}"));
        TimeZone::UTC
    })
}

/// A span of which no clock falls out of the years that can be written.
fn ahead(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds.abs() <= 1e10 => Ok(seconds),
        _ => Err("write seconds, at most 10000000000, as in 0.5 or -3600".to_owned()),
    }
}

fn kiss(text: &str) -> Result<[u8; 4], String> {
    match text.as_bytes().first_chunk() {
        Some(code) if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            Ok(*code)
        }
        _ => Err("a code has four letters, as in RATE".to_owned()),
    }
}
