//! Offsets as a picture of text.

use crate::sntp::{Nanos, SECOND, Sample};

/// Columns between the borders.
const COLUMNS: Nanos = 41;

/// A line for each sample and its number, the first on top, with a mark that is
/// further right the greater the offset. The `best` number has a mark of its own.
#[must_use]
pub fn plot(samples: &[(u64, Sample)], best: u64) -> Vec<String> {
    let offsets = || samples.iter().map(|(_, sample)| sample.offset);
    let (Some(least), Some(most)) = (offsets().min(), offsets().max()) else {
        return Vec::new();
    };
    let column = |offset: Nanos| match most - least {
        0 => COLUMNS / 2,
        span => (offset - least) * (COLUMNS - 1) / span,
    };
    let mut lines = vec![format!("{:>21} s {:>39} s", signed(least), signed(most))];
    for (number, sample) in samples {
        let mark = if *number == best { '#' } else { '*' };
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

    fn sample(number: u64, offset: Nanos) -> (u64, Sample) {
        let delay = offset;
        (number, Sample { offset, delay })
    }

    #[test]
    fn a_picture() {
        // Nobody answered the second question.
        let samples = [(1, -10_000), (3, 30_000), (4, 10_000)];
        let lines = plot(&samples.map(|(number, offset)| sample(number, offset)), 4);
        let expected = [
            "            -0.000010 s                               +0.000030 s",
            "                1 |*                                        |",
            "                3 |                                        *|",
            "                4 |                    #                    |",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn all_alike_and_far_apart_and_none() {
        let alike = plot(&[sample(1, 5), sample(2, 5)], 1);
        assert!(alike[1].ends_with("|                    #                    |"));
        assert_eq!(plot(&[], 0), Vec::<String>::new());
        // Ends of the range of packets: no width overflows.
        let far = plot(&[sample(1, -(1 << 63)), sample(2, 1 << 63)], 0);
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
