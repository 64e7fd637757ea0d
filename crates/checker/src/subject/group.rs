//! The program and everything it starts, as one thing that can be ended.
//!
//! A program under check may hang, fork or ignore signals. It runs in a
//! process group of its own (a job object on Windows), and the group is ended
//! as a whole, so that nothing survives a check.

use std::fmt;
use std::process::{Child, Command};

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Code(i32),
    #[cfg_attr(
        windows,
        expect(dead_code, reason = "no program ends by a signal there")
    )]
    Signal(i32),
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Code(code) => write!(f, "exit code {code}"),
            Exit::Signal(signal) => write!(f, "killed by signal {signal}"),
        }
    }
}

pub(crate) use system::{Group, command, wait_without_reaping};

/// Ends every program under check with all it started. For a process that is
/// about to end itself and has no time to unwind.
pub fn end_all() {
    system::end_all();
}

#[cfg(unix)]
mod system {
    use std::os::unix::process::CommandExt as _;

    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

    use std::sync::Mutex;

    use super::{Child, Command, Exit};
    use crate::history::lock;

    /// The groups that have not ended.
    static LIVE: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

    pub(super) fn end_all() {
        for &group in lock(&LIVE).iter() {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    /// No core dumps, and no file above 1 GiB (in blocks of 512 bytes), so
    /// that a runaway program cannot fill the disk. The shell replaces itself
    /// with the program, whose process id is therefore the child's.
    const LIMITS: &str = "ulimit -c 0; ulimit -f 2097152; exec \"$@\"";

    pub(crate) fn command(words: &[String]) -> Command {
        let mut command = Command::new("sh");
        command
            .args(["-c", LIMITS, "sh"])
            .args(words)
            .process_group(0);
        command
    }

    pub(crate) struct Group(Pid);

    impl Group {
        pub(crate) fn of(child: &Child) -> std::io::Result<Self> {
            let group = Pid::from_child(child);
            lock(&LIVE).push(group);
            Ok(Self(group))
        }

        pub(crate) fn id(&self) -> i32 {
            self.0.as_raw_nonzero().get()
        }

        /// SIGTERM to every process of the group, as a terminal would send it.
        pub(crate) fn terminate(&self) {
            // An error means that nobody is left to be told.
            let _ = kill_process_group(self.0, Signal::TERM);
        }

        pub(crate) fn kill(&self) {
            let _ = kill_process_group(self.0, Signal::KILL);
            lock(&LIVE).retain(|&group| group != self.0);
        }
    }

    /// Waits for the end of `child` but leaves it a zombie: as long as it is
    /// not reaped its number, which names the group, cannot be given away.
    pub(crate) fn wait_without_reaping(child: &mut Child) -> Option<Exit> {
        let id = WaitId::Pid(Pid::from_child(child));
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let status = rustix::io::retry_on_intr(|| waitid(id.clone(), options)).ok()??;
        status
            .exit_status()
            .map(Exit::Code)
            .or_else(|| status.terminating_signal().map(Exit::Signal))
    }
}

#[cfg(windows)]
mod system {
    use std::os::windows::io::AsRawHandle as _;
    use std::sync::Mutex;

    use win32job::{ExtendedLimitInfo, Job};

    use super::{Child, Command, Exit};
    use crate::history::lock;

    /// The end of this process closes the jobs, and that ends what is in them.
    pub(super) fn end_all() {}

    pub(crate) fn command(words: &[String]) -> Command {
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        command
    }

    /// Dropping the job ends every process in it.
    pub(crate) struct Group(Mutex<Option<Job>>);

    impl Group {
        pub(crate) fn of(child: &Child) -> std::io::Result<Self> {
            let mut limits = ExtendedLimitInfo::new();
            limits.limit_kill_on_job_close();
            let job = Job::create_with_limit_info(&limits).map_err(std::io::Error::other)?;
            job.assign_process(child.as_raw_handle() as isize)
                .map_err(std::io::Error::other)?;
            Ok(Self(Mutex::new(Some(job))))
        }

        pub(crate) fn id(&self) -> i32 {
            0
        }

        pub(crate) fn terminate(&self) {}

        pub(crate) fn kill(&self) {
            lock(&self.0).take();
        }
    }

    /// On Windows a handle keeps the process's number; nothing is reaped.
    pub(crate) fn wait_without_reaping(child: &mut Child) -> Option<Exit> {
        child.wait().ok()?.code().map(Exit::Code)
    }
}
