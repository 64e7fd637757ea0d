//! The options that all lessons share, as groups for `#[command(flatten)]`.

use std::{
    fmt,
    io::{self, ErrorKind},
    str::FromStr,
    time::Duration,
};

use clap::{Args, ValueEnum};
use encoding_rs::Encoding;

use crate::{
    address::Address,
    exit::{Failure, reason, tell},
    frame::Framing,
    messages::Settings,
    net::{
        Acceptor, ConnectError, ConnectOptions, Limit, ListenOptions, Stream, StreamOptions,
        connect, listen,
    },
    output::Output,
    stop::Stop,
    text::{OnError, TextCodec, encoding_for_label},
    wire::Wire,
};

/// A number of seconds on the command line: decimals allowed, 0 for no limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seconds(f64);

impl Seconds {
    /// The number itself, as a span of time.
    #[must_use]
    pub fn span(self) -> Duration {
        Duration::from_secs_f64(self.0)
    }

    /// The time limit it stands for.
    #[must_use]
    pub fn limit(self) -> Limit {
        (self.0 > 0.0).then(|| self.span())
    }
}

impl FromStr for Seconds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // A year and more is a mistake, and would overflow some system's clock.
        match text.parse::<f64>() {
            Ok(seconds) if (0.0..=1e8).contains(&seconds) => Ok(Seconds(seconds)),
            _ => Err("write seconds from 0 (no limit) up, as in 10 or 0.5".to_owned()),
        }
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a server listens. `PORT` is the lesson's.
#[derive(Debug, Args)]
pub struct Listen<const PORT: u16> {
    /// Address to listen on: HOST:PORT, with IPv6 in brackets, or unix:PATH; port 0 lets the
    /// system choose. May be given several times
    #[arg(long, value_name = "ADDR", default_values_t = [Address::loopback(PORT)])]
    pub listen: Vec<Address>,

    /// Do not set SO_REUSEADDR, to see "address already in use" after a restart
    #[arg(long)]
    pub no_reuse: bool,
}

impl<const PORT: u16> Listen<PORT> {
    /// Listens, and says so: one line `listening on ADDR` for each socket, and
    /// a warning for each that other machines can reach. Said only when nothing
    /// can fail any more: who reads the line may count on the server.
    ///
    /// # Errors
    ///
    /// [`Failure`] with the address that could not be had and what to do.
    pub fn open(&self, output: &Output, stop: &Stop) -> Result<Acceptor, Failure> {
        let options = ListenOptions {
            reuse: !self.no_reuse,
        };
        let mut listeners = Vec::new();
        for address in &self.listen {
            listeners
                .extend(listen(address, options).map_err(|error| cannot_listen(address, &error))?);
        }
        let acceptor = Acceptor::new(listeners, stop)
            .map_err(|error| Failure::new("cannot wait for clients", reason(&error)))?;
        for listener in acceptor.listeners() {
            let endpoint = listener.endpoint();
            output.line(format_args!("listening on {endpoint}"))?;
            if !endpoint.is_local() {
                tell(
                    "warning",
                    &format_args!("other machines can reach {endpoint}"),
                );
            }
        }
        Ok(acceptor)
    }
}

fn cannot_listen(address: &Address, error: &io::Error) -> Failure {
    let failure = Failure::new(format_args!("cannot listen on {address}"), reason(error));
    let is_path = matches!(address, Address::Unix(_));
    match error.kind() {
        ErrorKind::AddrInUse => {
            failure.next_step("a server listens or listened there; choose another --listen")
        }
        ErrorKind::AlreadyExists => failure.next_step("remove it, or choose another --listen"),
        ErrorKind::PermissionDenied if !is_path => {
            failure.next_step("ports below 1024 are reserved; choose another --listen")
        }
        ErrorKind::AddrNotAvailable => {
            failure.next_step("no interface of this machine has that address")
        }
        _ => failure,
    }
}

/// How long a server waits for its clients.
#[derive(Debug, Clone, Copy, Args)]
pub struct Patience {
    /// End a conversation in which no message has begun for so many seconds; 0
    /// for never
    #[arg(
        long,
        value_name = "SECS",
        default_value = "300",
        allow_negative_numbers = true
    )]
    pub idle_timeout: Seconds,

    /// After Ctrl-C, seconds for an answer that is being sent
    #[arg(
        long,
        value_name = "SECS",
        default_value = "5",
        allow_negative_numbers = true
    )]
    pub grace: Seconds,
}

/// Where a client connects. `PORT` is the lesson's.
#[derive(Debug, Args)]
pub struct Connect<const PORT: u16> {
    /// Address of the server: HOST:PORT, with IPv6 in brackets, or unix:PATH
    #[arg(long, value_name = "ADDR", default_value_t = Address::loopback(PORT))]
    pub connect: Address,

    /// Own address, instead of one that the system chooses
    #[arg(long, value_name = "ADDR")]
    pub bind: Option<Address>,
}

