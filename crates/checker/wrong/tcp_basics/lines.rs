//! Cuts a stream of bytes into lines, whatever pieces it comes in.

use std::collections::VecDeque;

use super::table::Bug;

/// The most bytes before an LF.
const LIMIT: usize = 65_536;

pub(crate) enum Line {
    Text(Vec<u8>),
    TooLong,
}

pub(crate) struct Lines {
    buffer: Vec<u8>,
    /// The next line begins here; what is before it has been given out.
    start: usize,
    /// From `start` to here there is no LF.
    searched: usize,
    limit: usize,
    bug: Bug,
    /// Only for programs that take reads for messages.
    reads: VecDeque<Vec<u8>>,
    /// Only for programs that keep everything.
    kept: Vec<u8>,
}

impl Lines {
    pub(crate) fn new(bug: Bug) -> Lines {
        Lines {
            buffer: Vec::new(),
            start: 0,
            searched: 0,
            limit: match bug {
                Bug::Limit4096 => 4096,
                Bug::NoLimit => usize::MAX,
                _ => LIMIT,
            },
            bug,
            reads: VecDeque::new(),
            kept: Vec::new(),
        }
    }

    /// Adds what one read returned.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.searched -= self.start;
        self.start = 0;
        match self.bug {
            Bug::ReadIsMessage => self.reads.push_back(bytes.trim_ascii_end().to_vec()),
            Bug::DecodesReads => match std::str::from_utf8(bytes) {
                Ok(text) => self.buffer.extend_from_slice(text.as_bytes()),
                Err(error) => {
                    eprintln!("UnicodeDecodeError: {error}");
                    std::process::exit(1);
                }
            },
            Bug::ReplacesCut => {
                let text = String::from_utf8_lossy(bytes);
                self.buffer.extend_from_slice(text.as_bytes());
            }
            _ => self.buffer.extend_from_slice(bytes),
        }
    }

    /// The next complete line, without its LF.
    pub(crate) fn next(&mut self) -> Option<Line> {
        if self.bug == Bug::ReadIsMessage {
            return self.reads.pop_front().map(Line::Text);
        }
        let found = self.find_end();
        let length = found.unwrap_or(self.buffer.len()) - self.start;
        if self.bug == Bug::CutsAt1024 && length >= 1024 {
            let text = self.take(self.start + 1024);
            return Some(Line::Text(text));
        }
        if length > self.limit {
            return Some(Line::TooLong);
        }
        let Some(end) = found else {
            if self.bug == Bug::DropsPartial {
                self.take(self.buffer.len());
            }
            return None;
        };
        let mut text = self.take(end);
        self.take(end + 1);
        if text.ends_with(b"\r") && self.bug != Bug::KeepsCr {
            text.pop();
        }
        if self.bug == Bug::FirstLineOnly {
            self.take(self.buffer.len());
        }
        Some(Line::Text(self.finished(text)))
    }

    /// What is left at the end of input.
    pub(crate) fn last(&mut self) -> Option<Line> {
        if self.bug == Bug::LastLineLost || self.start == self.buffer.len() {
            return None;
        }
        let text = self.take(self.buffer.len());
        Some(Line::Text(self.finished(text)))
    }

    fn find_end(&mut self) -> Option<usize> {
        if self.bug == Bug::GluedAsOne {
            let ends = self.start < self.buffer.len() && self.buffer.ends_with(b"\n");
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

    /// What some programs do to the text of a line.
    fn finished(&mut self, mut text: Vec<u8>) -> Vec<u8> {
        match self.bug {
            Bug::Trims => text = text.trim_ascii().to_vec(),
            Bug::DropsAllCr => text.retain(|byte| *byte != b'\r'),
            Bug::Truncates => text.truncate(1024),
            Bug::KeepsBuffer => {
                self.kept.extend_from_slice(&text);
                text.clone_from(&self.kept);
            }
            _ => {}
        }
        text
    }
}
