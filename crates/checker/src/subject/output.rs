//! What the program under check prints, and that it has ended.

use std::io::Read;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::Exit;
use crate::history::{History, brief, lock, wait_until};
use crate::limits::Deadline;

/// In an event: the program has written to standard error.
pub(crate) const COMPLAINED: &str = "complained";
/// Bytes kept from the beginning of each stream. The largest conversation of a
/// lesson prints 2 MiB; escaping may make four bytes of one.
const HEAD: usize = 12 << 20;
/// Bytes kept from its end, where the last words are.
const TAIL: usize = 16 << 10;

/// The two output streams and the end of one run.
pub(crate) struct Output {
    history: History,
    deadline: Deadline,
    state: Mutex<State>,
    changed: Condvar,
}

/// What is known at one moment.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) stdout: Captured,
    pub(crate) stderr: Captured,
    pub(crate) exit: Option<Exit>,
}

impl State {
    /// Whether nothing more can come.
    pub(crate) fn is_over(&self) -> bool {
        self.exit.is_some() && self.stdout.closed && self.stderr.closed
    }
}

/// The beginning and the end of one stream.
#[derive(Default)]
pub(crate) struct Captured {
    head: Vec<u8>,
    tail: Vec<u8>,
    closed: bool,
}

impl Captured {
    /// Everything up to a bound no honest program reaches.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.head
    }

    fn push(&mut self, bytes: &[u8]) {
        let (head, tail) = bytes.split_at(bytes.len().min(HEAD - self.head.len()));
        self.head.extend_from_slice(head);
        self.tail.extend_from_slice(tail);
        let surplus = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..surplus);
    }

    fn last_lines(&self, count: usize) -> Vec<Vec<u8>> {
        let end = if self.tail.is_empty() {
            &self.head
        } else {
            &self.tail
        };
        let lines: Vec<_> = end
            .split(|&b| b == b'\n')
            .filter(|line| !line.trim_ascii().is_empty())
            .collect();
        let from = lines.len().saturating_sub(count);
        lines[from..].iter().map(|line| line.to_vec()).collect()
    }
}

impl Output {
    pub(crate) fn new(history: History, deadline: Deadline) -> Self {
        Self {
            history,
            deadline,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Waits at most `limit` for `look` to find something.
    pub(crate) fn wait<T>(
        &self,
        limit: Duration,
        look: impl FnMut(&State) -> Option<T>,
    ) -> Option<T> {
        let deadline = self.deadline.within(limit);
        wait_until(&self.state, &self.changed, deadline, look)
    }

    pub(crate) fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&lock(&self.state))
    }

    /// Everything printed on standard output. After the program's end its last
    /// bytes may still be in the pipe, so its closing is awaited for a moment.
    pub(crate) fn stdout(&self) -> Vec<u8> {
        self.settle();
        lock(&self.state).stdout.bytes().to_vec()
    }

    /// Everything printed on standard error, as for [`Output::stdout`].
    pub(crate) fn stderr(&self) -> Vec<u8> {
        self.settle();
        lock(&self.state).stderr.bytes().to_vec()
    }

    /// The last lines of standard error, where most programs say what hurt.
    pub(crate) fn last_words(&self) -> Vec<Vec<u8>> {
        self.settle();
        lock(&self.state).stderr.last_lines(6)
    }

    /// A grandchild may hold the pipes open for ever; hence the bound. It holds
    /// beyond the check's deadline, too: the card wants the last words.
    fn settle(&self) {
        if lock(&self.state).exit.is_some() {
            let deadline = Instant::now() + Duration::from_millis(500);
            let over = |state: &State| state.is_over().then_some(());
            wait_until(&self.state, &self.changed, deadline, over);
        }
    }

    pub(crate) fn ended(&self, exit: Exit) {
        self.change(|state| state.exit = Some(exit));
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut lock(&self.state));
        self.changed.notify_all();
    }
}

/// Reads both streams on threads that end when the pipes do.
pub(crate) fn capture(
    output: &Arc<Output>,
    stdout: impl Read + Send + 'static,
    stderr: impl Read + Send + 'static,
) {
    follow(output, "printed", stdout, |state| &mut state.stdout);
    follow(output, COMPLAINED, stderr, |state| &mut state.stderr);
}

fn follow(
    output: &Arc<Output>,
    verb: &'static str,
    mut pipe: impl Read + Send + 'static,
    pick: fn(&mut State) -> &mut Captured,
) {
    let output = output.clone();
    thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        loop {
            match pipe.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => {
                    output
                        .history
                        .note(format!("the program {verb} {}", brief(&buffer[..n])));
                    output.change(|state| pick(state).push(&buffer[..n]));
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        output.change(|state| pick(state).closed = true);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_flood_are_kept() {
        let mut captured = Captured::default();
        captured.push(b"first\n");
        for _ in 0..20 {
            captured.push(&vec![b'x'; 1 << 20]);
        }
        captured.push(b"\nlast\n");
        assert_eq!(captured.bytes().len(), HEAD);
        assert!(captured.tail.len() <= TAIL);
        assert!(captured.bytes().starts_with(b"first"));
        assert_eq!(captured.last_lines(1), [b"last".to_vec()]);
    }
}
