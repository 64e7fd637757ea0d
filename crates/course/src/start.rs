//! `start`: copies the starter of a lesson to a folder of the student's own.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::Start;
use crate::error::{Error, Result};
use crate::lessons;
use crate::progress::Progress;
use crate::style::{BOLD, DIM};
use crate::workspace::Workspace;

/// Copies the starter and says what to do next.
///
/// # Errors
///
/// When the folder is already in use or cannot be written.
pub(crate) fn run(args: &Start, workspace: &Workspace, out: &mut dyn Write) -> Result<()> {
    let lesson = lessons::named(&args.lesson)?;
    let starter = workspace.lesson(lesson).join("starter");
    let folder = match &args.to {
        // Absolute, because `check` may be typed in another folder.
        Some(to) => std::path::absolute(to)
            .map_err(|error| Error::usage(format!("--to '{}'", to.display()), error))?,
        None => workspace.root().join("mine").join(lesson.name),
    };
    refuse_to_overwrite(&folder, workspace)?;
    let mut copied = Vec::new();
    copy(&starter, &folder, Path::new(""), &mut copied)
        .map_err(|(path, error)| Error::machine(format!("copying to {}", path.display()), error))?;

    let mut progress = Progress::load(workspace);
    let before = progress.folder(lesson).map(Path::to_owned);
    progress.set_current(lesson);
    let kept = folder.strip_prefix(workspace.root()).unwrap_or(&folder);
    progress.set_folder(lesson, kept.to_owned());
    progress.save();

    let shown = workspace.shown(&folder);
    writeln!(out, "Your own {} is in {BOLD}{shown}{BOLD:#}:", lesson.name)?;
    copied.sort();
    for file in &copied {
        writeln!(out, "  {}", file.display())?;
    }
    if let Some(before) = before.filter(|before| before != kept) {
        let before = before.display();
        writeln!(
            out,
            "`cargo course check` judges this folder from now on, `--dir {before}` the one before"
        )?;
    }
    writeln!(out)?;
    writeln!(out, "1. Read {}, then {}.", lesson.chapter, lesson.protocol)?;
    writeln!(
        out,
        "2. Fill the holes in the order of {}#exercise.",
        lesson.chapter
    )?;
    writeln!(
        out,
        "3. {BOLD}cargo course check{BOLD:#} {DIM}# as often as you like{DIM:#}"
    )?;
    writeln!(
        out,
        "4. {BOLD}cargo course hint{BOLD:#}  {DIM}# when you are stuck{DIM:#}"
    )?;
    Ok(())
}

/// A student's work is never overwritten, not even by a student's own command.
fn refuse_to_overwrite(folder: &Path, workspace: &Workspace) -> Result<()> {
    let what = || format!("folder {}", workspace.shown(folder));
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Error::work(what(), "there is work in it already")
            .next("`cargo course check` judges it, `--to DIR` starts another")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::work(what(), error).next("choose another with `--to DIR`")),
    }
}

/// Copies a folder, without what a build left in it.
fn copy(
    from: &Path,
    to: &Path,
    inside: &Path,
    copied: &mut Vec<PathBuf>,
) -> std::result::Result<(), (PathBuf, io::Error)> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| (path, error)
    };
    let source = from.join(inside);
    let folder = to.join(inside);
    fs::create_dir_all(&folder).map_err(at(&folder))?;
    for entry in fs::read_dir(&source).map_err(at(&source))? {
        let entry = entry.map_err(at(&source))?;
        let name = inside.join(entry.file_name());
        if entry.file_type().map_err(at(&source))?.is_dir() {
            if entry.file_name() != "target" {
                copy(from, to, &name, copied)?;
            }
        } else {
            let file = to.join(&name);
            fs::copy(entry.path(), &file).map_err(at(&file))?;
            copied.push(name);
        }
    }
    Ok(())
}
