//! How long many messages to one member take on a bad network, by the way in
//! which they are sent and received: a simulation, from one event to the next.
//!
//! The first row is what this lesson does. Each of the others does one thing
//! differently, as it might have been done as well.

use std::collections::{BTreeSet, VecDeque};

/// All of them are there at the beginning.
const MESSAGES: usize = 1400;
/// Of a datagram, in each direction.
const LOSS: f64 = 0.3;
/// Milliseconds from one side to the other.
const WAY: u64 = 10;
/// Plays of which the middle one is shown.
const PLAYS: usize = 9;

struct Rules {
    what: &'static str,
    /// Most messages under way.
    window: usize,
    /// Whether what comes too soon is kept, and acknowledged.
    keeps: bool,
    /// Milliseconds until a message is sent again.
    first_wait: u64,
    /// What a wait is multiplied with, in tenths, for the next one.
    factor: u64,
    longest_wait: u64,
}

const OURS: Rules = Rules {
    what: "as here",
    window: 64,
    keeps: true,
    first_wait: 100,
    factor: 15,
    longest_wait: 500,
};

const ALL: [Rules; 6] = [
    OURS,
    Rules {
        what: "16 under way",
        window: 16,
        ..OURS
    },
    Rules {
        what: "1 under way (stop and wait)",
        window: 1,
        ..OURS
    },
    Rules {
        what: "waits double without a limit",
        factor: 20,
        longest_wait: u64::MAX,
        ..OURS
    },
    Rules {
        what: "what comes too soon is ignored",
        keeps: false,
        ..OURS
    },
    Rules {
        what: "ignored, and 16 under way",
        window: 16,
        keeps: false,
        ..OURS
    },
];

fn main() {
    println!(
        "{MESSAGES} messages to one member, {:.0} % lost each way",
        LOSS * 100.0
    );
    println!("{:32}{:>8}{:>18}", "", "seconds", "sent per message");
    for rules in &ALL {
        let mut plays: Vec<_> = (0..PLAYS as u64).map(|seed| play(rules, seed)).collect();
        plays.sort_unstable();
        let (time, sent) = plays[PLAYS / 2];
        let seconds = time as f64 / 1000.0;
        let each = sent as f64 / MESSAGES as f64;
        println!("{:32}{seconds:>8.1}{each:>18.1}", rules.what);
    }
}

/// A message that is not acknowledged.
struct Waiting {
    id: usize,
    due: u64,
    wait: u64,
}

/// The milliseconds until everything is acknowledged, and how many datagrams the
/// sender has sent.
fn play(rules: &Rules, seed: u64) -> (u64, usize) {
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut passes = move || chance.f64() >= LOSS;
    // Sender: what is under way, in the order of the ids, and what comes next.
    let mut waiting: Vec<Waiting> = Vec::new();
    let (mut next, mut sent) = (0, 0);
    // Receiver: all before this were delivered, and these came too soon.
    let (mut last, mut kept) = (0, BTreeSet::new());
    // The network: when something arrives, and which.
    let (mut there, mut back) = (VecDeque::new(), VecDeque::new());
    let mut now = 0;
    loop {
        while let Some(id) = arrived(&mut there, now) {
            if id > last && !rules.keeps || id >= last + rules.window {
                continue;
            }
            kept.extend((id >= last).then_some(id));
            while kept.remove(&last) {
                last += 1;
            }
            if passes() {
                back.push_back((now + WAY, id));
            }
        }
        while let Some(id) = arrived(&mut back, now) {
            waiting.retain(|message| message.id != id);
        }
        let first = waiting.first().map_or(next, |message| message.id);
        while next < MESSAGES && next < first + rules.window {
            waiting.push(Waiting {
                id: next,
                due: now,
                wait: rules.first_wait,
            });
            next += 1;
        }
        for message in waiting.iter_mut().filter(|message| message.due <= now) {
            message.due = now + message.wait;
            message.wait = (message.wait * rules.factor / 10).min(rules.longest_wait);
            sent += 1;
            if passes() {
                there.push_back((now + WAY, message.id));
            }
        }
        let due = waiting.iter().map(|message| message.due).min();
        let arrivals = [there.front(), back.front()].map(|front| front.map(|(when, _)| *when));
        let Some(due) = due else {
            return (now, sent);
        };
        now = arrivals.into_iter().flatten().fold(due, u64::min);
    }
}

fn arrived(network: &mut VecDeque<(u64, usize)>, now: u64) -> Option<usize> {
    let is_here = network.front().is_some_and(|(when, _)| *when <= now);
    is_here
        .then(|| network.pop_front())
        .flatten()
        .map(|(_, id)| id)
}
