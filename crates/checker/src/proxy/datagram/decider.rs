//! What happens to which datagram: a pure function, so that it can be repeated.

use std::time::Duration;

use fastrand::Rng;

use crate::proxy::Direction;

/// Which datagrams of a direction a fault is for.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Which {
    /// None of them.
    #[default]
    None,
    /// Those at these places; 1 is the first that comes.
    Listed(Vec<u64>),
    /// Each with this probability, from 0 to 1.
    Chance(f64),
}

impl Which {
    /// `draw` is at random, from 0 up to 1.
    fn has(&self, index: u64, draw: f64) -> bool {
        match self {
            Which::None => false,
            Which::Listed(places) => places.contains(&index),
            Which::Chance(chance) => draw < *chance,
        }
    }
}

/// What is done to one direction. Default: nothing.
///
/// A datagram may meet several faults at once, except that a dropped one meets
/// no other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// Lost.
    pub drop: Which,
    /// Passed on twice.
    pub duplicate: Which,
    /// Held until the next of the same client has passed, or for a second when
    /// none comes.
    pub swap: Which,
    /// Passed on so much later; what follows may overtake it.
    pub delay: (Which, Duration),
    /// Cut; at least one byte is lost.
    pub truncate: Which,
    /// One bit of it is changed.
    pub corrupt: Which,
}

/// The faults of both directions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// What happens to datagrams from clients.
    pub to_server: Faults,
    /// What happens to datagrams from the server.
    pub to_client: Faults,
    /// Where chance comes from: the same seed decides the same.
    pub seed: u64,
}

/// What is done to one datagram. Default: it is passed on as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// It is lost; nothing else is done to it.
    pub drop: bool,
    /// It is passed on twice.
    pub duplicate: bool,
    /// It is held until the next has passed.
    pub swap: bool,
    /// How much later it is passed on.
    pub delay: Duration,
    /// How many bytes are left of it.
    pub truncate: Option<usize>,
    /// Which bit is changed, counted from the first byte's lowest.
    pub corrupt: Option<usize>,
}

/// Decides by the plan alone: not by the time, and not by what was decided
/// before, so that a run can be repeated and one datagram more in one direction
/// changes nothing in the other.
#[derive(Clone, Debug)]
pub struct Decider {
    plan: Plan,
}

impl Decider {
    /// A decider for this plan.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self { plan }
    }

    /// What is done to the datagram at this place of its direction, from 1, that
    /// has `length` bytes.
    #[must_use]
    pub fn decide(&self, direction: Direction, index: u64, length: usize) -> Decision {
        let (faults, salt) = match direction {
            Direction::ToServer => (&self.plan.to_server, 1),
            Direction::ToClient => (&self.plan.to_client, 2),
        };
        let mut rng = Rng::with_seed(mix(self.plan.seed ^ mix(index.rotate_left(2) ^ salt)));
        // Everything is drawn every time: with one fault more or less the others
        // meet the same datagrams.
        let mut has = |which: &Which| which.has(index, rng.f64());
        let [drop, duplicate, swap] = [&faults.drop, &faults.duplicate, &faults.swap].map(&mut has);
        let [delay, truncate, corrupt] =
            [&faults.delay.0, &faults.truncate, &faults.corrupt].map(&mut has);
        let left = rng.usize(..length.max(1));
        let rest = if truncate { left } else { length };
        let bit = rng.usize(..(8 * rest).max(1));
        if drop {
            return Decision {
                drop,
                ..Decision::default()
            };
        }
        Decision {
            drop,
            duplicate,
            swap,
            delay: if delay {
                faults.delay.1
            } else {
                Duration::ZERO
            },
            truncate: (truncate && length > 0).then_some(left),
            corrupt: (corrupt && rest > 0).then_some(bit),
        }
    }
}

impl Decision {
    /// `bytes` as they are passed on.
    #[must_use]
    pub fn apply(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        if let Some(length) = self.truncate {
            bytes.truncate(length);
        }
        if let Some(bit) = self.corrupt
            && let Some(byte) = bytes.get_mut(bit / 8)
        {
            *byte ^= 1 << (bit % 8);
        }
        bytes
    }
}

