//! A program of ours whose output nobody reads, except the test.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc::{self, TryRecvError},
};

use super::{begin, within};

/// A running program whose output is read by the test alone, or by nobody.
/// Dropping it kills it.
#[derive(Debug)]
pub struct Bare(Child);

impl Bare {
    /// Starts a program with pipes for input and output.
    ///
    /// # Panics
    ///
    /// If it cannot be started.
    #[must_use]
    pub fn start(program: &str, args: &[&str]) -> Self {
        let child = Command::new(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Bare(child.expect("the program was built"))
    }

    /// The address it listens on, and the rest of its output.
    ///
    /// # Panics
    ///
    /// If that takes longer than [`SOON`](super::SOON), or was asked before.
    #[track_caller]
    pub fn address(&mut self) -> (String, BufReader<ChildStdout>) {
        let mut stdout = BufReader::new(self.0.stdout.take().expect("once"));
        let (line, stdout) = within(move || {
            let mut line = String::new();
            stdout.read_line(&mut line).expect("UTF-8");
            (line, stdout)
        });
        let address = line.trim().strip_prefix("listening on ");
        (address.expect("an address").to_owned(), stdout)
    }

    /// Its standard input.
    ///
    /// # Panics
    ///
    /// If it was asked for before.
    pub fn input(&mut self) -> ChildStdin {
        self.0.stdin.take().expect("once")
    }

    /// Sends it SIGTERM.
    ///
    /// # Panics
    ///
    /// If it has ended.
    #[cfg(unix)]
    pub fn terminate(&self) {
        super::signals::send(&self.0, super::Signal::Terminate);
    }

    /// Waits for its end: exit code and errors.
    ///
    /// # Panics
    ///
    /// If that takes longer than [`SOON`](super::SOON).
    #[track_caller]
    pub fn wait(&mut self) -> (Option<i32>, String) {
        let mut stderr = self.0.stderr.take().expect("once");
        let text = within(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).expect("UTF-8");
            text
        });
        (self.0.wait().expect("our child").code(), text)
    }
}

/// Expects of a server that it ends by itself, with exit code 0 and without a
/// word, when nobody reads what it prints, as behind `| head -1`. `knock` gives the
/// server at an address something to tell.
///
/// # Panics
///
/// If it does not, or takes longer than [`SOON`](super::SOON).
#[track_caller]
pub fn expect_end_without_reader(program: &str, knock: impl Fn(&str) + Send + 'static) {
    let mut server = Bare::start(program, &["--listen", "127.0.0.1:0"]);
    let (address, stdout) = server.address();
    drop(stdout);
    let (ended, end) = mpsc::channel::<()>();
    // Once is not enough: a program that another test is starting at this moment
    // has the pipe too, until it is one.
    let knocking = begin(move || {
        while end.try_recv() == Err(TryRecvError::Empty) {
            knock(&address);
        }
    });
    assert_eq!(server.wait(), (Some(0), String::new()));
    drop(ended);
    knocking.end();
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
