//! What can be typed: the command line and nothing else.

mod udp;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::units;
pub(crate) use udp::ProxyUdp;

const EXAMPLES: &str = "\
Examples:
  cargo course demo tcp-basics      see lesson 1 on real sockets
  cargo course start tcp-basics     a starter of your own, in mine/tcp-basics
  cargo course check                judge it
  cargo course check tcp-basics --server 'python3 my.py {port}'

Progress is kept in .course/ in the repository, or in the folder that COURSE_HOME names.
Exit codes: 0 done, 1 your program or work failed, 2 wrong usage, 3 we or this machine failed.
The book: docs/src/SUMMARY.md";

/// A hands-on course in network programming: see a lesson, write it, have it checked.
#[derive(Debug, Parser)]
#[command(name = "cargo course", bin_name = "cargo course", version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    /// Without a command: the lessons, your progress and what to type next.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The lessons and your progress
    List,
    /// Plays a lesson on real sockets: server, wire and client side by side
    Demo(Demo),
    /// Copies the starter of a lesson to a folder of your own
    Start(Start),
    /// Judges your program, in any language
    Check(Check),
    /// The next hint for a check, by default for the last one that failed
    Hint(Hint),
    /// Stands between a client and a server, shows what passes and breaks it on purpose
    Proxy {
        /// What kind of traffic
        #[command(subcommand)]
        kind: Proxy,
    },
    /// Looks at this machine and says what is missing
    Doctor,
}

/// `demo`
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The lesson, see `cargo course list`
    pub(crate) lesson: String,
    /// Only this scene, counted from 1
    #[arg(long, value_name = "N")]
    pub(crate) scene: Option<usize>,
    /// Wait for Enter before each step
    #[arg(long)]
    pub(crate) step: bool,
    /// Prefixed lines in place of columns, as fast as they happen
    #[arg(long)]
    pub(crate) plain: bool,
}

/// `start`
#[derive(Debug, Args)]
pub(crate) struct Start {
    /// The lesson, see `cargo course list`
    pub(crate) lesson: String,
    /// The folder to make [default: mine/LESSON in the repository]
    #[arg(long, value_name = "DIR")]
    pub(crate) to: Option<PathBuf>,
}

/// `check`
#[derive(Debug, Args)]
#[command(after_help = "\
In CMD, {host} {port} {addr} {dir} are filled in ({dir} is the folder you are in), and HOST, PORT,
ADDR are set in its environment; for a client of udp-chat also {name}, who it is, and for one of
udp-timesync {format}, what it asks for. CMD is split at blanks outside quotes; no shell is involved.

Without --server, --client and --reference the folder made by `cargo course start` is built and
checked: the server, and when that passes, the client. --role asks for one of them.

Progress is that of your folder. What is checked by --server, --client or another --dir counts only
as long as you have not started a folder of your own.")]
pub(crate) struct Check {
    /// The lesson [default: the one you are working on]
    pub(crate) lesson: Option<String>,
    /// The command that starts your server, such as 'python3 my.py {port}'
    #[arg(long, value_name = "CMD")]
    pub(crate) server: Option<String>,
    /// The command that starts your client, such as './client {host} {port}'
    #[arg(long, value_name = "CMD")]
    pub(crate) client: Option<String>,
    /// Check the course's own programs
    #[arg(long, conflicts_with_all = ["server", "client"])]
    pub(crate) reference: bool,
    /// Only the server or only the client of your folder
    #[arg(long, value_name = "ROLE", value_enum, conflicts_with_all = ["server", "client"])]
    pub(crate) role: Option<OneRole>,
    /// The folder with your programs [default: the one `start` made last]
    #[arg(long, value_name = "DIR", conflicts_with_all = ["server", "client", "reference"])]
    pub(crate) dir: Option<PathBuf>,
    /// The port, for programs that cannot be told one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: Option<u16>,
    /// Also the checks beyond the core
    #[arg(long)]
    pub(crate) all: bool,
    /// Only this check
    #[arg(long, value_name = "CHECK")]
    pub(crate) only: Option<String>,
    /// Go on after a failed check
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// The random words and cuts of an earlier run
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// The form of the report on standard output
    #[arg(long, value_name = "FORM", value_enum, default_value_t = ReportForm::Pretty)]
    pub(crate) report: ReportForm,
}

