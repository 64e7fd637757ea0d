//! What the user came for, on standard output, line by line.

use std::{
    fmt,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

/// Where a program prints its results. Clones share it, and lines of several
/// threads never mix. Every line is flushed at once, so that it is seen also
/// through a pipe.
#[derive(Clone)]
pub struct Output(Arc<Mutex<Place<dyn Write + Send>>>);

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
        write!(
            f,
            "cannot write the output: {}",
            crate::exit::reason(&self.0)
        )
    }
}

impl std::error::Error for OutputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl Output {
    /// Standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Output::to(io::stdout())
    }

    /// Any other place. For tests.
    pub fn to(place: impl Write + Send + 'static) -> Self {
        Output(Arc::new(Mutex::new(Place {
            line: String::new(),
            to: place,
        })))
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
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Place { line, to } = &mut *place;
        line.clear();
        line.shrink_to(KEPT);
        // A String takes everything; only a Display of our own could refuse.
        let _ = fmt::write(line, text);
        to.write_all(line.as_bytes())
            .and_then(|()| to.flush())
            .map_err(OutputError)
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}
