//! The judge as a test: for the crates of the lessons.

use std::panic::resume_unwind;
use std::path::Path;
use std::thread::{self, ScopedJoinHandle};

use crate::lesson::{Level, Role};
use crate::report::{self, Style};
use crate::run::{Options, Outcome, Report, Target, run};
use crate::subject::CommandLine;
use crate::suites;

/// Proves that `program`, started with `args`, passes every check of `lesson`
/// for `role`, the ones beyond the core and the slow ones included.
///
/// # Panics
/// With the report, when a check fails; when there is no such lesson; when a
/// placeholder in `args` is unknown.
#[track_caller]
pub fn conformance(lesson: &str, role: Role, program: &Path, args: &[&str]) {
    let found = suites::find(lesson);
    let lesson = found.unwrap_or_else(|| panic!("there is no lesson called {lesson}"));
    let program = program.display().to_string();
    let words = std::iter::once(program).chain(args.iter().map(|&arg| arg.into()));
    let target = Target {
        command: CommandLine::from_words(words),
        role,
        port: None,
        dir: None,
    };
    let options = Options {
        all: true,
        keep_going: true,
        at_once: 2,
        replay: format!("cargo course check {} --reference", lesson.name),
        ..Options::default()
    };
    // The slow ones wait nearly all the time: beside the others, and each other.
    let slow = lesson
        .checks
        .iter()
        .filter(|check| check.role == role && check.level == Level::Slow);
    let slow: Vec<_> = slow.map(|check| check.name).collect();
    let judge = |only: Option<&str>| {
        let only = only.map(Into::into);
        let options = Options {
            only,
            ..options.clone()
        };
        run(lesson, &target, &options, &mut |_| {})
    };
    let mut reports = thread::scope(|scope| {
        let slow: Vec<_> = slow
            .into_iter()
            .map(|name| scope.spawn(move || judge(Some(name))))
            .collect();
        let mut reports = vec![judge(None)];
        let report =
            |made: ScopedJoinHandle<'_, _>| made.join().unwrap_or_else(|why| resume_unwind(why));
        reports.extend(slow.into_iter().map(report));
        reports
    });
    let fine = |outcome: &Outcome| matches!(outcome, Outcome::Passed | Outcome::Skipped(_));
    let passed = |report: &Report| report.results.iter().all(|result| fine(&result.outcome));
    reports.retain(|report| !passed(report));
    if !reports.is_empty() {
        let mut text = Vec::new();
        let style = Style {
            color: false,
            width: 100,
        };
        // Writing to memory does not fail.
        let _ = report::pretty(&reports, &mut text, style);
        panic!("{}", String::from_utf8_lossy(&text));
    }
}
