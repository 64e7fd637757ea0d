//! `check`: has a student's program judged, and keeps what was learnt.

use std::io::{self, IsTerminal as _, Write};
use std::time::Duration;

use checker::{
    CommandLine, Lesson, Level, Options, Outcome, Progress as Live, Report, Role, Target,
    report::{self, Style},
};

use crate::cli::{Check, ReportForm};
use crate::error::{Error, Result};
use crate::lessons;
use crate::progress::Progress;
use crate::style::{self, BOLD};
use crate::workspace::{self, Binary, BuildError, Workspace};

/// How long a program may take until it listens: an interpreter on a busy machine needs seconds.
const START: Duration = Duration::from_secs(10);

/// A role and the command that plays it.
type Subject = (Role, String);

/// Judges and reports.
///
/// # Errors
///
/// When there is nothing to judge, or it cannot be built or started.
pub(crate) fn run(args: &Check, workspace: &Workspace, out: &mut dyn Write) -> Result<u8> {
    let mut progress = Progress::load(workspace);
    let lesson = lessons::named_or_current(args.lesson.as_deref(), &progress)?;
    let subjects = subjects(args, lesson, workspace, &progress)?;
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..));

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
            only: args.only.clone(),
            keep_going: args.keep_going,
            seed,
            replay: replay(args, lesson, role),
            start_timeout: START,
        };
        reports.push(judge(lesson, &target, &options, args.report));
    }

    if !args.reference {
        keep(&mut progress, lesson, &reports);
    }
    write_reports(args.report, &reports, out)?;
    let code = exit_code(&reports);
    if args.report == ReportForm::Pretty && !args.reference {
        writeln!(out)?;
        what_next(args, lesson, &reports, code, out)?;
    }
    Ok(code)
}

/// What is to be judged: a role and the command that plays it.
fn subjects(
    args: &Check,
    lesson: &'static Lesson,
    workspace: &Workspace,
    progress: &Progress,
) -> Result<Vec<Subject>> {
    let mut subjects = if args.reference {
        reference(lesson, workspace)?
    } else if args.server.is_some() || args.client.is_some() {
        let given = [(Role::Server, &args.server), (Role::Client, &args.client)];
        let given = given.into_iter();
        given
            .filter_map(|(role, command)| Some((role, command.clone()?)))
            .collect()
    } else {
        started(lesson, workspace, progress)?
    };
    if let Some(name) = &args.only {
        let check = lessons::check(lesson, name)?;
        subjects.retain(|(role, _)| *role == check.role);
        if subjects.is_empty() {
            return Err(Error::usage(
                format!("--only {name}"),
                format!("it is a check of the {0}; give --{0} CMD", check.role),
            ));
        }
    }
    Ok(subjects)
}

/// The course's own programs.
fn reference(lesson: &Lesson, workspace: &Workspace) -> Result<Vec<Subject>> {
    let built = workspace.build_lesson(lesson)?;
    let ours = |role: Role, arguments: &str| -> Result<Subject> {
        let name = format!("{}-{role}", lesson.name);
        let binary = workspace::binary(&built, &name)?;
        Ok((role, command_line(binary, arguments)))
    };
    Ok(vec![
        ours(Role::Server, "--listen {addr}")?,
        ours(Role::Client, "--connect {addr}")?,
    ])
}

/// The student's own folder, built.
fn started(
    lesson: &'static Lesson,
    workspace: &Workspace,
    progress: &Progress,
) -> Result<Vec<Subject>> {
    let folder = match progress.folder(lesson) {
        Some(folder) => workspace.root().join(folder),
        None => workspace.root().join("mine").join(lesson.name),
    };
    let shown = workspace.shown(&folder);
    if !folder.join("Cargo.toml").is_file() {
        return Err(Error::usage(
            format!("your {}", lesson.name),
            format!("there is none in {shown}"),
        )
        .next(format!(
            "`cargo course start {0}`, or `cargo course check {0} --server CMD` for a program of \
             your own",
            lesson.name
        )));
    }
    let built = workspace
        .build_folder(&folder)
        .map_err(|error| build_error(&shown, &error))?;
    let mine = |role: Role, arguments: &str| -> Result<Subject> {
        let name = format!("my-{}-{role}", lesson.name);
        let binary = workspace::binary(&built, &name)
            .map_err(|error| error.next(format!("name it so in {shown}/Cargo.toml")))?;
        Ok((role, command_line(binary, arguments)))
    };
    Ok(vec![
        mine(Role::Server, "{port}")?,
        mine(Role::Client, "{host} {port}")?,
    ])
}

fn build_error(folder: &str, error: &BuildError) -> Error {
    let what = format!("{folder} does not build");
    match error {
        BuildError::Refused | BuildError::NotStarted => {
            Error::work(what, workspace::describe(error))
                .next("a build error, not a failed check: the first message is the one to read")
        }
        BuildError::Cargo(why) => Error::machine(what, why).next("cargo course doctor"),
    }
}

/// A binary and its arguments as a command line. There is no escape inside quotes, so the kind
/// that the path does not contain is used.
fn command_line(binary: &Binary, arguments: &str) -> String {
    let path = binary.path.display().to_string();
    let quote = if path.contains('"') { '\'' } else { '"' };
    format!("{quote}{path}{quote} {arguments}")
}

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

/// Runs the checks of one role, with a line that says which one is running where somebody looks.
fn judge(lesson: &'static Lesson, target: &Target, options: &Options, form: ReportForm) -> Report {
    // On standard error: the report alone is on standard output.
    let live = form == ReportForm::Pretty && io::stderr().is_terminal();
    let report = checker::run(lesson, target, options, &mut |event| {
        if let (true, Live::Started(check)) = (live, event) {
            let _ = write!(io::stderr(), "\r\x1b[2K{} {} …", check.role, check.name);
        }
    });
    if live {
        let _ = write!(io::stderr(), "\r\x1b[2K");
    }
    report
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

/// A failed program is failed whatever else happened; otherwise a check that could not be made
/// means that nothing is known.
fn exit_code(reports: &[Report]) -> u8 {
    let codes: Vec<u8> = reports.iter().map(Report::exit_code).collect();
    [1, 3]
        .into_iter()
        .find(|code| codes.contains(code))
        .unwrap_or(0)
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
    use std::path::PathBuf;

    use super::*;

    fn binary(path: &str) -> Binary {
        Binary {
            name: "x".to_owned(),
            path: PathBuf::from(path),
        }
    }

    #[test]
    fn a_path_with_blanks_or_quotes_stays_one_word() {
        assert_eq!(
            command_line(&binary("/a b/c"), "{port}"),
            "\"/a b/c\" {port}"
        );
        assert_eq!(command_line(&binary("/a\"b"), "x"), "'/a\"b' x");
        assert!(CommandLine::parse(&command_line(&binary("C:\\a b\\c.exe"), "1")).is_ok());
    }

    #[test]
    fn a_replay_can_be_pasted_into_a_shell() {
        assert_eq!(
            shell_quoted("python3 'a b.py'"),
            r"'python3 '\''a b.py'\'''"
        );
    }
}
