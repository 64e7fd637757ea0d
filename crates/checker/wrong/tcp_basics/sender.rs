//! The client's sending half, and what both halves know.

use std::collections::VecDeque;
use std::io::{self, BufRead, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::conversation::is_marker;
use super::table::Bug;

/// How long after its end of input a client waits for answers …
const PATIENCE: Duration = Duration::from_secs(4);
/// … and for the close when all answers are there.
const CLOSE: Duration = Duration::from_secs(1);
/// Silence on standard input after which `WritesAllFirst` reads for a change.
const PAUSE: Duration = Duration::from_millis(200);

/// What was sent and is not answered yet.
#[derive(Default)]
pub(crate) struct Sent(Mutex<State>);

#[derive(Default)]
struct State {
    lines: VecDeque<Vec<u8>>,
    marker: bool,
    ended: Option<Instant>,
    /// Only for the program that reads nothing while it has something to send.
    pausing: bool,
}

impl Sent {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many answers are still due.
    pub(crate) fn due(&self) -> usize {
        self.state().lines.len()
    }

    /// Whether a marker was sent.
    pub(crate) fn marker(&self) -> bool {
        self.state().marker
    }

    /// Whether there is more to be sent.
    pub(crate) fn sending(&self) -> bool {
        let state = self.state();
        !state.pausing && state.ended.is_none()
    }

    /// Notes an answer; returns the line that it answers.
    pub(crate) fn answered(&self) -> Vec<u8> {
        self.state().lines.pop_front().unwrap_or_default()
    }

    /// Whether nothing more is to be expected.
    pub(crate) fn has_waited_enough(&self) -> bool {
        let state = self.state();
        let limit = if state.lines.is_empty() {
            CLOSE
        } else {
            PATIENCE
        };
        state.ended.is_some_and(|at| at.elapsed() >= limit)
    }
}

type Input = Box<dyn Iterator<Item = io::Result<Vec<u8>>>>;

/// Standard input, where half a blink without a line counts as a pause.
fn input_that_marks_pauses(sent: Arc<Sent>) -> Input {
    let (lines, input) = mpsc::channel();
    thread::spawn(move || {
        for line in io::stdin().lock().split(b'\n') {
            if lines.send(line).is_err() {
                return;
            }
        }
    });
    Box::new(std::iter::from_fn(move || {
        let waited = input.recv_timeout(PAUSE);
        let line = match waited {
            Err(RecvTimeoutError::Timeout) => {
                sent.state().pausing = true;
                input.recv().ok()
            }
            outcome => outcome.ok(),
        };
        sent.state().pausing = false;
        line
    }))
}

/// Sends standard input, line by line, up to its end or a marker.
pub(crate) fn send_input(mut socket: &TcpStream, sent: &Arc<Sent>, bug: Bug) -> io::Result<()> {
    let input: Input = match bug {
        Bug::WritesAllFirst => input_that_marks_pauses(Arc::clone(sent)),
        _ => Box::new(io::stdin().lock().split(b'\n')),
    };
    for line in input {
        let mut line = line?;
        if is_marker(&line, Bug::Right) {
            if bug != Bug::MarkerNotSent {
                sent.state().marker = true;
                line.push(b'\n');
                socket.write_all(&line)?;
            }
            return finish(socket, sent);
        }
        match bug {
            Bug::Silent => continue,
            Bug::SkipsEmpty if line.is_empty() => continue,
            _ => sent.state().lines.push_back(line.clone()),
        }
        if bug == Bug::EmptyWaits && line.is_empty() {
            // For its answer: nothing is sent, so nothing will come.
            thread::park();
        }
        if bug == Bug::BytesRepr {
            line = format!("b'{}'", line.escape_ascii()).into_bytes();
        }
        if bug != Bug::NoNewline {
            line.push(b'\n');
        }
        socket.write_all(&line)?;
        if bug == Bug::OneLineOnly {
            break;
        }
    }
    match bug {
        Bug::NeverLeaves => Ok(()),
        Bug::LeavesEarly => std::process::exit(0),
        _ => finish(socket, sent),
    }
}

/// Tells the server that nothing more will come.
fn finish(socket: &TcpStream, sent: &Sent) -> io::Result<()> {
    sent.state().ended = Some(Instant::now());
    socket.shutdown(Shutdown::Write)
}
