//! A process group, and on Linux also those who left it.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process_group, test_kill_process_group, waitid,
};

use super::strays::{self, Strays};
use super::{Exit, Stop};
use crate::history::lock;

/// The groups that have not ended.
static LIVE: Mutex<Vec<(Pid, String)>> = Mutex::new(Vec::new());

/// How long the system may take to bury what was killed.
const BURIAL: Duration = Duration::from_secs(2);

/// No core dumps, and no file above 1 GiB (in blocks of 512 bytes), so that a
/// runaway program cannot fill the disk. The shell replaces itself with the
/// program, whose process id is therefore the child's.
const LIMITS: &str = "ulimit -c 0; ulimit -f 2097152; exec \"$@\"";

/// The environment variable by which the processes of one run are known: no
/// other run has its value.
const MARK: &str = "CHECKER_RUN";

pub(in super::super) fn end_all() {
    for (leader, mark) in lock(&LIVE).iter() {
        end(*leader, &mut Strays::of(*leader, mark));
    }
}

/// The command, and the mark of its run.
pub(crate) fn command(words: &[String]) -> (Command, String) {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let value = format!("{}-{run}", std::process::id());
    strays::adopt();
    let mut command = Command::new("sh");
    command
        .args(["-c", LIMITS, "sh"])
        .args(words)
        .env(MARK, &value)
        .process_group(0);
    (command, format!("{MARK}={value}"))
}

pub(crate) struct Group {
    leader: Pid,
    mark: String,
    strays: Mutex<Strays>,
}

impl Group {
    pub(crate) fn of(child: &Child, mark: String) -> std::io::Result<Self> {
        let leader = Pid::from_child(child);
        lock(&LIVE).push((leader, mark.clone()));
        let strays = Mutex::new(Strays::of(leader, &mark));
        Ok(Self {
            leader,
            mark,
            strays,
        })
    }

    pub(crate) fn id(&self) -> i32 {
        self.leader.as_raw_nonzero().get()
    }

    /// A signal to every process of the group, as a terminal would send it.
    pub(crate) fn signal(&self, stop: Stop) {
        let signal = match stop {
            Stop::Interrupt => Signal::INT,
            Stop::Terminate => Signal::TERM,
        };
        // An error means that nobody is left to be told.
        let _ = kill_process_group(self.leader, signal);
    }

    /// Ends every process. To be called before the leader is reaped: until then
    /// nobody else has its number.
    pub(crate) fn kill(&self) {
        end(self.leader, &mut lock(&self.strays));
        lock(&LIVE).retain(|(_, mark)| *mark != self.mark);
    }

    /// Waits until nobody is left. To be called after the leader was reaped, who
    /// would be a member of the group otherwise.
    ///
    /// A wrapper's death is not its server's: that one may still hold the port
    /// when the next one is started.
    pub(crate) fn wait_until_gone(&self) {
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            // First those who were adopted: a group has its dead until they are reaped.
            let buried = lock(&self.strays).bury();
            let gone = buried && test_kill_process_group(self.leader).is_err();
            if gone || start.elapsed() > BURIAL {
                return;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }
}

fn end(leader: Pid, strays: &mut Strays) {
    strays.kill_descendants();
    let _ = kill_process_group(leader, Signal::KILL);
    strays.bury();
}

/// Waits for the end of `child` but leaves it a zombie: as long as it is not
/// reaped its number, which names the group, cannot be given away.
pub(crate) fn wait_without_reaping(child: &mut Child) -> Option<Exit> {
    let id = WaitId::Pid(Pid::from_child(child));
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    let status = rustix::io::retry_on_intr(|| waitid(id.clone(), options)).ok()??;
    status
        .exit_status()
        .map(Exit::Code)
        .or_else(|| status.terminating_signal().map(Exit::Signal))
}
