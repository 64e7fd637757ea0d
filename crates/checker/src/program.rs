//! One of our own programs, run by a test of its lesson: every wait has a
//! deadline, and nothing survives.
//!
//! Not the program under check: that is [`crate::run()`]'s, and it is trusted with
//! nothing. This one is ours; a wait in vain is a failed test, and panics.

mod bare;
pub mod datagrams;
mod pair;
mod printed;
mod signals;
mod soon;

use std::{
    io::Write as _,
    process::{Child, ChildStdin, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use printed::Printed;

pub use bare::{Bare, expect_end_without_reader};
pub use pair::{Ended, Pair, expect_wrong_usage};
#[cfg(unix)]
pub use signals::Signal;
pub use soon::{Begun, accept, begin, within};

/// The deadline of every wait: more than anything takes on a busy machine.
pub const SOON: Duration = Duration::from_secs(20);

/// A running program. Dropping it kills it.
#[derive(Debug)]
pub struct Program {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Arc<Printed>,
    stderr: Arc<Printed>,
}

impl Program {
    /// Starts a program with pipes for input and output.
    ///
    /// # Panics
    ///
    /// If it cannot be started.
    #[must_use]
    pub fn start(program: &str, args: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(args);
        Program::spawn(command)
    }

    /// Starts what `command` says, with pipes for input and output.
    ///
    /// # Panics
    ///
    /// If it cannot be started.
    #[must_use]
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program was built");
        Program {
            stdin: child.stdin.take(),
            stdout: Printed::collect(child.stdout.take().expect("piped")),
            stderr: Printed::collect(child.stderr.take().expect("piped")),
            child,
        }
    }

    /// The address it listens on.
    ///
    /// # Panics
    ///
    /// If that takes longer than [`SOON`].
    #[track_caller]
    pub fn address(&self) -> String {
        self.addresses(1).remove(0)
    }

    /// The addresses it listens on, once there are so many.
    ///
    /// # Panics
    ///
    /// If that takes longer than [`SOON`].
    #[track_caller]
    pub fn addresses(&self, count: usize) -> Vec<String> {
        self.stdout.wait(|text, _| {
            let complete = text.lines().take(text.matches('\n').count());
            let found: Vec<String> = complete
                .filter_map(|line| line.strip_prefix("listening on "))
                .map(str::to_owned)
                .collect();
            (found.len() == count).then_some(found)
        })
    }

    /// Waits for a whole line on standard output.
    ///
    /// # Panics
    ///
    /// If that takes longer than [`SOON`].
    #[track_caller]
    pub fn expect_line(&self, wanted: impl Fn(&str) -> bool) {
        self.stdout.line(&wanted);
    }

    /// Waits for a whole line on standard error.
    ///
    /// # Panics
    ///
    /// If that takes longer than [`SOON`].
    #[track_caller]
    pub fn expect_complaint(&self, wanted: impl Fn(&str) -> bool) {
        self.stderr.line(&wanted);
    }

    /// Writes to its standard input.
    ///
    /// # Panics
    ///
    /// If that was ended.
    pub fn write(&mut self, bytes: &[u8]) {
        // A program that ended early is judged by its exit code and output.
        let _ = self.stdin.as_mut().expect("input is open").write_all(bytes);
    }

    /// Ends its standard input.
    pub fn end_input(&mut self) {
        self.stdin = None;
    }

    /// Waits for the end of the program: its exit code, 128 and more for a
    /// signal.
    ///
    /// # Panics
    ///
    /// If that takes longer than [`SOON`].
    #[track_caller]
    pub fn wait(&mut self) -> i32 {
        self.wait_within(SOON)
    }

    /// As [`wait`](Self::wait), for a program that has so much to do.
    ///
    /// # Panics
    ///
    /// If that takes longer than `limit`.
    #[track_caller]
    pub fn wait_within(&mut self, limit: Duration) -> i32 {
        // Both outputs end when the program does: an event, no polling.
        if !self.stderr.ends_within(limit) {
            let (printed, complaints) = (self.printed(), self.complaints());
            panic!("it still runs after {limit:?}\nstdout:\n{printed}\nstderr:\n{complaints}");
        }
        let status = self.child.wait().expect("it is our child");
        #[cfg(unix)]
        {
            use std::os::unix::process::ExitStatusExt as _;
            status
                .code()
                .or_else(|| status.signal().map(|signal| 128 + signal))
                .expect("one of both")
        }
        #[cfg(not(unix))]
        status.code().expect("a code")
    }

    /// Its first line of output or, if it ends without one, its errors.
    ///
    /// # Panics
    ///
    /// If that takes longer than [`SOON`].
    #[track_caller]
    pub fn first_words(&self) -> String {
        let line = |text: &str, all: bool| match text.split_once('\n') {
            Some((line, _)) => Some(Some(line.to_owned())),
            None => all.then_some(None),
        };
        self.stdout.wait(line).unwrap_or_else(|| self.stderr())
    }

    /// What a running program has printed so far.
    pub fn printed(&self) -> String {
        self.stdout.wait(|text, _| Some(text.to_owned()))
    }

    /// What a running program has complained about so far.
    pub fn complaints(&self) -> String {
        self.stderr.wait(|text, _| Some(text.to_owned()))
    }

    /// Its number in the system.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything on standard output, once the program has ended.
    ///
    /// # Panics
    ///
    /// If that takes longer than [`SOON`].
    #[track_caller]
    pub fn stdout(&self) -> String {
        self.stdout.wait(|text, all| all.then(|| text.to_owned()))
    }

    /// Everything on standard error, once the program has ended.
    ///
    /// # Panics
    ///
    /// If that takes longer than [`SOON`].
    #[track_caller]
    pub fn stderr(&self) -> String {
        self.stderr.wait(|text, all| all.then(|| text.to_owned()))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
