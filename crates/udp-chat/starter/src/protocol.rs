//! What the bytes mean, and what it takes for each message to arrive once and in
//! order. Both programs use it. No socket in this file.
//!
//! Holes 1 to 4 are here. The numbers in brackets are the requirements of
//! docs/src/protocols/udp-chat.md; `cargo course hint` helps.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// No datagram is larger, whatever anybody sends.
pub(crate) const LARGEST: usize = 65_536;

/// The line in a datagram, without its line end; `None` if it is no text.
pub(crate) fn line(datagram: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(datagram).ok()?;
    Some(
        line.strip_suffix('\n')
            .map_or(line, |line| line.strip_suffix('\r').unwrap_or(line)),
    )
}

/// The text before the first blank, and what is behind it.
pub(crate) fn cut(line: &str) -> (&str, &str) {
    line.split_once(' ').unwrap_or((line, ""))
}

/// The id at the beginning of `fields`, and what is behind its blank.
///
/// HOLE 1 (UC-6, UC-12, UC-38): `7 hello` is id 7 and `hello`. `x hello`, `-1 x`
/// and `0 x` have no id, and nothing that anybody sends may end the program.
pub(crate) fn numbered(fields: &str) -> Option<(u32, &str)> {
    let (_, rest) = cut(fields);
    Some((1, rest))
}

/// What is sent until it is acknowledged.
#[derive(Default)]
pub(crate) struct Outbox {
    /// The id that was given last.
    last: u32,
    /// What is not acknowledged, by its id.
    waiting: BTreeMap<u32, Waiting>,
}

struct Waiting {
    datagram: String,
    /// When it is to be sent; `None` if never again.
    due: Option<Instant>,
}

impl Outbox {
    /// Queues `WORD id fields` with the next id.
    pub(crate) fn push(&mut self, word: &str, fields: &str, now: Instant) {
        self.last += 1;
        let waiting = Waiting {
            datagram: format!("{word} {} {fields}", self.last),
            due: Some(now),
        };
        self.waiting.insert(self.last, waiting);
    }

    /// The datagrams that are to be sent at this moment.
    ///
    /// HOLE 2 (UC-9, UC-32): here each is sent once. When is it due again, and
    /// when after that? And at most 64 ids may be under way at a time.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<String> {
        let mut datagrams = Vec::new();
        for waiting in self.waiting.values_mut() {
            if waiting.due.is_some_and(|due| due <= now) {
                datagrams.push(waiting.datagram.clone());
                waiting.due = None;
            }
        }
        datagrams
    }

    /// The other side has the one with this id.
    ///
    /// HOLE 3 (UC-9, UC-32)
    pub(crate) fn acknowledged(&mut self, id: u32) {
        let _ = (self, id);
    }

    /// How long until [`due`](Self::due) should be asked again, an hour at most.
    pub(crate) fn wait(&self, now: Instant) -> Duration {
        let under_way = self.waiting.values().take(64);
        let next = under_way.filter_map(|waiting| waiting.due).min();
        next.map_or(Duration::from_secs(3600), |due| {
            due.saturating_duration_since(now)
        })
    }

    /// Whether everything is acknowledged.
    #[allow(dead_code, reason = "only the client asks")]
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// What came, until it is its turn.
///
/// HOLE 4 (UC-7, UC-8, UC-35, UC-36): this delivers everything at once, in the
/// order in which it comes. What must it remember to deliver the ids 1, 2, 3 and
/// so on, each once?
#[derive(Default)]
pub(crate) struct Inbox {}

impl Inbox {
    /// Takes what came under this id. Says whether to acknowledge it, and gives
    /// the texts whose turn it is now. More than 64 ahead is too far.
    pub(crate) fn take(&mut self, id: u32, text: &str) -> (bool, Vec<String>) {
        let _ = (self, id);
        (true, vec![text.to_owned()])
    }
}
