//! Offsets as a picture of text.

use crate::sntp::{Nanos, SECOND, Sample};

/// Columns between the borders.
const COLUMNS: Nanos = 41;

/// A line for each sample, the first on top, with a mark that is further right
/// the greater the offset. `best` has a mark of its own.
#[must_use]
pub fn plot(samples: &[Sample], best: Sample) -> Vec<String> {
    let offsets = || samples.iter().map(|sample| sample.offset);
    let (Some(least), Some(most)) = (offsets().min(), offsets().max()) else {
        return Vec::new();
    };
    let column = |offset: Nanos| match most - least {
        0 => COLUMNS / 2,
        span => (offset - least) * (COLUMNS - 1) / span,
    };
    let mut lines = vec![format!("{:>21} s {:>39} s", signed(least), signed(most))];
    for (number, sample) in (1..).zip(samples) {
        let mark = if *sample == best { '#' } else { '*' };
        let blanks = " ".repeat(column(sample.offset) as usize);
        let rest = " ".repeat((COLUMNS - 1 - column(sample.offset)) as usize);
        lines.push(format!("{number:>17} |{blanks}{mark}{rest}|"));
    }
    lines
}

/// Seconds, with a sign and microseconds.
pub(crate) fn signed(nanos: Nanos) -> String {
    format!("{:+.6}", nanos as f64 / SECOND as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(offset: Nanos) -> Sample {
        Sample {
            offset,
            delay: offset,
        }
    }

    #[test]
    fn a_picture() {
        let samples = [-10_000, 30_000, 10_000].map(sample);
        let lines = plot(&samples, sample(10_000));
        let expected = [
            "            -0.000010 s                               +0.000030 s",
            "                1 |*                                        |",
            "                2 |                                        *|",
            "                3 |                    #                    |",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn all_alike_and_far_apart_and_none() {
        let alike = plot(&[sample(5); 2], sample(5));
        assert!(alike[1].ends_with("|                    #                    |"));
        assert_eq!(plot(&[], sample(5)), Vec::<String>::new());
        // Ends of the range of packets: no width overflows.
        let far = plot(&[sample(-(1 << 63)), sample(1 << 63)], sample(0));
        assert!(
            far[1].ends_with("|*                                        |"),
            "{far:?}"
        );
        assert!(
            far[2].ends_with("|                                        *|"),
            "{far:?}"
        );
    }
}
