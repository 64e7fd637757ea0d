//! Offset and delay, as a client prints them.

use super::packet::TO_1970;
use crate::causes::*;
use crate::verdict::Cause;

/// What is printed may be wrong by so many seconds, with the clock it comes from.
pub(super) const ROUNDING: f64 = 0.015;
/// Bytes between a word and its number.
const BETWEEN: usize = 24;

/// One offset with its delay, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) offset: f64,
    pub(super) delay: f64,
}

/// The first of each on standard output.
pub(super) fn printed(stdout: &[u8]) -> Option<Sample> {
    let text = String::from_utf8_lossy(stdout).to_lowercase();
    let (offset, rest) = number_behind(&text, "offset")?;
    let (delay, _) = number_behind(rest, "delay")?;
    Some(Sample { offset, delay })
}

/// The first number that stands close behind `word`, and what follows.
fn number_behind<'a>(text: &'a str, word: &str) -> Option<(f64, &'a str)> {
    let mut rest = text;
    loop {
        rest = &rest[rest.find(word)? + word.len()..];
        let line = rest.lines().next().unwrap_or_default();
        let before = line.find(|c: char| c.is_ascii_digit() || "+-.".contains(c));
        let Some(at) = before.filter(|&at| at <= BETWEEN) else {
            continue;
        };
        let number = &line[at..];
        let end = number
            .char_indices()
            .find(|&(at, c)| !(c.is_ascii_digit() || c == '.' || (at == 0 && "+-".contains(c))));
        let number = &number[..end.map_or(number.len(), |(at, _)| at)];
        if let Ok(value) = number.parse() {
            return Some((value, rest));
        }
    }
}

/// What was true of the reply that counted, in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Truth {
    /// How far the judge claimed to be ahead.
    pub(super) ahead: f64,
    /// From the client's start to the request's arrival: the request may have
    /// taken as long.
    pub(super) before: f64,
    /// How long the reply was held after it was stamped.
    pub(super) held: f64,
    /// From there until the sample was printed.
    pub(super) after: f64,
}

impl Sample {
    /// What is wrong with it, if anything.
    ///
    /// Offset and delay together say how long each way took, given how far the
    /// clocks are apart; and how long each can have taken is known.
    pub(super) fn wrong(self, truth: &Truth) -> Option<Cause> {
        let error = self.offset - truth.ahead;
        let there = self.delay / 2.0 + error;
        let back = self.delay / 2.0 - error;
        let longest = truth.held + truth.after + ROUNDING;
        let too_long = there > truth.before + ROUNDING || back > longest;
        let too_short = there < -ROUNDING || back < truth.held - ROUNDING;
        if !too_long && !too_short {
            return None;
        }
        let near = |wanted: f64| (self.offset - wanted).abs() < 2.0 + truth.before;
        let era = TO_1970 as f64;
        Some(if near(truth.ahead) {
            // One way alone is T2 - T1, which is not negative, or T3 - T4, which is
            // at least what the reply was held. What lies between is the mean of
            // both, of a request that may have taken long as well.
            let slack = truth.held / 10.0;
            match -truth.held + slack < error && error < -slack {
                true => DELAY_WRONG,
                false => OFFSET_UNCORRECTED,
            }
        } else if near(-truth.ahead) {
            OFFSET_SIGN
        } else if near(2.0 * truth.ahead) {
            OFFSET_NOT_HALVED
        } else if [era, -era, era / 2.0, -era / 2.0]
            .into_iter()
            .any(|shift| near(truth.ahead + shift))
        {
            EPOCH_1970
        } else {
            OFFSET_WRONG
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_behind_their_words() {
        let found = |text: &str| printed(text.as_bytes()).map(|s| (s.offset, s.delay));
        assert_eq!(
            found("offset -0.001250 s, delay 0.000310 s"),
            Some((-0.00125, 0.00031))
        );
        assert_eq!(
            found("best of 8\nOffset: +1234.5\nDelay: .5 s\n"),
            Some((1234.5, 0.5))
        );
        assert_eq!(
            found("the offset of it\noffset = 2, delay = 3"),
            Some((2.0, 3.0))
        );
        assert_eq!(found("offset 1.5 s"), None);
        assert_eq!(found("offset\n1.5 delay 2"), None);
        assert_eq!(found(""), None);
    }

    fn cause(offset: f64, delay: f64) -> Option<&'static str> {
        let truth = Truth {
            ahead: 1000.0,
            before: 0.02,
            held: 0.08,
            after: 0.002,
        };
        Sample { offset, delay }.wrong(&truth).map(|cause| cause.id)
    }

    /// The request took 0.001 s, the reply 0.081, and the server 0.06 between.
    #[test]
    fn only_what_is_possible_is_right() {
        assert_eq!(cause(999.960, 0.082), None);
        // T2 - T1, and T3 - T4.
        assert_eq!(cause(1000.001, 0.082), Some("offset-uncorrected"));
        assert_eq!(cause(999.919, 0.082), Some("offset-uncorrected"));
        // The server's share is not subtracted; half of the way only.
        assert_eq!(cause(999.960, 0.142), Some("delay-wrong"));
        assert_eq!(cause(999.960, 0.041), Some("delay-wrong"));
        // Half of the way, of a request that took 0.05 s.
        assert_eq!(cause(999.985, 0.065), Some("delay-wrong"));
        assert_eq!(cause(-999.960, 0.082), Some("offset-sign"));
        assert_eq!(cause(1999.920, 0.082), Some("offset-not-halved"));
        assert_eq!(cause(2_208_989_799.96, 0.082), Some("epoch-1970"));
        assert_eq!(cause(17.0, 0.082), Some("offset-wrong"));
    }

    /// A busy machine makes both ways longer, and nothing wrong.
    #[test]
    fn what_takes_long_is_not_wrong() {
        let truth = Truth {
            ahead: -5.0,
            before: 3.0,
            held: 0.08,
            after: 2.0,
        };
        for (there, back) in [(0.0, 0.08), (2.9, 0.1), (0.001, 2.0), (3.0, 2.08)] {
            let sample = Sample {
                offset: -5.0 + (there - back) / 2.0,
                delay: there + back,
            };
            assert_eq!(sample.wrong(&truth), None, "{there} {back}");
        }
    }
}
