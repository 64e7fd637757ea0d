//! Which of several samples to believe
//! ([RFC 5905 §10](https://www.rfc-editor.org/rfc/rfc5905#section-10)).
//!
//! What makes an offset wrong is a datagram that waited somewhere: in one
//! direction only, or longer in one than in the other. The same waiting makes
//! the delay long. So the sample with the smallest delay is nearest to the
//! truth, and an average of all would be further off.

use std::collections::VecDeque;

use crate::sntp::Sample;

/// Samples among which the best is looked for. A clock drifts: what was measured
/// long ago says little about now, however short its delay.
pub const WINDOW: usize = 8;

/// Most samples that are remembered, for the plot.
const KEPT: usize = 32;

/// The last samples.
#[derive(Debug, Clone, Default)]
pub struct Filter(VecDeque<(u64, Sample)>);

impl Filter {
    /// Adds one, with the number of its question.
    pub fn push(&mut self, number: u64, sample: Sample) {
        self.0.truncate(KEPT - 1);
        self.0.push_front((number, sample));
    }

    /// Those that are remembered, the oldest first.
    pub fn samples(&self) -> impl DoubleEndedIterator<Item = (u64, Sample)> {
        self.0.iter().rev().copied()
    }

    /// Among how many the best was looked for.
    #[must_use]
    pub fn window(&self) -> usize {
        self.0.len().min(WINDOW)
    }

    /// The one with the smallest delay among the last [`WINDOW`]; of several,
    /// the latest.
    #[must_use]
    pub fn best(&self) -> Option<(u64, Sample)> {
        let latest = self.0.iter().take(WINDOW);
        latest.min_by_key(|(_, sample)| sample.delay).copied()
    }
}