/// Spreads neighbouring numbers over all of them (the finalizer of splitmix64,
/// <https://prng.di.unimi.it/splitmix64.c>).
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn which() -> impl Strategy<Value = Which> {
        prop_oneof![
            Just(Which::None),
            prop::collection::vec(1..50_u64, 0..5).prop_map(Which::Listed),
            (0.0..=1.0).prop_map(Which::Chance),
        ]
    }

    fn faults() -> impl Strategy<Value = Faults> {
        let whiches = (which(), which(), which(), which(), which(), which());
        whiches.prop_map(|(drop, duplicate, swap, delay, truncate, corrupt)| Faults {
            drop,
            duplicate,
            swap,
            delay: (delay, Duration::from_millis(50)),
            truncate,
            corrupt,
        })
    }

    fn plan() -> impl Strategy<Value = Plan> {
        (faults(), faults(), any::<u64>()).prop_map(|(to_server, to_client, seed)| Plan {
            to_server,
            to_client,
            seed,
        })
    }

    fn log(plan: &Plan, input: &[(bool, Vec<u8>)]) -> Vec<(Decision, Vec<u8>)> {
        let decider = Decider::new(plan.clone());
        let mut indices = [0; 2];
        let decide = |(back, bytes): &(bool, Vec<u8>)| {
            let index = &mut indices[usize::from(*back)];
            *index += 1;
            let direction = match back {
                false => Direction::ToServer,
                true => Direction::ToClient,
            };
            let decision = decider.decide(direction, *index, bytes.len());
            let passed = decision.apply(bytes.clone());
            (decision, passed)
        };
        input.iter().map(decide).collect()
    }

    proptest! {
        #[test]
        fn the_same_seed_and_input_decide_the_same(
            plan in plan(),
            input: Vec<(bool, Vec<u8>)>,
        ) {
            prop_assert_eq!(log(&plan, &input), log(&plan, &input));
        }

        #[test]
        fn a_fault_does_what_it_says_and_no_more(plan in plan(), bytes: Vec<u8>, index in 1..50_u64) {
            let decision = Decider::new(plan.clone()).decide(Direction::ToServer, index, bytes.len());
            let passed = decision.apply(bytes.clone());
            let faults = plan.to_server;
            let listed = |which: &Which| matches!(which, Which::Listed(at) if at.contains(&index));
            prop_assert!(decision.drop || !listed(&faults.drop));
            prop_assert!(decision.drop || decision.swap || !listed(&faults.swap));
            let lost = Decision { drop: true, ..Decision::default() };
            prop_assert!(!decision.drop || decision == lost);
            if let Some(length) = decision.truncate {
                prop_assert!(length < bytes.len() && passed.len() == length);
            } else {
                prop_assert_eq!(passed.len(), bytes.len());
            }
            let changed: u32 = passed.iter().zip(&bytes).map(|(a, b)| (a ^ b).count_ones()).sum();
            prop_assert_eq!(changed, u32::from(decision.corrupt.is_some()));
        }
    }

    #[test]
    fn chance_keeps_its_promise_and_the_seed_decides() {
        let dropped = |seed, chance| {
            let mut plan = Plan {
                seed,
                ..Plan::default()
            };
            plan.to_client.drop = Which::Chance(chance);
            let decider = Decider::new(plan);
            let drops = move |index: &u64| decider.decide(Direction::ToClient, *index, 10).drop;
            (1..=10_000).filter(drops).collect::<Vec<u64>>()
        };
        assert_eq!(dropped(1, 0.0), [0; 0]);
        assert_eq!(dropped(1, 1.0).len(), 10_000);
        assert!((1900..2100).contains(&dropped(1, 0.2).len()));
        assert_ne!(dropped(1, 0.2), dropped(2, 0.2));
    }

    #[test]
    fn one_fault_more_leaves_the_others_where_they_were() {
        let mut plan = Plan::default();
        plan.to_server.duplicate = Which::Chance(0.3);
        let doubled = |plan: &Plan| {
            let decider = Decider::new(plan.clone());
            let all = (1..=1000_u64).map(|index| decider.decide(Direction::ToServer, index, 10));
            let doubled: Vec<_> = all.map(|decision| decision.duplicate).collect();
            doubled
        };
        let before = doubled(&plan);
        plan.to_server.corrupt = Which::Chance(0.5);
        plan.to_client.drop = Which::Chance(0.5);
        assert_eq!(before, doubled(&plan));
    }
}
