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
