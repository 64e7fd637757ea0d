//! A line editor at the bottom of the terminal, and above it what comes in.
//!
//! Two things want the screen at the same time: the line that is being typed,
//! and the messages of others. The editor owns the screen; whoever wants to
//! print hands it the line, and it puts that above its own and draws its own
//! again. For the rest of the program nothing changes: typed lines come from a
//! channel, and results go to an [`Output`].

mod mode;

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use common::{
    exit::{reason, tell},
    input::{InputError, Line},
    output::Output,
    stop::{Stop, Wake},
};
use crossbeam_channel::{Receiver, Sender, bounded};
use rustyline::{Config, DefaultEditor, ExternalPrinter, error::ReadlineError};

use mode::Mode;

/// What stands before the line that is being typed.
const PROMPT: &str = ">>> ";

/// A line that is this and nothing else leaves, as the end of input does.
const LEAVE: &str = "q";

/// Lines that may wait to be printed. They wait while the editor is busy with a
/// question of its own (Ctrl-R searches); without a queue the whole
/// conversation would wait for the end of that, and be given up as dead.
const WAITING: usize = 1024;

/// Typed lines that may wait to be sent. A paste brings many at once.
const TYPED: usize = 64;

/// How long the end waits until the last lines are on the screen.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// Moves the cursor nowhere: one line up, one down. Printing it shows nothing.
const NOTHING: &str = "\x1b[A\n";

/// A terminal in use. Dropping it puts the terminal back as it was.
#[derive(Debug)]
pub struct Terminal {
    /// What is typed, line by line; disconnected when the user leaves.
    pub input: Receiver<Line>,
    /// What is printed here appears above the line that is being typed.
    pub output: Output,
    lines: Sender<Print>,
    shared: Arc<Shared>,
    _restore: Wake,
}

/// What the editor's thread and the others know of each other.
#[derive(Debug)]
struct Shared {
    mode: Mode,
    /// The prompt stands on the screen.
    editing: AtomicBool,
    /// No more prompts: the program is about to end.
    over: AtomicBool,
}

enum Print {
    Line(String),
    /// Everything before this is on the screen once the sender is dropped.
    End(Sender<()>),
}

impl Terminal {
    /// Takes the terminal of standard input and output. Ctrl-C gives `stop`.
    ///
    /// # Errors
    ///
    /// When standard input and output are not both a terminal, when it cannot
    /// move its cursor (`TERM=dumb`), or when there is no thread left. Nothing
    /// was changed then.
    pub fn open(stop: &Stop) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            mode: Mode::save()?,
            editing: AtomicBool::new(false),
            over: AtomicBool::new(false),
        });
        let config = Config::builder().auto_add_history(true).build();
        let mut editor = DefaultEditor::with_config(config).map_err(system)?;
        let printer = editor.create_external_printer().map_err(system)?;
        let (typed, input) = bounded(TYPED);
        let (lines, waiting) = bounded(WAITING);
        thread::Builder::new()
            .name("printer".to_owned())
            .spawn(move || print(printer, &waiting))?;
        thread::Builder::new().name("editor".to_owned()).spawn({
            let (stop, shared) = (stop.clone(), Arc::clone(&shared));
            move || edit(&mut editor, &typed, &stop, &shared)
        })?;
        // Also if nobody gets to drop this, since a stop waits for no one.
        let restore = stop.on_stop({
            let shared = Arc::clone(&shared);
            move || shared.mode.restore()
        });
        Ok(Terminal {
            input,
            output: Output::to(Above(lines.clone())),
            lines,
            shared,
            _restore: restore,
        })
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let (printed, done) = bounded(0);
        // An editor that is busy keeps us for a moment, and no longer.
        if self
            .lines
            .send_timeout(Print::End(printed), LAST_WORDS)
            .is_ok()
        {
            let _ = done.recv_timeout(LAST_WORDS);
        }
        self.shared.restore();
    }
}

impl Shared {
    /// Puts the terminal back, and what is printed next on a line of its own.
    /// The thread that reads the keys cannot be ended; it ends with the process.
    fn restore(&self) {
        self.over.store(true, Ordering::SeqCst);
        self.mode.restore();
        if self.editing.swap(false, Ordering::SeqCst) {
            let mut screen = io::stdout();
            let _ = screen.write_all(b"\n").and_then(|()| screen.flush());
        }
    }
}

/// The thread of the editor: line after line until the user leaves.
fn edit(editor: &mut DefaultEditor, typed: &Sender<Line>, stop: &Stop, shared: &Shared) {
    while !shared.over.load(Ordering::SeqCst) {
        shared.editing.store(true, Ordering::SeqCst);
        let read = editor.readline(PROMPT);
        shared.editing.store(false, Ordering::SeqCst);
        let text = match read {
            Ok(text) if text == LEAVE => return,
            Ok(text) => text,
            Err(ReadlineError::Eof) => return,
            // In this mode of the terminal Ctrl-C is a key, and no signal.
            Err(ReadlineError::Interrupted) => return stop.trigger(),
            Err(error) => match system(error) {
                error if error.kind() == io::ErrorKind::InvalidData => {
                    tell("warning", &"what was typed is not UTF-8");
                    continue;
                }
                error => {
                    let _ = typed.send(Err(InputError::Io(error)));
                    return;
                }
            },
        };
        // A paste is edited as one and becomes as many messages as it has lines.
        for line in text.lines().filter(|line| !line.is_empty()) {
            if typed.send(Ok(line.as_bytes().to_vec())).is_err() {
                return;
            }
        }
    }
}

/// The thread that waits for the editor to take a line.
fn print(mut printer: impl ExternalPrinter, lines: &Receiver<Print>) {
    for line in lines {
        let printed = match line {
            Print::Line(line) => printer.print(line),
            // The editor has room for one line that it has not looked at. So
            // when it has taken two more, the last one is on the screen.
            Print::End(done) => {
                let printed = (0..2).try_for_each(|_| printer.print(NOTHING.to_owned()));
                drop(done);
                printed
            }
        };
        if let Err(error) = printed {
            tell("warning", &reason(&system(error)));
            return;
        }
    }
}

/// Hands whole lines to the printer.
struct Above(Sender<Print>);

impl Write for Above {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes).into_owned();
        let sent = self.0.send(Print::Line(line));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The editor's error as one of the system.
fn system(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Io(error) => error,
        #[cfg(unix)]
        ReadlineError::Errno(number) => number.into(),
        error => io::Error::other(error),
    }
}
