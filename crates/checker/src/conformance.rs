//! The judge as a test: for the crates of the lessons.

use std::path::Path;

use crate::lesson::Role;
use crate::report::{self, Style};
use crate::run::{Options, Outcome, Target, run};
use crate::subject::CommandLine;
use crate::suites;

/// Proves that `program`, started with `args`, passes every check of `lesson`
/// for `role`, the ones beyond the core included.
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
    let result = run(lesson, &target, &options, &mut |_| {});
    let fine = |outcome: &Outcome| matches!(outcome, Outcome::Passed | Outcome::Skipped(_));
    if !result.results.iter().all(|result| fine(&result.outcome)) {
        let mut text = Vec::new();
        let style = Style {
            color: false,
            width: 100,
        };
        // Writing to memory does not fail.
        let _ = report::pretty(&[result], &mut text, style);
        panic!("{}", String::from_utf8_lossy(&text));
    }
}
