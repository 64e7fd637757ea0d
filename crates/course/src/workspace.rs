//! Where the repository is, and building what is in it with the cargo that built us.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use checker::Lesson;
use serde::Deserialize;

use crate::error::{Error, Result};

/// The repository this command belongs to.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

/// A binary that cargo has built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binary {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

/// How a build ended that did not give binaries.
#[derive(Debug)]
pub(crate) enum BuildError {
    /// The compiler refused the sources; its words are on standard error.
    Refused,
    /// Cargo stopped before compiling: a broken manifest, a dependency it cannot get.
    NotStarted,
    /// Cargo itself could not be run.
    Cargo(String),
}

impl Workspace {
    /// Finds the repository: `cargo run` names our package's folder in the environment, which
    /// survives moving the clone; a copied binary falls back to where it was compiled.
    ///
    /// # Errors
    ///
    /// When neither place holds the repository any more.
    pub(crate) fn find() -> Result<Workspace> {
        let at_run_time = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let at_compile_time = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        [at_run_time, Some(at_compile_time)]
            .into_iter()
            .flatten()
            .filter_map(|package| Some(package.parent()?.parent()?.to_owned()))
            .find(|root| root.join("crates/course/Cargo.toml").is_file())
            .map(|root| Workspace { root })
            .ok_or_else(|| {
                Error::machine("the repository", "not where this command was built")
                    .next("run `cargo course` inside your clone")
            })
    }

    /// The repository's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a lesson.
    pub(crate) fn lesson(&self, lesson: &Lesson) -> PathBuf {
        self.root.join("crates").join(lesson.name)
    }

    /// A path for people: relative to the repository where it is inside.
    pub(crate) fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        checker::harmless(path.display().to_string().as_bytes())
    }

    /// Builds the binaries of a lesson. Cargo reports on standard error.
    ///
    /// # Errors
    ///
    /// When they cannot be built: the course's own fault, or the toolchain's.
    pub(crate) fn build_lesson(&self, lesson: &Lesson) -> Result<Vec<Binary>> {
        let mut cargo = self.cargo();
        cargo
            .current_dir(&self.root)
            .args(["--package", lesson.name, "--bins"]);
        build(cargo).map_err(|error| {
            Error::machine(format!("building {}", lesson.name), describe(&error))
                .next("cargo course doctor")
        })
    }

    /// Builds a student's folder, first without the network: a starter has no dependencies, so a
    /// machine without a network must be enough.
    ///
    /// Into a target directory of its own: in a shared one cargo takes two packages of one name
    /// for the same, and what is older than the last build for built.
    ///
    /// # Errors
    ///
    /// What went wrong; the caller says whose fault it is.
    pub(crate) fn build_folder(
        &self,
        folder: &Path,
    ) -> std::result::Result<Vec<Binary>, BuildError> {
        let attempt = |offline: bool| {
            let mut cargo = self.cargo();
            cargo
                .current_dir(folder)
                .arg("--bins")
                .arg("--target-dir")
                .arg(folder.join("target"));
            if offline {
                cargo.arg("--offline");
                // The second attempt says it again, with the network's help or without.
                cargo.env("CARGO_TERM_QUIET", "false");
            }
            build(cargo)
        };
        match attempt(true) {
            Err(BuildError::NotStarted) => attempt(false),
            result => result,
        }
    }

    /// `cargo build` in the profile we were built in, so that dependencies are shared.
    fn cargo(&self) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(["build", "--message-format", "json-render-diagnostics"]);
        if !cfg!(debug_assertions) {
            command.arg("--release");
        }
        command
    }
}

/// Picks the binary NAME.
///
/// # Errors
///
/// When the build gave no such binary, with the names it did give.
pub(crate) fn binary<'a>(binaries: &'a [Binary], name: &str) -> Result<&'a Binary> {
    binaries
        .iter()
        .find(|binary| binary.name == name)
        .ok_or_else(|| {
            let names: Vec<&str> = binaries.iter().map(|binary| binary.name.as_str()).collect();
            let why = match names.as_slice() {
                [] => "the package has no binaries".to_owned(),
                names => format!("the package has only {}", names.join(", ")),
            };
            Error::work(format!("no binary '{name}'"), why)
        })
}

/// What cargo says on standard output with `--message-format json-render-diagnostics`
/// (<https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>).
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact {
        target: ArtifactTarget,
        executable: Option<PathBuf>,
    },
    BuildFinished {
        success: bool,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct ArtifactTarget {
    name: String,
}

fn build(mut cargo: Command) -> std::result::Result<Vec<Binary>, BuildError> {
    let failed = |error: std::io::Error| BuildError::Cargo(format!("cargo: {error}"));
    let mut child = cargo
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let stdout = child.stdout.take();
    let mut binaries = Vec::new();
    let mut finished = None;
    for line in stdout
        .into_iter()
        .flat_map(|out| BufReader::new(out).lines())
    {
        match serde_json::from_str(&line.map_err(failed)?) {
            Ok(Message::CompilerArtifact {
                target,
                executable: Some(path),
            }) => binaries.push(Binary {
                name: target.name,
                path,
            }),
            Ok(Message::BuildFinished { success }) => finished = Some(success),
            // A build script may print what it likes; it is not ours to judge.
            Ok(_) | Err(_) => {}
        }
    }
    let status = child.wait().map_err(failed)?;
    match (status.success(), finished) {
        (true, _) => Ok(binaries),
        (false, Some(_)) => Err(BuildError::Refused),
        (false, None) => Err(BuildError::NotStarted),
    }
}

/// A build error in a few words.
pub(crate) fn describe(error: &BuildError) -> String {
    match error {
        BuildError::Refused => "the compiler's messages are above".to_owned(),
        BuildError::NotStarted => "cargo's message is above".to_owned(),
        BuildError::Cargo(why) => why.clone(),
    }
}
