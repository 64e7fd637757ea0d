//! `hint`: help with one check, a level each time it is asked.

use std::io::Write;

use checker::{Check, Lesson, Role, suites};

use crate::cli::Hint;
use crate::error::{Error, Result};
use crate::lessons;
use crate::progress::Progress;
use crate::style::{self, BOLD, DIM};
use crate::workspace::Workspace;

/// Prints the next hint, and the earlier ones again.
///
/// # Errors
///
/// When it is not clear which check is meant.
pub(crate) fn run(args: &Hint, workspace: &Workspace, out: &mut dyn Write) -> Result<()> {
    let mut progress = Progress::load(workspace);
    let (lesson, check) = choose(args, &progress)?;
    let level = (progress.hints(lesson, check.name) + 1).min(check.hints.len());
    progress.set_hints(lesson, check.name, level);
    progress.save();
    print(lesson, check, level, out)
}

/// The check that is meant, by its name or its requirement: `hint LESSON CHECK`, `hint CHECK`, `hint LESSON`, `hint`.
fn choose(args: &Hint, progress: &Progress) -> Result<(&'static Lesson, &'static Check)> {
    if let (Some(name), None) = (&args.lesson, &args.check)
        && suites::find(name).is_none()
        && let Some(found) = lessons::with_check(name, progress)?
    {
        return Ok(found);
    }
    let lesson = lessons::named_or_current(args.lesson.as_deref(), progress)?;
    let name = match &args.check {
        Some(name) => name,
        None => progress.last_failed(lesson).ok_or_else(|| {
            Error::usage("which check", format!("none of {} has failed", lesson.name)).next(
                format!(
                    "cargo course check {0}, or cargo course hint {0} CHECK",
                    lesson.name
                ),
            )
        })?,
    };
    Ok((lesson, lessons::check(lesson, name)?))
}

fn print(lesson: &Lesson, check: &Check, level: usize, out: &mut dyn Write) -> Result<()> {
    let width = style::width().min(100);
    writeln!(
        out,
        "{BOLD}{}{BOLD:#} ({}, {}): {}",
        check.name, check.role, check.requirement, check.summary
    )?;
    for (index, hint) in check.hints.iter().take(level).enumerate() {
        writeln!(out)?;
        // The new one stands out; the earlier ones are there to be read together with it.
        let style = if index + 1 == level { BOLD } else { DIM };
        writeln!(
            out,
            "{style}hint {} of {}{style:#}",
            index + 1,
            check.hints.len()
        )?;
        for line in checker::wrap(hint, width.saturating_sub(2)) {
            writeln!(out, "  {line}")?;
        }
    }
    writeln!(out)?;
    writeln!(
        out,
        "The requirement: {} in {}",
        check.requirement, lesson.protocol
    )?;
    writeln!(out, "The explanation: {}#{}", lesson.chapter, check.section)?;
    if level < check.hints.len() {
        writeln!(
            out,
            "More help:       {BOLD}cargo course hint {} {}{BOLD:#}",
            lesson.name, check.name
        )?;
    } else {
        let role = match check.role {
            Role::Server => "server",
            Role::Client => "client",
        };
        writeln!(
            out,
            "That was all. Ours, to compare: crates/{}/src/{role}.rs",
            lesson.name
        )?;
    }
    Ok(())
}
