//! What came of the checks, and the verdict on it.

use std::time::Duration;

use crate::lesson::{Check, Lesson, Level, Role};
use crate::verdict::Card;

/// What came of one check.
#[derive(Debug)]
pub enum Outcome {
    /// The program does what is required.
    Passed,
    /// It does not; the card says why.
    Failed(Box<Card>),
    /// The judge or the machine failed; nothing is known about the program.
    Broken(String),
    /// The check cannot be made on this system, for this reason.
    Skipped(String),
    /// An earlier core check failed, or the run was stopped before it.
    NotRun,
}

/// One check and what came of it.
pub struct CheckResult {
    /// The check.
    pub check: &'static Check,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took.
    pub elapsed: Duration,
}

/// Everything found out about one program.
pub struct Report {
    /// The lesson it was checked against.
    pub lesson: &'static Lesson,
    /// What it was checked as.
    pub role: Role,
    /// The version of this crate.
    pub version: &'static str,
    /// The seed of the random words.
    pub seed: u64,
    /// The checks that were chosen, in order.
    pub results: Vec<CheckResult>,
    /// The slow ones, which would have been chosen but for the time they take.
    pub left_out: Vec<&'static Check>,
}

/// Whose fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every core check passed.
    Passed,
    /// The program failed a core check, or the one check that was asked for.
    Failed,
    /// The judge or this machine failed.
    Broken,
    /// No check was made: the ones asked for were skipped.
    NotChecked,
    /// What was judged passed, but the run was stopped before its end.
    Stopped,
}

impl Verdict {
    /// The verdict on several programs, from the verdict on each.
    ///
    /// A failed program is failed, whatever else happened; but where a check could
    /// not be made nobody passed.
    #[must_use]
    pub fn of(reports: &[Report]) -> Self {
        Self::worst(reports.iter().map(Report::verdict))
    }

    fn worst(found: impl Iterator<Item = Self>) -> Self {
        let found: Vec<_> = found.collect();
        [Self::Failed, Self::Broken, Self::Stopped, Self::Passed]
            .into_iter()
            .find(|verdict| found.contains(verdict))
            .unwrap_or(Self::NotChecked)
    }

    /// The exit code that tells it: 0, 1, 3, or 130, which a shell gives to
    /// Ctrl-C.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            // Nothing is known about the program.
            Self::Broken | Self::NotChecked => 3,
            Self::Stopped => 130,
        }
    }
}

impl Report {
    /// Core checks decide, unless the only check made is none.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let single = self.results.len() == 1;
        let verdicts = self.results.iter().filter_map(|result| {
            let counts = single || result.check.level == Level::Core;
            match result.outcome {
                Outcome::Passed => Some(Verdict::Passed),
                Outcome::Failed(_) if counts => Some(Verdict::Failed),
                // It was made, and costs nothing.
                Outcome::Failed(_) => Some(Verdict::Passed),
                Outcome::Broken(_) => Some(Verdict::Broken),
                Outcome::NotRun => Some(Verdict::Stopped),
                Outcome::Skipped(_) => None,
            }
        });
        Verdict::worst(verdicts)
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{self, Broken, Failed, NotChecked, Passed, Stopped};

    #[test]
    fn the_worst_decides_and_nothing_is_no_pass() {
        for (found, verdict, code) in [
            (&[Passed, Stopped, Broken, Failed][..], Failed, 1),
            (&[Passed, Stopped, Broken], Broken, 3),
            (&[Passed, Stopped], Stopped, 130),
            (&[NotChecked, Passed], Passed, 0),
            (&[NotChecked], NotChecked, 3),
            (&[], NotChecked, 3),
        ] {
            let worst = Verdict::worst(found.iter().copied());
            assert_eq!(worst, verdict, "{found:?}");
            assert_eq!(worst.exit_code(), code, "{found:?}");
        }
    }
}
