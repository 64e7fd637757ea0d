//! From a command line to a report: every check in order, each on a fresh
//! program.

mod report;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::unbounded;

use crate::bench::Bench;
use crate::lesson::{Check, Lesson, Level, Role};
use crate::subject::CommandLine;
use crate::verdict::{Card, Failure};
pub use report::{CheckResult, Outcome, Report, Verdict};

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
    /// Also make the checks of [`Level::More`], except for the slow ones.
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
    /// How long one check may take, whatever progress the program makes.
    pub check_timeout: Duration,
    /// How many checks are made at the same time, each on a program of its own.
    /// More than one only for programs that can run several times side by side,
    /// which is itself a thing to be checked.
    pub at_once: usize,
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
            check_timeout: Duration::from_secs(60),
            at_once: 1,
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

/// Checks one program against one lesson.
pub fn run(
    lesson: &'static Lesson,
    target: &Target,
    options: &Options,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Report {
    let checks: Vec<&'static Check> = chosen(lesson, target.role, options).collect();
    let mut results = Vec::new();
    let next = AtomicUsize::new(0);
    // The first check behind which none is made.
    let last = AtomicUsize::new(usize::MAX);
    let is_wanted = |index| index <= last.load(Ordering::SeqCst);
    let (made, outcomes) = unbounded();
    thread::scope(|scope| {
        for _ in 0..options.at_once {
            let made = made.clone();
            let (checks, next, last) = (&checks, &next, &last);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    let Some(check) = checks.get(index) else {
                        return;
                    };
                    let start = Instant::now();
                    let outcome = if is_wanted(index) && !options.stop.load(Ordering::SeqCst) {
                        judge(lesson, check, target, options)
                    } else {
                        Outcome::NotRun
                    };
                    if ends_the_run(check, &outcome, options) {
                        last.fetch_min(index, Ordering::SeqCst);
                    }
                    // The receiver lives until the last check.
                    let _ = made.send((index, outcome, start.elapsed()));
                }
            });
        }
        drop(made);
        let mut early = HashMap::new();
        for (index, &check) in checks.iter().enumerate() {
            if is_wanted(index) && !options.stop.load(Ordering::SeqCst) {
                progress(Progress::Started(check));
            }
            // Told in the order of the checks, whichever was done first.
            let (outcome, elapsed) = loop {
                if let Some(found) = early.remove(&index) {
                    break found;
                }
                match outcomes.recv() {
                    Ok((index, outcome, elapsed)) => _ = early.insert(index, (outcome, elapsed)),
                    Err(_) => break (Outcome::NotRun, Duration::ZERO),
                }
            };
            // One card is enough: what was made meanwhile is not told.
            let outcome = if is_wanted(index) {
                outcome
            } else {
                Outcome::NotRun
            };
            let result = CheckResult {
                check,
                outcome,
                elapsed,
            };
            progress(Progress::Finished(&result));
            results.push(result);
        }
    });
    Report {
        lesson,
        role: target.role,
        version: env!("CARGO_PKG_VERSION"),
        seed: options.seed,
        results,
        left_out: left_out(lesson, target.role, options),
    }
}

/// Whether no further check is made behind this one.
fn ends_the_run(check: &Check, outcome: &Outcome, options: &Options) -> bool {
    match outcome {
        Outcome::Failed(_) => check.level == Level::Core && !options.keep_going,
        Outcome::Broken(_) => true,
        _ => false,
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
            None => match check.level {
                Level::Core => true,
                Level::More => options.all,
                Level::Slow => false,
            },
        })
}

fn left_out(lesson: &'static Lesson, role: Role, options: &Options) -> Vec<&'static Check> {
    let all = options.all && options.only.is_none();
    let checks = lesson.checks.iter().filter(|check| check.role == role);
    checks
        .filter(|check| all && check.level == Level::Slow)
        .collect()
}

fn judge(
    lesson: &'static Lesson,
    check: &'static Check,
    target: &Target,
    options: &Options,
) -> Outcome {
    let mut bench = Bench::new(lesson, target, options, check.name);
    // A mistake of the judge must not look like one of the program.
    let failure = match catch_unwind(AssertUnwindSafe(|| (check.run)(&mut bench))) {
        Ok(Ok(())) => return Outcome::Passed,
        Ok(Err(failure)) => failure,
        Err(_) => return Outcome::Broken("the judge itself panicked".into()),
    };
    let failure = match failure {
        Failure::Wrong(ref wrong) => bench.too_slow(wrong.at).unwrap_or(failure),
        other => other,
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
            // First, because it waits until all that was printed has been noted.
            card.last_words = bench.last_words();
            card.events = bench.events();
            Outcome::Failed(Box::new(card))
        }
    }
}