/// `--role`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OneRole {
    /// The program that listens
    Server,
    /// The program that connects
    Client,
}

/// `--report`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportForm {
    /// For people
    Pretty,
    /// For programs
    Json,
    /// For continuous integration
    Junit,
}

/// `hint`
#[derive(Debug, Args)]
pub(crate) struct Hint {
    /// The lesson, or directly a check
    pub(crate) lesson: Option<String>,
    /// The check [default: the last one that failed]
    pub(crate) check: Option<String>,
}

/// `proxy`
#[derive(Debug, Subcommand)]
pub(crate) enum Proxy {
    /// A TCP proxy, on loopback only
    Tcp(ProxyTcp),
    /// The same for UDP
    Udp(ProxyUdp),
}

/// `proxy tcp`
#[derive(Debug, Args)]
#[command(after_help = "\
Example, with a server on port 9001:
  cargo course proxy tcp --listen 127.0.0.1:9101 --connect 127.0.0.1:9001 --split 3
then point the client at port 9101. Durations: 50ms, 1.5s, a bare number is milliseconds. Sizes:
64, 4k, 4KiB. Ctrl-C ends it with a summary.")]
pub(crate) struct ProxyTcp {
    /// Where clients connect; port 0 lets the system choose
    #[arg(long, value_name = "IP:PORT", value_parser = loopback)]
    pub(crate) listen: SocketAddr,
    /// Where the server is
    #[arg(long, value_name = "IP:PORT", value_parser = loopback)]
    pub(crate) connect: SocketAddr,
    /// Cut everything into pieces of at most so many bytes
    #[arg(long, value_name = "BYTES", value_parser = units::size_above_zero)]
    pub(crate) split: Option<u64>,
    /// Hold bytes back for so long and pass them on in one piece
    #[arg(long, value_name = "TIME", value_parser = units::duration)]
    pub(crate) coalesce: Option<Duration>,
    /// Pass every piece on so much later
    #[arg(long, value_name = "TIME", value_parser = units::duration)]
    pub(crate) delay: Option<Duration>,
    /// After so many bytes, nothing for so long
    #[arg(long, value_name = "BYTES:TIME", value_parser = units::pause)]
    pub(crate) pause: Option<(u64, Duration)>,
    /// End the direction after so many bytes
    #[arg(long, value_name = "BYTES", value_parser = units::size)]
    pub(crate) half_close: Option<u64>,
    /// Reset the connection after so many bytes
    #[arg(long, value_name = "BYTES", value_parser = units::size)]
    pub(crate) reset: Option<u64>,
    /// At most so many bytes a second
    #[arg(long, value_name = "BYTES/S", value_parser = units::rate)]
    pub(crate) rate: Option<u64>,
    /// Which direction the faults are for
    #[arg(long, value_enum, default_value_t = Way::Both)]
    pub(crate) direction: Way,
}

/// `--direction`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// From the client to the server
    ToServer,
    /// From the server to the client
    ToClient,
    /// Both directions
    Both,
}

/// Parses `IP:PORT` or `localhost:PORT` and refuses what is not this machine: a course tool must
/// not open a door to the network, nor break traffic that is not the student's own.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let numeric = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => text.to_owned(),
    };
    let address: SocketAddr = numeric
        .parse()
        .map_err(|_| format!("'{text}' is not an address such as 127.0.0.1:9101 or [::1]:9101"))?;
    if !address.ip().is_loopback() {
        return Err(format!(
            "{} is not this machine: only loopback addresses are allowed",
            address.ip()
        ));
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn only_loopback_addresses_are_taken() {
        assert!(loopback("127.0.0.1:9101").is_ok());
        assert!(loopback("[::1]:0").is_ok());
        assert!(loopback("localhost:9001").is_ok());
        for wrong in [
            "0.0.0.0:1",
            "192.0.2.1:80",
            "example.org:80",
            "9001",
            "127.0.0.1",
        ] {
            assert!(loopback(wrong).is_err(), "{wrong}");
        }
    }
}
