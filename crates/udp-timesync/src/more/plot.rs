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
