//! Cuts a stream of bytes into lines, whatever pieces it comes in.

use super::table::Bug;

/// The longest line, in bytes.
const LIMIT: usize = 65_536;

pub(super) enum Line {
    Text(Vec<u8>),
    TooLong,
}

/// What has come and was not taken yet.
pub(super) struct Lines {
    buffer: Vec<u8>,
    /// Up to here there is no LF.
    searched: usize,
    bug: Bug,
}

impl Lines {
    pub(super) fn new(bug: Bug) -> Self {
        Self {
            buffer: Vec::new(),
            searched: 0,
            bug,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// Adds what one read returned.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        match self.bug {
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

    /// The next complete line, without its line end.
    pub(super) fn next(&mut self) -> Option<Line> {
        if self.bug == Bug::ReadIsLine && !self.buffer.is_empty() {
            let read = std::mem::take(&mut self.buffer);
            self.searched = 0;
            return Some(Line::Text(read.trim_ascii_end().to_vec()));
        }
        let found = match self.bug {
            Bug::GluedAsOne => self.buffer.ends_with(b"\n").then(|| self.buffer.len() - 1),
            _ => {
                let mut new = self.buffer[self.searched..].iter();
                let found = new.position(|&byte| byte == b'\n');
                found.map(|at| self.searched + at)
            }
        };
        self.searched = found.unwrap_or(self.buffer.len());
        let length = found.unwrap_or(self.buffer.len());
        if self.bug == Bug::CutsAt1024 && length >= 1024 {
            self.searched = 0;
            return Some(Line::Text(self.buffer.drain(..1024).collect()));
        }
        let limit = match self.bug {
            Bug::Limit4096 => 4096,
            Bug::NoLimit => usize::MAX,
            _ => LIMIT,
        };
        if length > limit {
            return Some(Line::TooLong);
        }
        let Some(end) = found else {
            if self.bug == Bug::DropsPartial {
                self.buffer.clear();
                self.searched = 0;
            }
            return None;
        };
        self.searched = 0;
        let mut text: Vec<u8> = self.buffer.drain(..=end).collect();
        if self.bug == Bug::FirstLineOnly {
            self.buffer.clear();
        }
        text.pop();
        if text.ends_with(b"\r") && self.bug != Bug::KeepsCr {
            text.pop();
        }
        if self.bug == Bug::Trims {
            text = text.trim_ascii().to_vec();
        }
        Some(Line::Text(text))
    }

    /// What is left at the end of input.
    pub(super) fn last(&mut self) -> Option<Vec<u8>> {
        let rest = std::mem::take(&mut self.buffer);
        self.searched = 0;
        (!rest.is_empty() && self.bug != Bug::LastLineLost).then_some(rest)
    }
}
