//! A limit on how often one address is answered.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Instant;

use super::table::Bug;

/// Answers a second.
const RATE: f64 = 20.0;

/// How many answers each address may still get, and since when.
#[derive(Default)]
pub(crate) struct Limit {
    left: HashMap<IpAddr, (f64, Instant)>,
}

impl Limit {
    /// Whether this request is one too many.
    pub(crate) fn is_over(&mut self, from: IpAddr, bug: Bug) -> bool {
        let now = Instant::now();
        let (left, since) = self.left.entry(from).or_insert((RATE, now));
        if bug != Bug::BansForEver {
            *left = (*left + now.duration_since(*since).as_secs_f64() * RATE).min(RATE);
        }
        *since = now;
        if *left < 1.0 {
            return true;
        }
        *left -= 1.0;
        false
    }
}
