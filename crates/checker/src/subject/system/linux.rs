//! [proc(5)] as a source.
//!
//! [proc(5)]: https://man7.org/linux/man-pages/man5/proc.5.html

mod diag;
mod tables;

use std::fs;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use super::Usage;
pub(crate) use diag::receives;
pub(crate) use tables::receivers;
use tables::{DATAGRAMS, LISTEN, Socket, TABLES, UNCONNECTED, sockets, unread};

/// A busy kernel delivers what was sent, and our own reader takes what came, a
/// moment later.
const DELIVERY: Duration = Duration::from_millis(2);

/// How long nothing may change before a program counts as stuck.
const STUCK: Duration = Duration::from_millis(20);

/// A program and what it has started, as known when this was made.
pub(crate) struct Processes(Vec<i32>);

impl Processes {
    /// The leader of a group and its descendants. One whose parent has ended is
    /// missing; asking every process of the machine for its group would find it,
    /// but takes long, and a hold that is too short fails nobody.
    pub(crate) fn of(group: i32) -> Self {
        Self(descendants(group))
    }

    /// Whether the program has read what came from port `near` to its port `far`,
    /// sleeps again, and the judge has read what it answered. For a judge that has
    /// `ended` reading that is so, although the end itself is counted as a byte.
    pub(crate) fn settled(&self, near: u16, far: u16, ended: bool) -> Option<bool> {
        // Asleep before and after a look at the queues that found nothing unread
        // at either end. The queues cost most to look at, so they come second. An
        // end that is not listed was missed, unless it has gone.
        let read = |queue: Option<u64>| queue.map_or(ended, |unread| unread == 0);
        let settled = !self.busy() && {
            let [ours, theirs] = unread(near, far);
            read(theirs) && (ended || read(ours)) && {
                thread::sleep(DELIVERY);
                !self.busy()
            }
        };
        Some(settled)
    }

    /// Whether the program sleeps although its port `far` has input from `near`.
    /// One that is only slow to wake has read some of it a moment later.
    pub(crate) fn stuck(&self, near: u16, far: u16) -> Option<bool> {
        let look = || self.left_unread(near, far);
        let left = look()?.filter(|&unread| unread > 0);
        Some(
            left.is_some() && {
                thread::sleep(STUCK);
                look()? == left
            },
        )
    }

    /// How many bytes from port `near` the program, which sleeps, has not read at its
    /// port `far`; `Some(None)` while it does not sleep.
    pub(crate) fn left_unread(&self, near: u16, far: u16) -> Option<Option<u64>> {
        if self.busy() {
            return Some(None);
        }
        let [_, left] = unread(near, far);
        thread::sleep(DELIVERY);
        Some(left.filter(|_| !self.busy()))
    }

    /// Whether any thread is running, or waits for a processor or a disk.
    fn busy(&self) -> bool {
        self.0.iter().any(|pid| {
            let tasks = format!("/proc/{pid}/task");
            numbers(&tasks).any(|task| {
                fs::read_to_string(format!("{tasks}/{task}/stat"))
                    .is_ok_and(|stat| matches!(state(&stat), Some("R" | "D")))
            })
        })
    }

    /// How many threads and open files they have together. One that has ended and
    /// was not waited for counts as a thread.
    pub(crate) fn usage(&self) -> Option<Usage> {
        let count = |what| {
            let each = self.0.iter().map(|pid| format!("/proc/{pid}/{what}"));
            each.map(|dir| numbers(&dir).count()).sum()
        };
        Some(Usage {
            threads: count("task"),
            files: count("fd"),
        })
    }

    /// The TCP addresses they listen on.
    pub(crate) fn listening(&self) -> Vec<SocketAddr> {
        self.local(&TABLES, |socket| socket.state == LISTEN)
    }

    /// The addresses they receive datagrams at, from anybody.
    pub(crate) fn receiving(&self) -> Vec<SocketAddr> {
        self.local(&DATAGRAMS, |socket| socket.state == UNCONNECTED)
    }

    /// The addresses of those of their sockets that `wanted` is true of.
    fn local(&self, tables: &[&str], wanted: fn(&Socket) -> bool) -> Vec<SocketAddr> {
        let files = self.0.iter().map(|pid| format!("/proc/{pid}/fd"));
        let open: Vec<String> = files
            .filter_map(|files| fs::read_dir(files).ok())
            .flatten()
            .filter_map(|file| fs::read_link(file.ok()?.path()).ok())
            .filter_map(|link| {
                let inode = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
                Some(inode.to_owned())
            })
            .collect();
        tables
            .iter()
            .flat_map(|table| sockets(table))
            .filter(|socket| wanted(socket) && open.contains(&socket.inode))
            .map(|socket| socket.local)
            .collect()
    }
}

/// A process and all that descend from it.
pub(crate) fn descendants(pid: i32) -> Vec<i32> {
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(&pid) = found.get(next) {
        found.extend(children(pid));
        next += 1;
    }
    found
}

/// The processes whose parent is `pid`, as each of its threads knows them.
pub(crate) fn children(pid: i32) -> Vec<i32> {
    let tasks = format!("/proc/{pid}/task");
    let mut found = Vec::new();
    for task in numbers(&tasks) {
        let children = fs::read_to_string(format!("{tasks}/{task}/children"));
        let children = children.unwrap_or_default();
        let numbers = children.split_ascii_whitespace();
        found.extend(numbers.filter_map(|pid| pid.parse::<i32>().ok()));
    }
    found
}

/// The state of a task: what follows its name, which may itself contain blanks.
fn state(stat: &str) -> Option<&str> {
    stat.rsplit_once(')')?.1.split_ascii_whitespace().next()
}

fn numbers(dir: &str) -> impl Iterator<Item = i32> {
    fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grandchildren_belong_to_the_program() {
        use std::io::BufRead as _;
        use std::process::{Command, Stdio};

        let mut child = Command::new("sh")
            .args(["-c", "sh -c 'echo started; read end; true'; true"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut String::new()).unwrap();
        let processes = Processes::of(child.id().cast_signed());
        assert_eq!(processes.0.len(), 2, "{:?}", processes.0);
        drop(child.stdin.take());
        child.wait().unwrap();
    }

    #[test]
    fn names_with_blanks_do_not_hide_the_state() {
        assert_eq!(state("7 (a) b) R 1 42 0"), Some("R"));
    }
}
