//! What the network does in a scene, in the words of `proxy tcp` and `proxy udp`.

use std::time::Duration;

use checker::Transport;
use checker::proxy::{datagram, stream};
use datagram::Which;
use serde::Deserialize;

use crate::{units, which};

/// What the network does in each direction.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::demo) struct Network {
    #[serde(default)]
    to_server: Faults,
    #[serde(default)]
    to_client: Faults,
    /// Where chance comes from.
    #[serde(default)]
    seed: u64,
}

impl Network {
    /// The plan for connections.
    pub(in crate::demo) fn streams(&self) -> stream::Plan {
        stream::Plan {
            to_server: self.to_server.streams(),
            to_client: self.to_client.streams(),
        }
    }

    /// The plan for datagrams.
    pub(in crate::demo) fn datagrams(&self) -> datagram::Plan {
        datagram::Plan {
            to_server: self.to_server.datagrams(),
            to_client: self.to_client.datagrams(),
            seed: self.seed,
        }
    }

    /// Every fault must be one of this transport.
    pub(super) fn validate(&self, transport: Transport) -> Result<(), String> {
        for faults in [&self.to_server, &self.to_client] {
            let (all, what) = match transport {
                Transport::Stream => (faults.of_datagrams(), "datagrams"),
                Transport::Datagram => (faults.of_streams(), "connections"),
            };
            if let Some((name, _)) = all.into_iter().find(|(_, is_there)| *is_there) {
                return Err(format!("proxy: `{name}` is for {what}"));
            }
        }
        Ok(())
    }
}

/// Of one direction; which of them exist depends on the lesson's transport.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Faults {
    /// For connections and datagrams.
    delay: Option<Delay>,
    split: Option<usize>,
    coalesce: Option<Time>,
    pause: Option<Pause>,
    half_close: Option<u64>,
    reset: Option<u64>,
    rate: Option<u64>,
    drop: Places,
    duplicate: Places,
    swap: Places,
    truncate: Places,
    corrupt: Places,
}

impl Faults {
    fn streams(&self) -> stream::Faults {
        stream::Faults {
            split: self.split,
            coalesce: self.coalesce.map(|time| time.0),
            delay: self.delay.as_ref().map(|delay| delay.0.1),
            pause: self.pause.map(|pause| pause.0),
            half_close: self.half_close,
            reset: self.reset,
            rate: self.rate,
        }
    }

    fn datagrams(&self) -> datagram::Faults {
        datagram::Faults {
            drop: self.drop.0.clone(),
            duplicate: self.duplicate.0.clone(),
            swap: self.swap.0.clone(),
            delay: self.delay.clone().unwrap_or_default().0,
            truncate: self.truncate.0.clone(),
            corrupt: self.corrupt.0.clone(),
        }
    }

    /// The faults that only connections know, and whether they are there.
    fn of_streams(&self) -> Vec<(&'static str, bool)> {
        vec![
            ("split", self.split.is_some()),
            ("coalesce", self.coalesce.is_some()),
            ("pause", self.pause.is_some()),
            ("half-close", self.half_close.is_some()),
            ("reset", self.reset.is_some()),
            ("rate", self.rate.is_some()),
        ]
    }

    /// The same for datagrams.
    fn of_datagrams(&self) -> Vec<(&'static str, bool)> {
        let some_late = |delay: &Delay| delay.0.0 != Which::Chance(1.0);
        vec![
            ("drop", self.drop.0 != Which::None),
            ("duplicate", self.duplicate.0 != Which::None),
            ("swap", self.swap.0 != Which::None),
            ("truncate", self.truncate.0 != Which::None),
            ("corrupt", self.corrupt.0 != Which::None),
            (
                "delay = \"TIME:WHICH\"",
                self.delay.as_ref().is_some_and(some_late),
            ),
        ]
    }
}

/// `50ms`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(in crate::demo) struct Time(pub(in crate::demo) Duration);

impl TryFrom<String> for Time {
    type Error = String;

    fn try_from(text: String) -> Result<Time, String> {
        units::duration(&text).map(Time)
    }
}

/// `[1, 3]` or `"20%"`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "Written")]
struct Places(Which);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Listed(Vec<u64>),
    Text(String),
}

impl TryFrom<Written> for Places {
    type Error = String;

    fn try_from(written: Written) -> Result<Places, String> {
        match written {
            Written::Listed(places) => which::listed(places).map(Places),
            Written::Text(text) => which::which(&text).map(Places),
        }
    }
}

/// `50ms`, for datagrams also `300ms:1,3`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "String")]
struct Delay((Which, Duration));

impl TryFrom<String> for Delay {
    type Error = String;

    fn try_from(text: String) -> Result<Delay, String> {
        which::delay(&text).map(Delay)
    }
}

/// `4:50ms`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Pause((u64, Duration));

impl TryFrom<String> for Pause {
    type Error = String;

    fn try_from(text: String) -> Result<Pause, String> {
        units::pause(&text).map(Pause)
    }
}
