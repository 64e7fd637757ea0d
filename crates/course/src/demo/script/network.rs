//! What a scene's network does, in the words of `proxy tcp`.

use std::time::Duration;

use checker::proxy::stream;
use serde::Deserialize;

use crate::units;

/// What the network does in each direction.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::demo) struct Network {
    #[serde(default)]
    to_server: Faults,
    #[serde(default)]
    to_client: Faults,
}

impl Network {
    pub(in crate::demo) fn plan(self) -> stream::Plan {
        stream::Plan {
            to_server: self.to_server.faults(),
            to_client: self.to_client.faults(),
        }
    }
}

/// What the network does, in the words of `proxy tcp`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Faults {
    split: Option<usize>,
    coalesce: Option<Time>,
    delay: Option<Time>,
    pause: Option<Pause>,
    half_close: Option<u64>,
    reset: Option<u64>,
    rate: Option<u64>,
}

impl Faults {
    fn faults(self) -> stream::Faults {
        stream::Faults {
            split: self.split,
            coalesce: self.coalesce.map(|time| time.0),
            delay: self.delay.map(|time| time.0),
            pause: self.pause.map(|pause| pause.0),
            half_close: self.half_close,
            reset: self.reset,
            rate: self.rate,
        }
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
