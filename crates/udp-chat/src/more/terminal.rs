//! A line editor at the bottom of the terminal, and above it what comes in.
//!
//! Two things want the screen at the same time: the line that is being typed,
//! and the messages of others. The editor owns the screen; whoever wants to
//! print hands it the line, and it puts that above its own and draws its own
//! again. For the rest of the program nothing changes: typed lines come from a
//! channel, and results go to an [`Output`].

mod tty;

use std::{
    convert::Infallible,
    io::{self, Write},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use common::{
    exit::{reason, tell},
    input::{InputError, Line},
    output::Output,
    stop::{Stop, Wake},
};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, never};
use rustyline::{Config, DefaultEditor, ExternalPrinter, error::ReadlineError};

use super::split::MAX_LINE;
use tty::Tty;

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

/// How long the end waits for the last lines to be on the screen, and then for
/// the editor. Both together are over before a stop loses its patience.
const LAST_WORDS: Duration = Duration::from_millis(200);

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
    tty: Arc<Tty>,
    /// Disconnected when the editor has ended.
    editor: Receiver<Infallible>,
    _give_back: Wake,
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
        let config = Config::builder().auto_add_history(true).build();
        let mut editor = DefaultEditor::with_config(config).map_err(system)?;
        let printer = editor.create_external_printer().map_err(system)?;
        let (typed, input) = bounded(TYPED);
        let (lines, waiting) = bounded(WAITING);
        let (ended, ending) = bounded(0);
        let tty = Arc::new(Tty::find()?);
        thread::Builder::new()
            .name("printer".to_owned())
            .spawn(move || print(printer, &waiting))?;
        thread::Builder::new().name("editor".to_owned()).spawn({
            let (stop, tty, lines) = (stop.clone(), Arc::clone(&tty), lines.clone());
            move || {
                tty.take(move || settle(&lines));
                edit(&mut editor, &typed, &stop);
                drop::<Sender<Infallible>>(ended);
            }
        })?;
        // Also if nobody gets to drop this, since a stop waits for no one.
        let give_back = stop.on_stop({
            let tty = Arc::clone(&tty);
            move || Tty::give_back_at_once(&tty)
        });
        Ok(Terminal {
            input,
            output: Output::to(Above(lines.clone())),
            lines,
            tty,
            editor: ending,
            _give_back: give_back,
        })
    }
}

impl Drop for Terminal {
    /// The editor waits for keys and cannot be told to end; but it ends when
    /// there are no more, and looks whether there are when it has printed. It
    /// must have ended before the terminal is put back: it has a mode of its own
    /// to put back, and may be about to draw its line once more.
    fn drop(&mut self) {
        settle(&self.lines);
        self.tty.end_keys();
        // It may also wait until somebody takes what was typed.
        self.input = never();
        let until = Instant::now() + LAST_WORDS;
        let nothing = Print::Line(NOTHING.to_owned());
        let _ = self.lines.send_deadline(nothing, until);
        let ended = self.editor.recv_deadline(until);
        self.tty.end();
        if ended == Err(RecvTimeoutError::Timeout) {
            // Busy with a question of its own, and its line is on the screen.
            self.tty.draw(b"\n");
        }
    }
}

/// Waits until the editor has printed everything, and is waiting for keys. One
/// that is busy keeps us for a moment, and no longer.
fn settle(lines: &Sender<Print>) {
    let until = Instant::now() + LAST_WORDS;
    let (printed, done) = bounded(0);
    if lines.send_deadline(Print::End(printed), until).is_ok() {
        let _ = done.recv_deadline(until);
    }
}

/// The thread of the editor: line after line until the user leaves.
fn edit(editor: &mut DefaultEditor, typed: &Sender<Line>, stop: &Stop) {
    loop {
        let text = match editor.readline(PROMPT) {
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
            let bytes = line.len();
            if bytes > MAX_LINE {
                let what = format_args!("not said: a line of {bytes} bytes, more than {MAX_LINE}");
                tell("warning", &what);
                continue;
            }
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
