//! How long answers took: percentiles, and a plot of text.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Width of the longest bar, in characters.
const WIDTH: u64 = 40;

/// Times of answers, in nanoseconds and to three digits
/// ([HdrHistogram](https://hdrhistogram.github.io/HdrHistogram/)): a million of
/// them take no more memory than ten.
#[derive(Debug, Clone)]
pub(crate) struct Times(Histogram<u64>);

impl Default for Times {
    fn default() -> Self {
        let histogram = Histogram::new(3);
        Times(histogram.expect("three digits are within its bounds of 0 to 5"))
    }
}

impl Times {
    pub(crate) fn record(&mut self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        // It grows as far as 64 bits reach.
        let _ = self.0.record(nanos);
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    /// The percentiles, then one bar for each doubling of the time.
    pub(crate) fn lines(&self) -> Vec<String> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let mut lines: Vec<String> = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)]
            .iter()
            .map(|(name, quantile)| {
                format!(
                    "{name}            {}",
                    time(self.0.value_at_quantile(*quantile))
                )
            })
            .collect();
        let steps: Vec<(u64, u64)> = self.steps();
        let most = steps.iter().map(|(_, count)| *count).max().unwrap_or(1);
        for (below, count) in steps {
            // Rounded up: what is there must be seen.
            let bar = "#".repeat((count * WIDTH).div_ceil(most) as usize);
            lines.push(format!("< {:<9} {bar:<40} {count}", time(below)));
        }
        lines
    }

    /// How many answers took less than each power of two and not less than the
    /// one before.
    fn steps(&self) -> Vec<(u64, u64)> {
        let mut steps = Vec::new();
        let mut below = self.0.min().max(1).next_power_of_two();
        if below <= self.0.min() {
            below *= 2;
        }
        let mut from = 0;
        loop {
            steps.push((below, self.0.count_between(from, below - 1)));
            if below > self.0.max() {
                return steps;
            }
            from = below;
            below = below.saturating_mul(2);
        }
    }
}

/// Three digits and a unit.
fn time(nanos: u64) -> String {
    let (value, unit) = match nanos {
        0..1_000 => return format!("{nanos} ns"),
        1_000..1_000_000 => (nanos as f64 / 1e3, "µs"),
        1_000_000..1_000_000_000 => (nanos as f64 / 1e6, "ms"),
        _ => (nanos as f64 / 1e9, "s"),
    };
    let decimals = 2 - (value.log10() as usize).min(2);
    format!("{value:.decimals$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_stands_in_one_step() {
        let mut times = Times::default();
        for micros in [3, 5, 5, 9, 40, 1_000] {
            times.record(Duration::from_micros(micros));
        }
        let steps = times.steps();
        assert_eq!(steps.iter().map(|(_, count)| count).sum::<u64>(), 6);
        assert_eq!(steps.first(), Some(&(4_096, 1)));
        assert!(steps.last().unwrap().0 > 1_000_000);
    }

    #[test]
    fn percentiles_are_readable() {
        let mut times = Times::default();
        assert!(times.lines().is_empty());
        (1..=100).for_each(|millis| times.record(Duration::from_millis(millis)));
        let lines = times.lines();
        assert_eq!(lines[0], "p50            50.0 ms");
        assert_eq!(lines[1], "p90            90.0 ms");
        assert_eq!(lines[2], "p99            99.0 ms");
        assert!(lines[3].starts_with("max            100"), "{}", lines[3]);
    }

    #[test]
    fn times_have_three_digits_and_a_unit() {
        for (nanos, text) in [
            (999, "999 ns"),
            (1_234, "1.23 µs"),
            (56_789, "56.8 µs"),
            (1_500_000_000, "1.50 s"),
        ] {
            assert_eq!(time(nanos), text);
        }
    }
}
