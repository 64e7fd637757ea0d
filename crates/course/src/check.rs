//! `check`: has a student's program judged, and keeps what was learnt.

mod live;
mod subject;

use std::io::Write;
use std::time::Duration;

use checker::{
    CommandLine, Lesson, Level, Options, Outcome, Report, Role, Target, Verdict,
    report::{self, Style},
};

use crate::cli::{Check, ReportForm};
use crate::error::{Error, Result};
use crate::lessons;
use crate::progress::Progress;
use crate::style::{self, BOLD};
use crate::workspace::Workspace;

/// How long a program may take until it listens: an interpreter on a busy machine needs seconds.
const START: Duration = Duration::from_secs(10);

/// Judges and reports.
///
/// # Errors
///
/// When there is nothing to judge, or it cannot be built or started.
pub(crate) fn run(args: &Check, workspace: &Workspace, out: &mut dyn Write) -> Result<u8> {
    let mut progress = Progress::load(workspace);
    let lesson = lessons::named_or_current(args.lesson.as_deref(), &progress)?;
    let subjects = subject::all(args, lesson, workspace, &progress)?;
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..SEEDS));

    // By its name, also when it was asked for by its requirement.
    let only = match &args.only {
        Some(name) => Some(lessons::check(lesson, name)?.name.to_owned()),
        None => None,
    };

    let judge = live::Judge::new(args.report)?;
    let mut reports = Vec::new();
    for (role, command) in subjects {
        let target = Target {
            command: CommandLine::parse(&command)
                .map_err(|why| Error::usage(format!("--{role} '{command}'"), why))?,
            role,
            port: args.port,
            dir: None,
        };
        let options = Options {
            all: args.all,
            only: only.clone(),
            keep_going: args.keep_going,
            seed,
            replay: replay(args, lesson, role),
            start_timeout: START,
            ..Options::default()
        };
        reports.push(judge.run(lesson, &target, &options));
    }

    if !args.reference {
        keep(&mut progress, lesson, &reports);
    }
    write_reports(args.report, &reports, out)?;
    let code = Verdict::of(&reports).exit_code();
    if args.report == ReportForm::Pretty && !args.reference {
        writeln!(out)?;
        what_next(args, lesson, &reports, code, out)?;
    }
    Ok(code)
}

/// Seeds are drawn from below this: short to type again, and exact in every JSON parser.
const SEEDS: u64 = 1_000_000;

/// The command that repeats a check; the checker adds which one, and the seed.
fn replay(args: &Check, lesson: &Lesson, role: Role) -> String {
    let mut command = format!("cargo course check {}", lesson.name);
    let given = match role {
        Role::Server => &args.server,
        Role::Client => &args.client,
    };
    if let Some(given) = given {
        command.push_str(&format!(" --{role} {}", shell_quoted(given)));
    }
    if args.reference {
        command.push_str(" --reference");
    }
    if let Some(port) = args.port {
        command.push_str(&format!(" --port {port}"));
    }
    command
}

/// Quoted for a shell: single quotes, which keep everything but themselves.
fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Notes what was learnt about the student's program.
fn keep(progress: &mut Progress, lesson: &Lesson, reports: &[Report]) {
    progress.set_current(lesson);
    let results = || reports.iter().flat_map(|report| &report.results);
    for result in results() {
        progress.record(lesson, result);
    }
    // The first one: it is the one to repair first.
    let failed = results().find(|result| matches!(result.outcome, Outcome::Failed(_)));
    if let Some(failed) = failed {
        progress.set_last_failed(lesson, failed.check.name);
    }
    progress.save();
}

fn write_reports(form: ReportForm, reports: &[Report], out: &mut dyn Write) -> Result<()> {
    match form {
        ReportForm::Pretty => {
            let style = Style {
                color: style::has_color(),
                width: style::width(),
            };
            report::pretty(reports, out, style)?;
        }
        ReportForm::Json => report::json(reports, out)?,
        ReportForm::Junit => report::junit(reports, out)?,
    }
    Ok(())
}

/// The last lines: what to type now.
fn what_next(
    args: &Check,
    lesson: &Lesson,
    reports: &[Report],
    code: u8,
    out: &mut dyn Write,
) -> Result<()> {
    match code {
        0 if args.only.is_some() => {
            writeln!(out, "Next: {BOLD}the whole check{BOLD:#}, without --only")?;
        }
        0 => {
            let has_more = |report: &Report| {
                let mut checks = lesson.checks.iter();
                checks.any(|check| check.role == report.role && check.level == Level::More)
            };
            let sources: Vec<String> = reports
                .iter()
                .map(|report| format!("crates/{}/src/{}.rs", lesson.name, report.role))
                .collect();
            writeln!(out, "Compare yours with ours: {}", sources.join(", "))?;
            if !args.all && reports.iter().any(has_more) {
                writeln!(
                    out,
                    "Next: {BOLD}--all{BOLD:#} checks what goes beyond the core"
                )?;
            }
        }
        1 => writeln!(
            out,
            "Stuck? {BOLD}cargo course hint {}{BOLD:#}",
            lesson.name
        )?,
        _ => writeln!(
            out,
            "Nothing is known about the program. {BOLD}cargo course doctor{BOLD:#} looks at this \
             machine"
        )?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_can_be_pasted_into_a_shell() {
        assert_eq!(
            shell_quoted("python3 'a b.py'"),
            r"'python3 '\''a b.py'\'''"
        );
    }
}
