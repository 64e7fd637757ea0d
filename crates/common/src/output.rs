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
pub struct Output(Arc<Mutex<dyn Write + Send>>);

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
        Output(Arc::new(Mutex::new(place)))
    }

    /// Prints one line. The caller has escaped what came from a peer.
    ///
    /// # Errors
    ///
    /// [`OutputError`], with `BrokenPipe` when the reader has gone.
    pub fn line(&self, line: impl fmt::Display) -> Result<(), OutputError> {
        let mut text = line.to_string();
        text.push('\n');
        self.write_all(&text)
    }

    /// Prints without ending the line, for a prompt.
    ///
    /// # Errors
    ///
    /// As [`line`](Self::line).
    pub fn prompt(&self, text: &str) -> Result<(), OutputError> {
        self.write_all(text)
    }

    /// In one piece, so that lines of several threads never mix.
    fn write_all(&self, text: &str) -> Result<(), OutputError> {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        place
            .write_all(text.as_bytes())
            .and_then(|()| place.flush())
            .map_err(OutputError)
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}
