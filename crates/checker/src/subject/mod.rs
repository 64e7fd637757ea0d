//! The program under check: started, listened to, and ended without survivors.

mod command;
mod group;
mod output;
mod port;
mod system;

use std::io::Write as _;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::Sender;

pub use command::CommandLine;
pub(crate) use command::Values;
pub use group::end_all;
pub(crate) use group::{Exit, Stop};
pub(crate) use output::{COMPLAINED, Output};
pub(crate) use port::{Port, is_free};
pub(crate) use system::{Processes, Usage, allow_open_files, receivers};

use crate::history::History;
use crate::limits::Deadline;
use crate::verdict::Failure;
use group::Group;

/// One run of the program under check. Dropping it ends the whole group.
pub(crate) struct Subject {
    group: Group,
    output: Arc<Output>,
    input: Option<Sender<Vec<u8>>>,
    /// Set before the judge ends the program, whose death is then no event.
    released: Arc<AtomicBool>,
    /// Waits for the program's end and hands the child back for reaping.
    watcher: Option<JoinHandle<std::process::Child>>,
}

impl Subject {
    /// Starts `command`, with a standard input that is open and silent until it
    /// is fed or ended. For a server, too: one that also reads its operator's
    /// lines must not find them ended, as they would be on `/dev/null`.
    pub(crate) fn start(
        command: &CommandLine,
        values: &Values,
        history: &History,
        deadline: Deadline,
    ) -> Result<Self, Failure> {
        let words = command.fill(values);
        let (mut process, mark) = group::command(&words);
        // The same answers on every machine; a check may tell another zone.
        process.env("TZ", "UTC");
        for (name, value) in values.pairs() {
            process.env(name.to_ascii_uppercase(), value);
        }
        process
            .current_dir(&values.dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        history.note(format!(
            "started {}",
            crate::show::escape(words.join(" ").as_bytes())
        ));
        let spawned = {
            let _alone = port::while_nobody_is_started();
            process.spawn()
        };
        let mut child = spawned
            .map_err(|error| Failure::Broken(format!("cannot start {}: {error}", words[0])))?;
        let group = Group::of(&child, mark)
            .map_err(|error| Failure::Broken(format!("cannot make a process group: {error}")))?;
        let output = Arc::new(Output::new(history.clone(), deadline));
        if let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) {
            output::capture(&output, stdout, stderr);
        }
        let input = child.stdin.take().map(feeder);
        let released = Arc::new(AtomicBool::new(false));
        let watcher = thread::spawn({
            let (output, released, history) = (output.clone(), released.clone(), history.clone());
            move || {
                let exit = group::wait_without_reaping(&mut child);
                let own_end = !released.load(Ordering::Relaxed);
                if let Some(exit) = exit.filter(|_| own_end) {
                    history.note(format!("the program ended: {exit}"));
                }
                output.ended(exit.unwrap_or(Exit::Code(0)));
                child
            }
        });
        Ok(Self {
            group,
            output,
            input,
            released,
            watcher: Some(watcher),
        })
    }

    pub(crate) fn output(&self) -> &Arc<Output> {
        &self.output
    }

    /// The number of its process group, for [`Processes::of`].
    pub(crate) fn group(&self) -> i32 {
        self.group.id()
    }

    /// How it ended, if it has.
    pub(crate) fn exited(&self) -> Option<Exit> {
        self.wait_exit(Duration::ZERO)
    }

    /// Waits at most `limit` for its end.
    pub(crate) fn wait_exit(&self, limit: Duration) -> Option<Exit> {
        self.output.wait(limit, |state| state.exit)
    }

    /// Writes to its standard input, without waiting for it to read.
    pub(crate) fn feed(&self, bytes: &[u8]) {
        if let Some(input) = &self.input {
            // The feeder is gone only when the program closed its input.
            let _ = input.send(bytes.to_vec());
        }
    }

    /// Ends its standard input once everything fed was read.
    pub(crate) fn end_input(&mut self) {
        self.input = None;
    }

    /// Asks it to stop.
    pub(crate) fn signal(&self, stop: Stop) {
        self.group.signal(stop);
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        self.released.store(true, Ordering::Relaxed);
        self.group.kill();
        if let Some(Ok(mut child)) = self.watcher.take().map(JoinHandle::join) {
            let _ = child.wait();
        }
        self.group.wait_until_gone();
    }
}

/// A thread that writes to a pipe whose reader may take its time.
///
/// It is not joined: it ends when the program does, because the pipe breaks.
fn feeder(mut pipe: std::process::ChildStdin) -> Sender<Vec<u8>> {
    let (sender, chunks) = crossbeam_channel::unbounded::<Vec<u8>>();
    thread::spawn(move || {
        for chunk in chunks {
            if pipe.write_all(&chunk).and_then(|()| pipe.flush()).is_err() {
                return;
            }
        }
    });
    sender
}
