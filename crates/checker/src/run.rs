//! From a command line to a report: every check in order, each on a fresh
//! program.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::bench::Bench;
use crate::lesson::{Check, Lesson, Level, Role};
use crate::subject::CommandLine;
use crate::verdict::{Card, Failure};

/// The program under check.
#[derive(Debug, Clone)]
pub struct Target {
    /// How it is started.
    pub command: CommandLine,
    /// What it is.
    pub role: Role,
    /// Its port, when it is not taken from the command line. For a server the
    /// port it listens on, for a client the port it connects to.
    pub port: Option<u16>,
    /// Its working directory, also `{dir}`; the current one if not given.
    pub dir: Option<PathBuf>,
}

/// What to check, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// Also make the checks of [`Level::More`].
    pub all: bool,
    /// Make only the check of this name, whatever its level.
    pub only: Option<String>,
    /// Go on after a core check failed.
    pub keep_going: bool,
    /// Where the random words come from: the same seed gives the same words.
    pub seed: u64,
    /// The command that led here, up to the options `--only` and `--seed`.
    pub replay: String,
    /// How long the program may take to open its port or to connect.
    pub start_timeout: Duration,
    /// Set from outside, it makes the running check the last one.
    pub stop: Arc<AtomicBool>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            all: false,
            only: None,
            keep_going: false,
            seed: 1,
            replay: "cargo course check".into(),
            start_timeout: Duration::from_secs(30),
            stop: Arc::default(),
        }
    }
}

/// What is reported while the checks run.
pub enum Progress<'a> {
    /// This check begins; one that is not run does not.
    Started(&'a Check),
    /// This check was made, or left out.
    Finished(&'a CheckResult),
}

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
    /// What was judged passed, but the run was stopped before its end.
    Stopped,
}

impl Report {
    /// Core checks decide, unless the only check made is none.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let single = self.results.len() == 1;
        let mut verdict = Verdict::Passed;
        for result in &self.results {
            match result.outcome {
                Outcome::Broken(_) => return Verdict::Broken,
                Outcome::Failed(_) if single || result.check.level == Level::Core => {
                    verdict = Verdict::Failed;
                }
                Outcome::NotRun if verdict == Verdict::Passed => verdict = Verdict::Stopped,
                _ => {}
            }
        }
        verdict
    }

    /// The exit code of the verdict: 0, 1, 3, or 130, which a shell gives to Ctrl-C.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.verdict() {
            Verdict::Passed => 0,
            Verdict::Failed => 1,
            Verdict::Broken => 3,
            Verdict::Stopped => 130,
        }
    }
}

/// Checks one program against one lesson.
pub fn run(
    lesson: &'static Lesson,
    target: &Target,
    options: &Options,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Report {
    let mut results = Vec::new();
    let mut stopped = false;
    for check in chosen(lesson, target.role, options) {
        stopped |= options.stop.load(Ordering::SeqCst);
        if !stopped {
            progress(Progress::Started(check));
        }
        let start = Instant::now();
        let outcome = if stopped {
            Outcome::NotRun
        } else {
            judge(lesson, check, target, options)
        };
        let costs = check.level == Level::Core && matches!(outcome, Outcome::Failed(_));
        stopped |= (costs && !options.keep_going) || matches!(outcome, Outcome::Broken(_));
        let result = CheckResult {
            check,
            outcome,
            elapsed: start.elapsed(),
        };
        progress(Progress::Finished(&result));
        results.push(result);
    }
    Report {
        lesson,
        role: target.role,
        version: env!("CARGO_PKG_VERSION"),
        seed: options.seed,
        results,
    }
}

fn chosen(
    lesson: &'static Lesson,
    role: Role,
    options: &Options,
) -> impl Iterator<Item = &'static Check> {
    lesson
        .checks
        .iter()
        .filter(move |check| check.role == role)
        .filter(move |check| match &options.only {
            Some(name) => check.name == name,
            None => options.all || check.level == Level::Core,
        })
}

fn judge(
    lesson: &'static Lesson,
    check: &'static Check,
    target: &Target,
    options: &Options,
) -> Outcome {
    let mut bench = Bench::new(target, options, check.name);
    // A mistake of the judge must not look like one of the program.
    let failure = match catch_unwind(AssertUnwindSafe(|| (check.run)(&mut bench))) {
        Ok(Ok(())) => return Outcome::Passed,
        Ok(Err(failure)) => failure,
        Err(_) => return Outcome::Broken("the judge itself panicked".into()),
    };
    match failure {
        Failure::Broken(why) => Outcome::Broken(why),
        Failure::Skipped(why) => Outcome::Skipped(why),
        Failure::Wrong(wrong) => {
            let replay = format!(
                "{} --only {} --seed {}",
                options.replay, check.name, options.seed
            );
            let mut card = Card::new(lesson, check, *wrong, replay);
            if card.sent.is_empty() {
                card.sent = bench.last_sent();
            }
            card.input = bench.input().to_vec();
            card.events = bench.events();
            card.last_words = bench.last_words();
            Outcome::Failed(Box::new(card))
        }
    }
}
