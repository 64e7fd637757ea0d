//! What is judged: a command the student gave, the student's folder, or our own programs.

use std::path::Path;

use checker::{Lesson, Role};

use crate::cli::{Check, OneRole};
use crate::error::{Error, Result};
use crate::lessons;
use crate::progress::Progress;
use crate::style;
use crate::workspace::{self, Binary, BuildError, Workspace};

/// A role and the command that plays it.
pub(super) type Subject = (Role, String);

/// What is to be judged, the server first.
///
/// # Errors
///
/// When there is nothing to judge, or it cannot be built.
pub(super) fn all(
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
        started(args, lesson, workspace, progress)?
    };
    if let Some(one) = args.role {
        let role = match one {
            OneRole::Server => Role::Server,
            OneRole::Client => Role::Client,
        };
        subjects.retain(|(of, _)| *of == role);
    }
    if let Some(name) = &args.only {
        let check = lessons::check(lesson, name)?;
        let is_meant = |role: &Role| lessons::checks(lesson, name).any(|check| check.role == *role);
        subjects.retain(|(role, _)| is_meant(role));
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
    let options = lesson.client_options.iter();
    let options: String = options
        .map(|word| format!(" --{word} {{{word}}}"))
        .collect();
    Ok(vec![
        ours(Role::Server, "--listen {addr}")?,
        ours(
            Role::Client,
            &format!("--connect {{addr}}{options} {}", lesson.reference_options),
        )?,
    ])
}

/// Whether this run is about the student's own work, which is what progress means: the folder that
/// was started, or any command as long as none was.
pub(super) fn counts(
    args: &Check,
    lesson: &Lesson,
    workspace: &Workspace,
    progress: &Progress,
) -> bool {
    let own = progress.folder(lesson);
    match &args.dir {
        _ if args.reference => false,
        Some(dir) => own.is_none_or(|own| {
            let canonical = |path: &Path| path.canonicalize().ok();
            canonical(dir) == canonical(&workspace.root().join(own))
        }),
        None if args.server.is_some() || args.client.is_some() => own.is_none(),
        None => true,
    }
}

/// The student's own folder, built.
fn started(
    args: &Check,
    lesson: &'static Lesson,
    workspace: &Workspace,
    progress: &Progress,
) -> Result<Vec<Subject>> {
    let folder = match (&args.dir, progress.folder(lesson)) {
        (Some(dir), _) => std::path::absolute(dir)
            .map_err(|error| Error::usage(format!("--dir '{}'", dir.display()), error))?,
        (None, Some(folder)) => workspace.root().join(folder),
        (None, None) => workspace.root().join("mine").join(lesson.name),
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
    style::say(&format!("judging {shown}"));
    let built = workspace
        .build_folder(&folder)
        .map_err(|error| build_error(&shown, &error))?;
    let mine = |role: Role, arguments: &str| -> Result<Subject> {
        let name = format!("my-{}-{role}", lesson.name);
        let binary = workspace::binary(&built, &name)
            .map_err(|error| error.next(format!("name it so in {shown}/Cargo.toml")))?;
        Ok((role, command_line(binary, arguments)))
    };
    let options = lesson.client_options.iter();
    let options: String = options.map(|word| format!(" {{{word}}}")).collect();
    Ok(vec![
        mine(Role::Server, "{port}")?,
        mine(Role::Client, &format!("{{host}} {{port}}{options}"))?,
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use checker::CommandLine;

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
}
