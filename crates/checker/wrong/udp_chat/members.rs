//! What the server keeps of each member.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::table::Bug;

/// How much may be under way to one member, and how much more may wait.
pub(crate) const OUTSTANDING: usize = 64;
const QUEUED: usize = 256;

pub(crate) struct Member {
    pub(crate) address: SocketAddr,
    pub(crate) name: String,
    pub(crate) cookie: String,
    /// The last SAY delivered, and those that wait for the ones before them.
    pub(crate) last: u32,
    pub(crate) kept: BTreeMap<u32, Option<String>>,
    pub(crate) seen: BTreeSet<u32>,
    /// The last id it was given, and the last of a NOTE where these are apart.
    pub(crate) given: u32,
    pub(crate) noted: u32,
    pub(crate) queue: VecDeque<Waiting>,
    pub(crate) heard: Instant,
    /// SAYs since the last pause, and when that was.
    pub(crate) said: usize,
    pub(crate) paused: Instant,
    pub(crate) has_overflowed: bool,
}

pub(crate) struct Waiting {
    id: u32,
    head: &'static str,
    tail: String,
    times: u32,
    wait: Duration,
    due: Instant,
}

impl Member {
    pub(crate) fn new(address: SocketAddr, name: &str, cookie: &str) -> Self {
        Self {
            address,
            name: name.to_owned(),
            cookie: cookie.to_owned(),
            last: 0,
            kept: BTreeMap::new(),
            seen: BTreeSet::new(),
            given: 0,
            noted: 0,
            queue: VecDeque::new(),
            heard: Instant::now(),
            said: 0,
            paused: Instant::now(),
            has_overflowed: false,
        }
    }

    /// Lets something wait for the member, to be sent until it is acknowledged.
    pub(crate) fn push(&mut self, id: u32, head: &'static str, tail: String, bug: Bug) {
        if self.queue.len() >= OUTSTANDING + QUEUED && bug != Bug::KeepsAll {
            self.has_overflowed = true;
            return;
        }
        self.queue.push_back(Waiting {
            id,
            head,
            tail,
            times: 0,
            wait: Duration::from_millis(match bug {
                // Slower than an ACK comes on a busy machine.
                Bug::Renumbers => 500,
                _ => 100,
            }),
            due: Instant::now(),
        });
    }

    pub(crate) fn acknowledged(&mut self, id: u32, bug: Bug) {
        match bug {
            Bug::IgnoresAcks => {}
            Bug::CumulativeAck => self.queue.retain(|waiting| waiting.id > id),
            _ => self.queue.retain(|waiting| waiting.id != id),
        }
    }

    /// Sends what is due.
    pub(crate) fn send_due(&mut self, socket: &UdpSocket, bug: Bug) {
        let now = Instant::now();
        let window = if bug == Bug::SendsAll {
            usize::MAX
        } else {
            OUTSTANDING
        };
        let most = match bug {
            Bug::NeverResends => 1,
            Bug::ResendsOnce => 2,
            Bug::IgnoresAcks => 10,
            _ => u32::MAX,
        };
        for waiting in self.queue.iter_mut().take(window) {
            if waiting.due > now || waiting.times >= most {
                continue;
            }
            if bug == Bug::Renumbers && waiting.times > 0 {
                self.given += 1;
                waiting.id = self.given;
            }
            let end = if bug == Bug::Lines { "\r\n" } else { "" };
            let line = format!("{} {} {}{end}", waiting.head, waiting.id, waiting.tail);
            // What is not sent is lost, which is no news here.
            let _ = socket.send_to(line.as_bytes(), self.address);
            waiting.times += 1;
            waiting.due = now + waiting.wait;
            waiting.wait = (waiting.wait * 3 / 2).min(Duration::from_millis(500));
        }
        if bug == Bug::IgnoresAcks {
            self.queue.retain(|waiting| waiting.times < most);
        }
    }
}
