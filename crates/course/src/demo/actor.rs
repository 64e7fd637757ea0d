//! One program on the stage: started, read line by line, never left behind.

use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Instant;

use crossbeam_channel::Sender;

/// Longest line that is kept whole: the lesson's programs print nothing longer.
const LONGEST_LINE: u64 = 128 * 1024;

/// Something a program said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) at: Instant,
    /// Who, by its number on the stage.
    pub(super) actor: usize,
    pub(super) what: Speech,
}

/// What it said.
#[derive(Debug)]
pub(super) enum Speech {
    /// One line on standard output, escaped.
    Output(String),
    /// One line on standard error, escaped.
    Complaint(String),
    /// One of the two streams has ended.
    Silence,
}

/// A running program.
#[derive(Debug)]
pub(super) struct Actor {
    pub(super) name: String,
    child: Child,
    input: Option<ChildStdin>,
    /// Streams that have not ended; at 0 the program is about to be gone.
    open_streams: u8,
    status: Option<ExitStatus>,
}

impl Actor {
    /// Starts a program. What it says is sent to `ears` under its `number`.
    ///
    /// # Errors
    ///
    /// When the system cannot start it.
    pub(super) fn start(
        name: &str,
        number: usize,
        program: &Path,
        args: &[String],
        ears: &Sender<Said>,
    ) -> io::Result<Actor> {
        let mut command = Command::new(program);
        command
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // A group of its own: Ctrl-C at the terminal is for us, and we end it in order.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let input = child.stdin.take();
        let output = child.stdout.take();
        let complaints = child.stderr.take();
        // Before the readers: if one of them cannot be started, dropping this ends the program.
        let actor = Actor {
            name: name.to_owned(),
            child,
            input,
            open_streams: 2,
            status: None,
        };
        if let Some(stream) = output {
            listen(stream, number, Speech::Output, ears.clone())?;
        }
        if let Some(stream) = complaints {
            listen(stream, number, Speech::Complaint, ears.clone())?;
        }
        Ok(actor)
    }

    /// Types text, as at a keyboard.
    ///
    /// # Errors
    ///
    /// When its input is closed.
    pub(super) fn type_text(&mut self, text: &str) -> io::Result<()> {
        let input = self.input.as_mut();
        let input = input.ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe))?;
        input.write_all(text.as_bytes())?;
        input.flush()
    }

    /// Ends its input, as Ctrl-D does.
    pub(super) fn end_input(&mut self) {
        self.input = None;
    }

    /// Asks it to stop, as Ctrl-C does; where there is no such thing, ends it.
    pub(super) fn ask_to_stop(&mut self) {
        // A program that has just gone by itself needs no asking.
        #[cfg(unix)]
        let _ = rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.child),
            rustix::process::Signal::TERM,
        );
        #[cfg(not(unix))]
        let _ = self.child.kill();
    }

    /// One of its streams has ended.
    pub(super) fn falls_silent(&mut self) {
        self.open_streams = self.open_streams.saturating_sub(1);
    }

    /// Whether it has nothing more to say but its end has not been seen.
    pub(super) fn is_leaving(&self) -> bool {
        self.open_streams == 0 && self.status.is_none()
    }

    /// Looks whether it has ended; true the first time.
    pub(super) fn has_just_left(&mut self) -> bool {
        if !self.is_leaving() {
            return false;
        }
        self.status = self.child.try_wait().ok().flatten();
        self.status.is_some()
    }

    /// How it has ended, if it has.
    pub(super) fn status(&self) -> Option<ExitStatus> {
        self.status
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        if self.status.is_none() {
            // Fails only if it has gone already; waiting then collects it.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Reads a stream line by line until it ends, in a thread of its own.
fn listen(
    stream: impl Read + Send + 'static,
    actor: usize,
    say: fn(String) -> Speech,
    ears: Sender<Said>,
) -> io::Result<()> {
    let read = move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = (&mut stream)
                .take(LONGEST_LINE)
                .read_until(b'\n', &mut line);
            let at = Instant::now();
            let (what, over) = match read {
                Ok(0) | Err(_) => (Speech::Silence, true),
                Ok(_) => {
                    let text = line.strip_suffix(b"\n").unwrap_or(&line);
                    let text = text.strip_suffix(b"\r").unwrap_or(text);
                    (say(checker::harmless(text)), false)
                }
            };
            if ears.send(Said { at, actor, what }).is_err() || over {
                return;
            }
        }
    };
    thread::Builder::new().name("ears".to_owned()).spawn(read)?;
    Ok(())
}
