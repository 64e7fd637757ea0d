//! Cuts a stream of bytes into lines, whatever pieces it comes in.

use std::collections::VecDeque;

/// The most bytes before an LF.
const LIMIT: usize = 65_536;

pub(crate) enum Line {
    Text(Vec<u8>),
    TooLong,
}

/// What wrong programs do to what they read. Default: nothing.
#[derive(Clone, Copy, Default)]
pub(crate) struct Habits {
    /// Another limit than the contract's.
    pub(crate) limit: Option<usize>,
    pub(crate) reads: Reads,
    /// Waits until the data happen to end in LF, and calls that a line.
    pub(crate) glues: bool,
    /// Takes a full buffer of 1024 bytes for a line.
    pub(crate) cuts: bool,
    /// Throws away what follows the last LF of a read.
    pub(crate) drops_partial: bool,
    /// Throws away what follows the first.
    pub(crate) drops_rest: bool,
    /// Leaves the CR of CR LF in the line.
    pub(crate) keeps_cr: bool,
    /// Forgets what has no LF at the end of input.
    pub(crate) loses_last: bool,
    pub(crate) text: Text,
}

/// What is done to one read.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Reads {
    #[default]
    Collects,
    /// Is decoded, and half a character ends the program.
    Decodes,
    /// Is decoded, with a replacement for half a character.
    Replaces,
    /// Is a line.
    Lines,
}

/// What is done to the text of a line.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Text {
    #[default]
    AsItIs,
    Trimmed,
    WithoutCr,
    /// To 1024 bytes.
    Truncated,
    /// Behind all earlier ones.
    Kept,
}

pub(crate) struct Lines {
    buffer: Vec<u8>,
    /// The next line begins here; what is before it has been given out.
    start: usize,
    /// From `start` to here there is no LF.
    searched: usize,
    habits: Habits,
    /// Only for programs that take reads for lines.
    reads: VecDeque<Vec<u8>>,
    /// Only for programs that keep everything.
    kept: Vec<u8>,
}

impl Lines {
    pub(crate) fn new(habits: Habits) -> Lines {
        Lines {
            buffer: Vec::new(),
            start: 0,
            searched: 0,
            habits,
            reads: VecDeque::new(),
            kept: Vec::new(),
        }
    }

    /// Whether nothing is left but what was given out.
    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.buffer.len()
    }

    /// Adds what one read returned.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.searched -= self.start;
        self.start = 0;
        match self.habits.reads {
            Reads::Collects => self.buffer.extend_from_slice(bytes),
            Reads::Lines => self.reads.push_back(bytes.trim_ascii_end().to_vec()),
            Reads::Decodes => match std::str::from_utf8(bytes) {
                Ok(text) => self.buffer.extend_from_slice(text.as_bytes()),
                Err(error) => {
                    eprintln!("UnicodeDecodeError: {error}");
                    std::process::exit(1);
                }
            },
            Reads::Replaces => {
                let text = String::from_utf8_lossy(bytes);
                self.buffer.extend_from_slice(text.as_bytes());
            }
        }
    }

    /// The next complete line, without its line end.
    pub(crate) fn next(&mut self) -> Option<Line> {
        if self.habits.reads == Reads::Lines {
            return self.reads.pop_front().map(Line::Text);
        }
        let found = self.find_end();
        let length = found.unwrap_or(self.buffer.len()) - self.start;
        if self.habits.cuts && length >= 1024 {
            let text = self.take(self.start + 1024);
            return Some(Line::Text(text));
        }
        if length > self.habits.limit.unwrap_or(LIMIT) {
            return Some(Line::TooLong);
        }
        let Some(end) = found else {
            if self.habits.drops_partial {
                self.take(self.buffer.len());
            }
            return None;
        };
        let mut text = self.take(end);
        self.take(end + 1);
        if text.ends_with(b"\r") && !self.habits.keeps_cr {
            text.pop();
        }
        if self.habits.drops_rest {
            self.take(self.buffer.len());
        }
        Some(Line::Text(self.finished(text)))
    }

    /// What is left at the end of input.
    pub(crate) fn last(&mut self) -> Option<Line> {
        if self.habits.loses_last || self.is_empty() {
            return None;
        }
        let text = self.take(self.buffer.len());
        Some(Line::Text(self.finished(text)))
    }

    fn find_end(&mut self) -> Option<usize> {
        if self.habits.glues {
            let ends = !self.is_empty() && self.buffer.ends_with(b"\n");
            return ends.then(|| self.buffer.len() - 1);
        }
        let from = self.searched.max(self.start);
        let found = self.buffer[from..].iter().position(|byte| *byte == b'\n');
        self.searched = found.map_or(self.buffer.len(), |at| from + at);
        found.map(|at| from + at)
    }

    fn take(&mut self, end: usize) -> Vec<u8> {
        let taken = self.buffer[self.start..end].to_vec();
        self.start = end;
        self.searched = self.searched.max(end);
        taken
    }

    fn finished(&mut self, mut text: Vec<u8>) -> Vec<u8> {
        match self.habits.text {
            Text::AsItIs => {}
            Text::Trimmed => text = text.trim_ascii().to_vec(),
            Text::WithoutCr => text.retain(|byte| *byte != b'\r'),
            Text::Truncated => text.truncate(1024),
            Text::Kept => {
                self.kept.extend_from_slice(&text);
                text.clone_from(&self.kept);
            }
        }
        text
    }
}
