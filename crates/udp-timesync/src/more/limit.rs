//! How often one address is answered.

use std::{
    hash::{BuildHasher as _, RandomState},
    net::IpAddr,
    time::{Duration, Instant},
};

/// Counts are kept in so many places, 1 MiB of them, however many addresses
/// there are. Who shares a place shares its count.
const PLACES: usize = 1 << 16;

/// The span that is counted over.
const SPAN: Duration = Duration::from_secs(1);

/// Counts answers: at most so many to one address within a second, which begins
/// with the first of them.
///
/// A table with an entry for every address would be filled by a flood of forged
/// ones, and either memory ends or somebody must be forgotten. Here each address
/// has a fixed place. It depends on a secret of this process, so nobody can
/// choose an address that shares the place of somebody else.
#[derive(Debug)]
pub struct Limiter {
    most: u32,
    secret: RandomState,
    /// Times are counted from here.
    started: Instant,
    places: Vec<Place>,
}

/// One second of one address.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// When it began, in milliseconds.
    begun: u64,
    /// How many were counted since.
    count: u32,
}

impl Limiter {
    /// One that allows `most` a second.
    #[must_use]
    pub fn new(most: u32) -> Self {
        Limiter {
            most,
            secret: RandomState::new(),
            started: Instant::now(),
            places: vec![Place::default(); PLACES],
        }
    }

    /// Whether `source` may be answered at `now`, and counts it.
    pub fn allows(&mut self, source: IpAddr, now: Instant) -> bool {
        let now = now.saturating_duration_since(self.started).as_millis() as u64;
        let index = self.secret.hash_one(source) as usize % PLACES;
        let place = &mut self.places[index];
        if place.count == 0 || now >= place.begun + SPAN.as_millis() as u64 {
            *place = Place {
                begun: now,
                count: 0,
            };
        }
        place.count = place.count.saturating_add(1);
        place.count <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_in_each_second_and_no_more() {
        let mut limiter = Limiter::new(3);
        let [one, other] = ["192.0.2.1", "2001:db8::1"].map(|ip| ip.parse().expect("an address"));
        let start = limiter.started;
        let mut at = |address, ms| limiter.allows(address, start + Duration::from_millis(ms));
        let answers = [0, 500, 998, 999, 999].map(|ms| at(one, ms));
        assert_eq!(answers, [true, true, true, false, false]);
        // Nobody else is concerned, but for one chance in 65,536.
        assert!(at(other, 999));
        // A second after the first one, not after the last: asking on and on
        // does not keep it shut.
        assert_eq!(
            [1000, 1001, 1999, 1999].map(|ms| at(one, ms)),
            [true, true, true, false]
        );
        // A clock that goes back, as none should, ends nothing.
        assert!(!at(one, 1500));
    }

    #[test]
    fn a_flood_of_addresses_costs_no_memory_and_shuts_out_hardly_anybody() {
        let mut limiter = Limiter::new(20);
        let now = limiter.started;
        for number in 0..100_000_u32 {
            limiter.allows(IpAddr::from(number.to_be_bytes()), now);
        }
        assert_eq!(limiter.places.len(), PLACES);
        let asked =
            (0..1000_u32).map(|number| IpAddr::from([10, 0, (number >> 8) as u8, number as u8]));
        let served = asked.filter(|source| limiter.allows(*source, now)).count();
        assert!(served > 950, "{served} of 1000");
    }
}