impl<const PORT: u16> Connect<PORT> {
    /// Connects, unless `stop` comes first. `server` is the name of the program
    /// that should be there.
    ///
    /// # Errors
    ///
    /// [`Failure`] with the address that did not answer and what to do.
    pub fn open(&self, timeout: Seconds, server: &str, stop: &Stop) -> Result<Stream, Failure> {
        let options = ConnectOptions {
            bind: self.bind.clone(),
            timeout: timeout.limit(),
        };
        connect(&self.connect, &options, stop).map_err(|error| match (error, &self.bind) {
            (ConnectError::Stopped, _) => Failure::stopped("not connected yet"),
            (ConnectError::Bind(error), Some(own)) => cannot_bind(own, &error),
            (error @ ConnectError::Family, Some(own)) => Failure::new(
                format_args!("cannot connect from {own} to {}", self.connect),
                error,
            )
            .next_step("choose another --bind, or leave it away"),
            (error, _) => {
                let failure =
                    Failure::new(format_args!("cannot connect to {}", self.connect), &error);
                match error {
                    ConnectError::Connect(error)
                        if matches!(
                            error.kind(),
                            ErrorKind::ConnectionRefused | ErrorKind::NotFound
                        ) =>
                    {
                        failure.next_step(format_args!(
                            "start the server first: cargo run --bin {server}"
                        ))
                    }
                    _ => failure,
                }
            }
        })
    }
}

fn cannot_bind(own: &Address, error: &io::Error) -> Failure {
    let failure = Failure::new(format_args!("cannot bind {own}"), reason(error));
    match error.kind() {
        ErrorKind::AddrInUse if matches!(own, Address::Unix(_)) => {
            failure.next_step("something is at that path already; leave --bind away")
        }
        ErrorKind::AddrInUse => {
            failure.next_step("another program has that address; leave --bind away")
        }
        ErrorKind::AddrNotAvailable => {
            failure.next_step("no interface of this machine has that address")
        }
        _ => failure,
    }
}

/// How a connected stream behaves.
#[derive(Debug, Clone, Copy, Args)]
pub struct StreamArgs {
    /// Limit in seconds for connecting, writing, an awaited answer, and each
    /// message from its first to its last byte; 0 for none
    #[arg(
        long,
        value_name = "SECS",
        default_value = "10",
        allow_negative_numbers = true
    )]
    pub timeout: Seconds,

    /// Send small writes at once (TCP_NODELAY)
    #[arg(long)]
    pub nodelay: bool,

    /// Probe a silent peer after so many seconds (SO_KEEPALIVE)
    #[arg(long, value_name = "SECS", value_parser = clap::value_parser!(u64).range(1..=32767))]
    pub keepalive: Option<u64>,
}

impl StreamArgs {
    /// As options of a stream.
    #[must_use]
    pub fn options(&self) -> StreamOptions {
        StreamOptions {
            nodelay: self.nodelay,
            keepalive: self.keepalive.map(Duration::from_secs),
            write_limit: self.timeout.limit(),
        }
    }
}

/// How a conversation in messages is held.
#[derive(Debug, Clone, Copy, Args)]
pub struct Conversation {
    /// How messages are told apart
    #[arg(long, value_enum, default_value = "lines")]
    pub framing: FramingChoice,

    /// How bytes and characters belong together.
    #[command(flatten)]
    pub text: TextArgs,

    /// How the connection behaves.
    #[command(flatten)]
    pub stream: StreamArgs,

    /// Whether traffic is shown.
    #[command(flatten)]
    pub wire: WireArgs,
}

impl Conversation {
    /// As settings.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings {
            framing: self.framing.into(),
            codec: self.text.codec(),
            stream: self.stream.options(),
            timeout: self.stream.timeout.limit(),
            wire: self.wire.view(),
        }
    }
}

/// The framings by name.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FramingChoice {
    /// Text up to LF, at most 65536 bytes
    Lines,
    /// Four bytes of length in front, at most 16 MiB
    Length,
    /// None: whatever one read of at most 1024 bytes returns
    Raw,
}

impl From<FramingChoice> for Framing {
    fn from(choice: FramingChoice) -> Self {
        match choice {
            FramingChoice::Lines => Framing::Lines,
            FramingChoice::Length => Framing::Length,
            FramingChoice::Raw => Framing::Raw,
        }
    }
}

/// How bytes and characters belong together.
#[derive(Debug, Clone, Copy, Args)]
pub struct TextArgs {
    /// Encoding on the wire: utf-8, gbk, gb18030, big5, shift_jis …
    #[arg(long, value_name = "LABEL", default_value = "utf-8", value_parser = encoding_for_label)]
    pub encoding: &'static Encoding,

    /// What to do with bytes or characters that do not fit the encoding
    #[arg(long, value_name = "POLICY", value_enum, default_value = "strict")]
    pub on_error: OnErrorChoice,
}

/// The error policies by name.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum OnErrorChoice {
    /// End the conversation and name the byte
    Strict,
    /// Put U+FFFD, or ? when encoding
    Replace,
    /// Leave it out
    Ignore,
}

impl TextArgs {
    /// As a codec.
    #[must_use]
    pub fn codec(&self) -> TextCodec {
        let on_error = match self.on_error {
            OnErrorChoice::Strict => OnError::Strict,
            OnErrorChoice::Replace => OnError::Replace,
            OnErrorChoice::Ignore => OnError::Ignore,
        };
        TextCodec::new(self.encoding, on_error)
    }
}

/// Whether traffic is shown.
#[derive(Debug, Clone, Copy, Args)]
pub struct WireArgs {
    /// Show every chunk sent and received, on standard error
    #[arg(long)]
    pub wire: bool,
}

impl WireArgs {
    /// As a view.
    #[must_use]
    pub fn view(&self) -> Wire {
        Wire::new(self.wire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds() {
        for (text, limit) in [
            ("10", Some(Duration::from_secs(10))),
            ("0.25", Some(Duration::from_millis(250))),
            ("0", None),
        ] {
            assert_eq!(text.parse::<Seconds>().unwrap().limit(), limit);
        }
        for text in ["", "-1", "ten", "NaN", "inf", "1e99"] {
            assert!(text.parse::<Seconds>().is_err(), "{text}");
        }
    }
}
