//! `list`: the lessons, how far the student is, and what to type next.

use std::io::Write;

use checker::{Lesson, suites};

use crate::error::Result;
use crate::progress::Progress;
use crate::style::{BOLD, DIM, GOOD, WARN};

/// Prints the lessons with the student's progress. `next_step` adds what to type next, which only
/// makes sense to somebody who is looking.
///
/// # Errors
///
/// When the output cannot be written.
pub(crate) fn run(progress: &Progress, next_step: bool, out: &mut dyn Write) -> Result<()> {
    for lesson in suites::all() {
        let number = lesson.number;
        writeln!(
            out,
            "{number}  {BOLD}{}{BOLD:#}  {}",
            lesson.name, lesson.title
        )?;
        writeln!(
            out,
            "   {DIM}port {}; {}{DIM:#}",
            lesson.port, lesson.teaches
        )?;
        writeln!(out, "   {}", standing(progress, lesson))?;
    }
    if next_step {
        writeln!(out)?;
        for (command, why) in next(progress) {
            writeln!(out, "{BOLD}{command:<36}{BOLD:#} {why}")?;
        }
    }
    Ok(())
}

/// How far the student is with a lesson.
fn standing(progress: &Progress, lesson: &Lesson) -> String {
    let (passed, all) = progress.core(lesson);
    if passed == all {
        return format!("{GOOD}all {all} core checks passed{GOOD:#}");
    }
    match progress.last_failed(lesson) {
        Some(check) => {
            format!("{WARN}{passed} of {all} core checks passed, {check} failed{WARN:#}")
        }
        None if passed == 0 && progress.folder(lesson).is_none() => {
            format!("{DIM}not started{DIM:#}")
        }
        None => format!("{WARN}{passed} of {all} core checks passed{WARN:#}"),
    }
}

/// What to type next, and why.
fn next(progress: &Progress) -> Vec<(String, &'static str)> {
    let done = |lesson: &Lesson| {
        let (passed, all) = progress.core(lesson);
        passed == all
    };
    let current = progress.current().and_then(suites::find);
    let lesson = current
        .filter(|lesson| !done(lesson))
        .or_else(|| suites::all().iter().copied().find(|lesson| !done(lesson)));
    let Some(lesson) = lesson else {
        return match suites::all().last() {
            Some(last) => vec![(
                format!("cargo course check {} --all", last.name),
                "the checks beyond the core",
            )],
            None => Vec::new(),
        };
    };
    let name = lesson.name;
    let (passed, _) = progress.core(lesson);
    if progress.last_failed(lesson).is_some() {
        vec![
            (
                format!("cargo course hint {name}"),
                "help with the check that failed",
            ),
            (format!("cargo course check {name}"), "after every change"),
        ]
    } else if passed > 0 || progress.folder(lesson).is_some() {
        vec![(format!("cargo course check {name}"), "judge your program")]
    } else {
        vec![
            (
                format!("cargo course demo {name}"),
                "see the lesson on real sockets",
            ),
            (format!("cargo course start {name}"), "begin your own"),
        ]
    }
}
