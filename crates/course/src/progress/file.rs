//! The progress file: read, put aside when it is damaged, written whole or not at all.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;

use serde::Deserialize;

use super::{Contents, Progress, VERSION};
use crate::style::{self, WARN};
use crate::workspace::Workspace;

/// Names the folder that replaces `.course`.
const HOME: &str = "COURSE_HOME";

/// The one thing that every form of the file has.
#[derive(Deserialize)]
struct Form {
    version: u32,
}

impl Progress {
    /// Reads the file; what cannot be read is a warning and an empty progress.
    pub(crate) fn load(workspace: &Workspace) -> Progress {
        let folder = match env::var_os(HOME) {
            Some(folder) if !folder.is_empty() => PathBuf::from(folder),
            _ => workspace.root().join(".course"),
        };
        Progress::load_file(folder.join("progress.toml"))
    }

    fn load_file(file: PathBuf) -> Progress {
        let (contents, writable) = match fs::read_to_string(&file) {
            Ok(text) => parse(&text, &file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Contents::default(), true),
            // Not UTF-8 is damage; everything else is a folder we may not read.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => damaged(&file, &error),
            Err(error) => {
                warn(&format!(
                    "progress is not read: {}: {error}",
                    file.display()
                ));
                // It may be readable again tomorrow: a new file must not take its place.
                (Contents::default(), false)
            }
        };
        Progress {
            file,
            contents,
            writable,
        }
    }

    /// Writes the file, or warns: a full disk must not turn a pass into a failure.
    pub(crate) fn save(&self) {
        if !self.writable {
            return;
        }
        if let Err(error) = self.try_save() {
            warn(&format!(
                "progress is not kept: {}: {error}",
                self.file.display()
            ));
        }
    }

    /// Writes beside the file and renames, so that a reader, or a crash, sees the old file or the
    /// new one and never half of either (rename(2) is atomic).
    fn try_save(&self) -> io::Result<()> {
        let text = toml::to_string(&self.contents).map_err(io::Error::other)?;
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let beside = folder.join(format!("progress.toml.{}", process::id()));
        let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, &self.file));
        if written.is_err() {
            // Best effort: the error to report is the first one.
            let _ = fs::remove_file(&beside);
        }
        written
    }
}

/// Reads the text; the flag says whether the file may be written again.
fn parse(text: &str, file: &Path) -> (Contents, bool) {
    // The version first: a newer form need not look like ours in anything else.
    match toml::from_str::<Form>(text) {
        Ok(Form { version }) if version != VERSION => {
            warn(&format!(
                "progress is not used: {} has form {version}, this program knows {VERSION}",
                file.display(),
            ));
            return (Contents::default(), false);
        }
        Ok(_) => {}
        Err(error) => return damaged(file, &error),
    }
    match toml::from_str(text) {
        Ok(contents) => (contents, true),
        Err(error) => damaged(file, &error),
    }
}

/// Puts a damaged file aside, so that nothing is lost that somebody could still repair.
fn damaged(file: &Path, error: &dyn std::error::Error) -> (Contents, bool) {
    let aside = file.with_extension("toml.damaged");
    let kept = match fs::rename(file, &aside) {
        Ok(()) => format!("kept as {}", aside.display()),
        Err(error) => format!("it could not be put aside: {error}"),
    };
    let error = error.to_string();
    let why = error.lines().next().unwrap_or_default();
    warn(&format!(
        "progress starts again: {} is damaged ({why}); {kept}",
        file.display()
    ));
    (Contents::default(), true)
}

fn warn(message: &str) {
    style::say(&format!("{WARN}warning:{WARN:#} {message}"));
}

#[cfg(test)]
mod tests {
    use checker::Lesson;

    use super::*;

    fn lesson() -> &'static Lesson {
        checker::suites::find("tcp-basics").unwrap()
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new").join("progress.toml");
        let mut progress = Progress::load_file(file.clone());
        progress.set_current(lesson());
        progress.set_folder(lesson(), PathBuf::from("mine/\"odd\\name\n"));
        progress.set_last_failed(lesson(), "message-cut");
        progress.set_hints(lesson(), "message-cut", 2);
        progress.save();
        let again = Progress::load_file(file);
        assert_eq!(again.contents, progress.contents);
        assert_eq!(again.hints(lesson(), "message-cut"), 2);
        assert_eq!(again.hints(lesson(), "never-asked"), 0);
    }

    #[test]
    fn a_damaged_file_is_put_aside() {
        for damage in [
            &b"version = 1\n[lessons"[..],
            b"\xff\xfe",
            b"version = \"x\"",
        ] {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("progress.toml");
            fs::write(&file, damage).unwrap();
            let progress = Progress::load_file(file.clone());
            assert_eq!(progress.contents, Contents::default());
            progress.save();
            assert!(Progress::load_file(file.clone()).writable);
            let aside = fs::read(file.with_extension("toml.damaged")).unwrap();
            assert_eq!(aside, damage);
        }
    }

    #[test]
    fn a_newer_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("progress.toml");
        let newer = "version = 2\nlessons = \"elsewhere\"\n";
        fs::write(&file, newer).unwrap();
        let mut progress = Progress::load_file(file.clone());
        progress.set_current(lesson());
        progress.save();
        assert_eq!(fs::read_to_string(&file).unwrap(), newer);
    }

    #[test]
    fn more_hints_than_there_are_count_as_three() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("progress.toml");
        let text = "version = 1\n[lessons.tcp-basics.checks.message-cut]\nhints = 99\n";
        fs::write(&file, text).unwrap();
        let progress = Progress::load_file(file);
        assert_eq!(progress.hints(lesson(), "message-cut"), 3);
    }
}
