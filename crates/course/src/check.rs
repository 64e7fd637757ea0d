//! `check`: has a student's program judged, and keeps what was learnt.

mod live;
mod next;
mod subject;

use std::io::Write;
use std::time::Duration;

use checker::{
    CommandLine, Lesson, Options, Outcome, Report, Role, Target, Verdict,
    report::{self, Style},
};

use crate::cli::{Check, ReportForm};
use crate::error::{Error, Kind, Result};
use crate::lessons;
use crate::progress::Progress;
use crate::style;
use crate::workspace::Workspace;
use next::Next;

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
    let subjects = subject::all(args, lesson, workspace, &progress).inspect_err(|error| {
        // The error itself is what is reported; a closed output is no second one.
        let _ = write_unmade(args.report, lesson, error, out);
    })?;
    let judged = judge(args, lesson, subjects)?;

    let counts = subject::counts(args, lesson, workspace, &progress);
    if counts {
        keep(&mut progress, lesson, &judged.reports);
    }
    write_reports(args.report, &judged.reports, out)?;
    let code = if judged.stopped {
        // Whatever it found: who stopped it knows that it is not all.
        Verdict::Stopped.exit_code()
    } else {
        Verdict::of(&judged.reports).exit_code()
    };
    if args.report == ReportForm::Pretty && !args.reference {
        writeln!(out)?;
        let own = progress.folder(lesson).filter(|_| !counts);
        let next = Next {
            args,
            lesson,
            reports: &judged.reports,
            waiting: judged.waiting,
            not_counted: own.map(|folder| folder.display().to_string()),
        };
        next.write(code, out)?;
    }
    Ok(code)
}

/// What was found out.
struct Judged {
    reports: Vec<Report>,
    /// The role that was not looked at, because the one before it failed.
    waiting: Option<Role>,
    /// Ctrl-C ended it.
    stopped: bool,
}

/// Judges the server and, unless that fails, the client.
fn judge(args: &Check, lesson: &'static Lesson, subjects: Vec<subject::Subject>) -> Result<Judged> {
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..SEEDS));
    // By its name, also when it was asked for by its requirement.
    let only = match &args.only {
        Some(name) => Some(lessons::check(lesson, name)?.name.to_owned()),
        None => None,
    };
    let judge = live::Judge::new(args.report)?;
    let mut judged = Judged {
        reports: Vec::new(),
        waiting: None,
        stopped: false,
    };
    for (role, command) in subjects {
        if !args.keep_going && Verdict::of(&judged.reports) == Verdict::Failed {
            // One card at a time: most of what is wrong here is wrong there for the same reason.
            judged.waiting = Some(role);
            break;
        }
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
            // Ours can run side by side; whether a student's can is for the checks to find out.
            at_once: if args.reference { 8 } else { 1 },
            stop: judge.stop(),
            ..Options::default()
        };
        judged.reports.push(judge.run(lesson, &target, &options));
        judged.stopped = judge.is_stopped();
        if judged.stopped {
            break;
        }
    }
    Ok(judged)
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
    if let Some(dir) = &args.dir {
        command.push_str(&format!(
            " --dir {}",
            shell_quoted(&dir.display().to_string())
        ));
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

/// A script that reads the report finds one, also when nothing could be judged.
fn write_unmade(
    form: ReportForm,
    lesson: &Lesson,
    error: &Error,
    out: &mut dyn Write,
) -> Result<()> {
    let verdict = match error.kind {
        Kind::Work => Verdict::Failed,
        Kind::Machine => Verdict::Broken,
        // The command line was wrong: there is no run to report.
        Kind::Usage | Kind::Stopped | Kind::Closed => return Ok(()),
    };
    match form {
        ReportForm::Pretty => {}
        ReportForm::Json => report::json_unmade(lesson, verdict, &error.to_string(), out)?,
        ReportForm::Junit => report::junit_unmade(lesson, &error.to_string(), out)?,
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
