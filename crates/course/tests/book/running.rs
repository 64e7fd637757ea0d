//! A program of a transcript while it runs.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::transcript::Typed;

/// For anything that is waited for: far more than it takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// A program that runs, and what it has printed.
pub(crate) struct Running {
    child: Child,
    /// Lines of standard output, or `None` at its end.
    news: Receiver<Option<String>>,
    pub(crate) lines: Vec<String>,
    complaints: Receiver<String>,
}

impl Running {
    pub(crate) fn start(
        folder: &Path,
        typed: &Typed,
        program: &Path,
        args: &[String],
    ) -> Result<Running, String> {
        let (output, sink) = std::io::pipe().unwrap();
        let mut command = Command::new(program);
        command.current_dir(folder).args(args);
        command.stdin(match typed.input {
            Some(_) => Stdio::piped(),
            None => Stdio::null(),
        });
        if typed.with_errors {
            command.stderr(sink.try_clone().unwrap());
        } else {
            command.stderr(Stdio::piped());
        }
        command.stdout(sink);
        let mut child = command
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        // It holds our copies of the pipe, and they would keep it from ending.
        drop(command);
        if let Some(input) = &typed.input {
            // Little enough for the pipe. A program that does not read it is not wrong.
            let _ = child.stdin.take().unwrap().write_all(input);
        }
        let (line, news) = channel();
        thread::spawn(move || {
            for text in BufReader::new(output).lines() {
                let text = text.unwrap_or_else(|error| format!("({error})"));
                if line.send(Some(text)).is_err() {
                    return;
                }
            }
            let _ = line.send(None);
        });
        let (complaint, complaints) = channel();
        if let Some(mut errors) = child.stderr.take() {
            thread::spawn(move || {
                let mut text = String::new();
                let _ = errors.read_to_string(&mut text);
                let _ = complaint.send(text);
            });
        }
        Ok(Running {
            child,
            news,
            lines: Vec::new(),
            complaints,
        })
    }

    /// Waits until the lines are as wanted. `false` at the end of output, or at the deadline.
    pub(crate) fn wait(&mut self, wanted: impl Fn(&[String]) -> bool) -> bool {
        let deadline = Instant::now() + DEADLINE;
        while !wanted(&self.lines) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.news.recv_timeout(left) {
                Ok(Some(line)) => self.lines.push(line),
                Ok(None) | Err(_) => return false,
            }
        }
        true
    }

    /// Waits for its end; the exit code.
    pub(crate) fn end(&mut self) -> Result<i32, String> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.news.recv_timeout(left) {
                Ok(Some(line)) => self.lines.push(line),
                Ok(None) => break,
                Err(_) => return Err(format!("does not end; {}", self.said())),
            }
        }
        // Its output is closed, so it is ending.
        let status = self.child.wait().map_err(|error| error.to_string())?;
        status.code().ok_or_else(|| format!("ended by {status}"))
    }

    pub(crate) fn said(&mut self) -> String {
        let _ = self.child.kill();
        format!("it said {:?}{}", self.lines, self.errors())
    }

    /// Its complaints, if it has ended.
    pub(crate) fn errors(&self) -> String {
        match self.complaints.recv_timeout(Duration::from_millis(200)) {
            Ok(text) if !text.is_empty() => format!("\n  it complained: {}", text.trim_end()),
            _ => String::new(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
