//! A job object.

use std::os::windows::io::AsRawHandle as _;
use std::process::{Child, Command};
use std::sync::Mutex;

use win32job::{ExtendedLimitInfo, Job};

use super::{Exit, Stop};
use crate::history::lock;

/// The end of this process closes the jobs, and that ends what is in them.
pub(in super::super) fn end_all() {}

pub(crate) fn command(words: &[String]) -> (Command, String) {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    // No mark is needed to tell one job's processes from another's.
    (command, String::new())
}

/// Dropping the job ends every process in it.
pub(crate) struct Group(Mutex<Option<Job>>);

impl Group {
    pub(crate) fn of(child: &Child, _mark: String) -> std::io::Result<Self> {
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

    pub(crate) fn signal(&self, _stop: Stop) {}

    pub(crate) fn kill(&self) {
        lock(&self.0).take();
    }

    /// The end of the job ends what is in it at once.
    pub(crate) fn wait_until_gone(&self) {}
}

/// On Windows a handle keeps the process's number; nothing is reaped.
pub(crate) fn wait_without_reaping(child: &mut Child) -> Option<Exit> {
    child.wait().ok()?.code().map(Exit::Code)
}
