//! Server and client of one lesson.

use super::Program;

/// The programs of a lesson, by their paths.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// The server's.
    pub server: &'static str,
    /// The client's.
    pub client: &'static str,
}

/// What a client left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its standard output.
    pub printed: String,
    /// Its standard error.
    pub errors: String,
    /// Its exit code.
    pub code: i32,
}

impl Pair {
    /// Starts the server on a free port of 127.0.0.1.
    #[must_use]
    pub fn server(&self, args: &[&str]) -> Program {
        Program::start(self.server, &[&["--listen", "127.0.0.1:0"], args].concat())
    }

    /// Starts a client of the server at `address`.
    #[must_use]
    pub fn client(&self, address: &str, args: &[&str]) -> Program {
        Program::start(self.client, &[&["--connect", address], args].concat())
    }

    /// Runs a client to its end, with `input` as its standard input.
    ///
    /// # Panics
    ///
    /// If that takes longer than [`SOON`](super::SOON).
    #[track_caller]
    pub fn run(&self, address: &str, args: &[&str], input: &str) -> Ended {
        let mut client = self.client(address, args);
        client.write(input.as_bytes());
        client.end_input();
        let code = client.wait();
        Ended {
            printed: client.stdout(),
            errors: client.stderr(),
            code,
        }
    }

    /// As [`run`](Self::run): standard output and exit code.
    ///
    /// # Panics
    ///
    /// If that takes longer than [`SOON`](super::SOON).
    #[track_caller]
    pub fn talk(&self, address: &str, args: &[&str], input: &str) -> (String, i32) {
        let ended = self.run(address, args, input);
        (ended.printed, ended.code)
    }
}

/// Expects of each command line that the program refuses it: exit code 2, and
/// one line of error that contains the word beside it.
///
/// # Panics
///
/// If it does not.
#[track_caller]
pub fn expect_wrong_usage(program: &str, refused: &[(&[&str], &str)]) {
    for (args, part) in refused {
        let mut program = Program::start(program, args);
        assert_eq!(program.wait(), 2, "{args:?}");
        let error = program.stderr();
        assert!(
            error.starts_with("error: ") && error.contains(part) && error.lines().count() == 1,
            "{args:?}: {error}"
        );
    }
}
