//! The options that all lessons share, as groups for `#[command(flatten)]`.

mod datagram;
mod place;

use std::{fmt, io, str::FromStr, time::Duration};

use clap::{Args, ValueEnum};
use crossbeam_channel::{Receiver, unbounded};
use encoding_rs::Encoding;

use crate::{
    exit::Failure,
    frame::Framing,
    input::{Line, lines},
    messages::Settings,
    net::{Limit, StreamOptions},
    output::reason,
    text::{OnError, TextCodec, encoding_for_label},
    wire::Wire,
};

pub use datagram::{ConnectDatagrams, ListenDatagrams};
pub use place::{Connect, Listen};

/// A number of seconds on the command line: decimals allowed. Whether 0 means "at
/// once" or "no limit" is for the option to say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seconds(f64);

impl Seconds {
    /// The number itself, as a span of time.
    #[must_use]
    pub fn span(self) -> Duration {
        Duration::from_secs_f64(self.0)
    }

    /// The time limit it stands for, where 0 means none.
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
            _ => Err("write seconds from 0 up, as in 10 or 0.5".to_owned()),
        }
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
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

    /// After Ctrl-C, seconds for an answer that is being sent; 0 to cut it
    #[arg(
        long,
        value_name = "SECS",
        default_value = "5",
        allow_negative_numbers = true
    )]
    pub grace: Seconds,
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

impl Settings {
    /// A text of the command line as a message, encoded. `option` is its name.
    ///
    /// # Errors
    ///
    /// [`Failure`] of usage when it cannot be encoded, or not be sent as one
    /// message.
    pub fn fixed(&self, option: &str, text: &str) -> Result<Vec<u8>, Failure> {
        let bytes = self
            .codec
            .encode(text)
            .map_err(|error| Failure::usage(option, error))?;
        self.framing
            .emit(&bytes, &mut Vec::new())
            .map_err(|error| Failure::usage(option, error))?;
        Ok(bytes.into_owned())
    }
}

/// The messages of the command line, or else the lines of standard input.
///
/// # Errors
///
/// [`Failure`] when standard input cannot be read.
pub fn given_or_typed(given: Vec<String>, limit: usize) -> Result<Receiver<Line>, Failure> {
    if given.is_empty() {
        return lines(io::stdin(), limit)
            .map_err(|error| Failure::new("cannot read the input", reason(&error)));
    }
    let (sender, receiver) = unbounded();
    for message in given {
        // The receiver lives: it is returned below.
        let _ = sender.send(Ok(message.into_bytes()));
    }
    Ok(receiver)
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
