//! The judge's words.

use fastrand::Rng;

/// Random words: easy to recognise, never markers, none part of another.
pub(super) struct Words {
    rng: Rng,
    list: [&'static str; 16],
    given: usize,
}

impl Words {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        // Every initial once, so that a torn word is not mistaken for another.
        let mut list = [
            "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven", "inlet",
            "jolly", "koala", "lemon", "maple", "north", "ocean", "pearl",
        ];
        rng.shuffle(&mut list);
        Self {
            rng,
            list,
            given: 0,
        }
    }

    /// A word and two digits at random, then the count: never the same twice.
    pub(super) fn next(&mut self) -> String {
        let word = self.list[self.given % self.list.len()];
        self.given += 1;
        format!("{word}{}-{:02}", self.rng.u8(10..100), self.given)
    }

    /// 64 bits at random.
    pub(super) fn number(&mut self) -> u64 {
        self.rng.u64(..)
    }

    /// Places from 1 to `last`, no two the same.
    pub(super) fn places<const N: usize>(&mut self, last: usize) -> [u64; N] {
        let mut all: Vec<u64> = (1..).take(last).collect();
        self.rng.shuffle(&mut all);
        std::array::from_fn(|at| all[at])
    }

    /// A text of `length` bytes: digits and capitals, so that it neither is nor
    /// holds an end marker.
    pub(super) fn text(&mut self, length: usize) -> String {
        let mut letter = || self.rng.digit(36).to_ascii_uppercase();
        (0..length).map(|_| letter()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_decides_the_words() {
        let words = |seed| {
            let mut words = Words::new(seed);
            (0..40).map(|_| words.next()).collect::<Vec<_>>()
        };
        assert_eq!(words(1), words(1));
        assert_ne!(words(1), words(2));
        let all = words(3);
        for (nth, word) in all.iter().enumerate() {
            assert!(
                all[nth + 1..].iter().all(|other| !other.contains(word)),
                "{word}"
            );
        }
    }
}
