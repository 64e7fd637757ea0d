//! Processes that left their group (`setsid` does it), or lost their parent.
//!
//! The judge adopts orphans: what a program leaves behind becomes the judge's own
//! child, where it can be found and must be reaped. Whose it was says the mark in
//! its environment.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Once;

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, getpid, kill_process, set_child_subreaper, waitid,
};

use crate::subject::system::{children, descendants};

/// Makes the judge the parent of every orphan among its descendants.
pub(super) fn adopt() {
    static ONCE: Once = Once::new();
    // A refusal leaves orphans to the system, which the judge then cannot find.
    ONCE.call_once(|| {
        let _ = set_child_subreaper(Some(getpid()));
    });
}

/// What is left of one program beside its group.
pub(super) struct Strays {
    group: i32,
    mark: Vec<u8>,
    /// Killed, and not known to be gone.
    killed: BTreeSet<i32>,
}

impl Strays {
    /// Of the group of `leader`, whose processes have `mark` in their environment.
    pub(super) fn of(leader: Pid, mark: &str) -> Self {
        Self {
            group: leader.as_raw_nonzero().get(),
            mark: mark.into(),
            killed: BTreeSet::new(),
        }
    }

    /// Kills all that descend from the leader. To be called while it lives: the
    /// dead have no children. The leader itself is not one of them.
    pub(super) fn kill_descendants(&mut self) {
        for pid in descendants(self.group).into_iter().skip(1) {
            self.kill(pid);
        }
    }

    /// Kills orphans and reaps them; whether nobody is left.
    pub(super) fn bury(&mut self) -> bool {
        // Whoever is killed here leaves children of its own, which are orphans only
        // then: this is the end when a look finds nobody, and not when all are gone.
        let mut found = false;
        for pid in children(getpid().as_raw_nonzero().get()) {
            // The leader is reaped by whoever started it.
            if pid != self.group && !self.killed.contains(&pid) && self.owns(pid) {
                self.kill(pid);
                found = true;
            }
        }
        found |= !self.killed.is_empty();
        self.killed.retain(|&pid| !is_gone(pid));
        !found
    }

    fn kill(&mut self, pid: i32) {
        if let Some(process) = Pid::from_raw(pid) {
            // An error means that it has gone already.
            let _ = kill_process(process, Signal::KILL);
            self.killed.insert(pid);
        }
    }

    /// Whether an orphan is of this group, or of those who left it. Of the dead
    /// only the group is known.
    fn owns(&self, pid: i32) -> bool {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        group(&stat) == Some(self.group)
            || environment
                .split(|&byte| byte == 0)
                .any(|variable| variable == self.mark)
    }
}

/// Reaps a process if it is dead and a child of this one.
fn is_gone(pid: i32) -> bool {
    let Some(process) = Pid::from_raw(pid) else {
        return true;
    };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
    match waitid(WaitId::Pid(process), options) {
        Ok(status) => status.is_some(),
        // Not a child, or not yet: its parent may be dying, too.
        Err(_) => !fs::exists(format!("/proc/{pid}")).unwrap_or(false),
    }
}

/// The process group: the third field behind the name, which may itself contain
/// blanks and brackets.
fn group(stat: &str) -> Option<i32> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_ascii_whitespace().nth(2)?.parse().ok()
}
