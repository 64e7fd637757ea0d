//! What the user came for, on standard output, line by line, and what else there
//! is to say, on standard error.

use std::{
    fmt,
    io::{self, Write},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use crate::{
    escape::escape,
    stop::{Stop, Wake, end_process},
};

/// How long one line may take to be printed after a stop. A full pipe whose
/// reader sleeps takes for ever, and no call takes a blocked write back.
const AFTER_STOP: Duration = Duration::from_millis(400);

/// Where a program prints its results. Clones share it, and lines of several
/// threads never mix. Every line is flushed at once, so that it is seen also
/// through a pipe.
#[derive(Clone)]
pub struct Output {
    place: Arc<Mutex<Place<dyn Write + Send>>>,
    /// Counts beginnings and ends of prints: odd while one is going on.
    prints: Arc<AtomicU64>,
    _watch: Option<Arc<Wake>>,
}

struct Place<W: ?Sized> {
    /// Kept from line to line: a server prints one for each message, and would
    /// otherwise spend more time on memory than on the answer.
    line: String,
    to: W,
}

/// Most bytes of the buffer that are kept for the next line.
const KEPT: usize = 64 * 1024;

/// A failed write of the output: told apart from all other errors because a
/// program whose output is closed has no reason to go on.
#[derive(Debug)]
pub struct OutputError(pub io::Error);

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write the output: {}", reason(&self.0))
    }
}

impl std::error::Error for OutputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl Output {
    /// Standard output. If it is blocked when `stop` is given, because nobody
    /// reads what it is connected to, the process ends all the same.
    #[must_use]
    pub fn stdout(stop: &Stop) -> Self {
        let mut output = Output::to(io::stdout());
        let prints = output.prints.clone();
        let watch = stop.on_stop(move || {
            let prints = prints.clone();
            // Without the thread, the limit of the whole program remains.
            let _ = thread::Builder::new()
                .name("output".to_owned())
                .spawn(move || end_when_blocked(&prints));
        });
        output._watch = Some(Arc::new(watch));
        output
    }

    /// Any other place. For tests.
    pub fn to(place: impl Write + Send + 'static) -> Self {
        Output {
            place: Arc::new(Mutex::new(Place {
                line: String::new(),
                to: place,
            })),
            prints: Arc::default(),
            _watch: None,
        }
    }

    /// Whether a line is being printed at this moment. A long moment means that
    /// the reader of the output is slow, and not the peer.
    #[must_use]
    pub fn is_printing(&self) -> bool {
        self.prints.load(Ordering::SeqCst) % 2 == 1
    }

    /// Prints one line. The caller has escaped what came from a peer.
    ///
    /// # Errors
    ///
    /// [`OutputError`], with `BrokenPipe` when the reader has gone.
    pub fn line(&self, line: impl fmt::Display) -> Result<(), OutputError> {
        self.print(format_args!("{line}\n"))
    }

    /// Prints without ending the line, for a prompt.
    ///
    /// # Errors
    ///
    /// As [`line`](Self::line).
    pub fn prompt(&self, text: &str) -> Result<(), OutputError> {
        self.print(format_args!("{text}"))
    }

    /// In one piece, so that lines of several threads never mix.
    fn print(&self, text: fmt::Arguments<'_>) -> Result<(), OutputError> {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        let Place { line, to } = &mut *place;
        line.clear();
        line.shrink_to(KEPT);
        // A String takes everything; only a Display of our own could refuse.
        let _ = fmt::write(line, text);
        self.prints.fetch_add(1, Ordering::SeqCst);
        let printed = to.write_all(line.as_bytes()).and_then(|()| to.flush());
        self.prints.fetch_add(1, Ordering::SeqCst);
        printed.map_err(OutputError)
    }
}

/// Ends the process, as a stop does, once a single print takes too long.
fn end_when_blocked(prints: &AtomicU64) {
    loop {
        let before = prints.load(Ordering::SeqCst);
        thread::sleep(AFTER_STOP);
        if before % 2 == 1 && prints.load(Ordering::SeqCst) == before {
            end_stopped("nobody reads the output");
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}

/// Prints one line on standard error, `LABEL: TEXT`, with nothing in it that
/// could drive the terminal.
pub fn tell(label: &str, text: &dyn fmt::Display) {
    let text = text.to_string();
    // If even standard error is gone, there is nobody to tell.
    let _ = writeln!(io::stderr(), "{label}: {}", escape(&text));
}

/// What the system says, without its number: `connection refused`.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => "unknown error".to_owned(),
    }
}

/// Ends the process as a stop does, from a thread that cannot wait for the
/// others.
pub(crate) fn end_stopped(how_far: &'static str) -> ! {
    // Standard error may be blocked as well.
    let (told, done) = mpsc::channel();
    let _ = thread::Builder::new().spawn(move || {
        tell("stopped", &how_far);
        told.send(())
    });
    let _ = done.recv_timeout(Duration::from_millis(100));
    end_process(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts how often it was flushed.
    #[derive(Clone, Default)]
    struct Flushed(Arc<AtomicU64>);

    impl Write for Flushed {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    }

    #[test]
    fn a_line_and_a_prompt_are_seen_at_once() {
        let flushed = Flushed::default();
        let output = Output::to(flushed.clone());
        output.line("line").unwrap();
        assert_eq!(flushed.0.load(Ordering::SeqCst), 1);
        // No line feed makes anybody else flush it.
        output.prompt(">>> ").unwrap();
        assert_eq!(flushed.0.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn reasons_have_no_numbers() {
        let error = io::Error::from_raw_os_error(2);
        assert!(!reason(&error).contains("os error"));
        assert!(reason(&error).starts_with(char::is_lowercase));
    }
}
