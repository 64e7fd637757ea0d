//! The command as a whole process, with progress in a folder of its own.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use checker::program::Program;
use tempfile::TempDir;

/// More than any command takes on a busy machine, all checks of a lesson included.
const LIMIT: Duration = Duration::from_secs(300);

/// A student's machine: an empty progress folder.
pub(crate) struct Student {
    folder: TempDir,
}

/// How the command ended.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Student {
    #[allow(
        clippy::new_without_default,
        reason = "a folder is made: not a default"
    )]
    pub(crate) fn new() -> Student {
        Student {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A folder that is removed afterwards.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The command, running.
    #[cfg(unix)]
    pub(crate) fn start(&self, args: &[&str]) -> Program {
        Program::spawn(self.course(args))
    }

    /// The command, not yet started.
    pub(crate) fn course(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_course"));
        command
            .args(args)
            .env("COURSE_HOME", self.folder.path().join("home"))
            .env_remove("NO_COLOR")
            .current_dir(self.folder.path());
        command
    }

    /// Runs the command to its end, while nobody types anything.
    #[track_caller]
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.course(args))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Runs a command to its end, while nobody types anything.
    #[track_caller]
    pub(crate) fn of(command: Command) -> Ran {
        let mut program = Program::spawn(command);
        program.end_input();
        let code = Some(program.wait_within(LIMIT));
        Ran {
            code,
            stdout: program.stdout(),
            stderr: program.stderr(),
        }
    }

    /// Asserts the exit code and gives the output back.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Ran {
        assert_eq!(
            self.code,
            Some(code),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// The error, which must be the last line and nothing but that line long.
    #[track_caller]
    pub(crate) fn error(&self) -> &str {
        let line = self.stderr.lines().last().unwrap_or_default();
        assert!(line.starts_with("error: "), "{}", self.stderr);
        line
    }
}
