//! What a session tells its user, and in which words.

use std::fmt;

use common::escape::escape;

use crate::protocol::{Change, Code};

/// What the user wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News<'a> {
    /// The session has begun.
    Welcome {
        /// As whom.
        name: &'a str,
        /// Members, with this one.
        count: u32,
    },
    /// Somebody said something.
    Said {
        /// Who.
        from: &'a str,
        /// What.
        text: &'a str,
    },
    /// Somebody came or went.
    Changed {
        /// How.
        change: Change,
        /// Who.
        name: &'a str,
    },
    /// A line was too long for one message: whoever counts on one should know.
    Split {
        /// Which line.
        line: u64,
        /// How long it is.
        bytes: usize,
        /// How many messages it has become.
        count: usize,
    },
    /// The server did not take something that was said.
    Refused {
        /// What.
        said: &'a str,
        /// Why.
        code: Code,
    },
}

/// A line for the user, with nothing in it that could drive the terminal.
impl fmt::Display for News<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            News::Welcome { name, count } => {
                write!(f, "* you are {}, {count} here", escape(name))
            }
            News::Said { from, text } => write!(f, "{}: {}", escape(from), escape(text)),
            News::Changed { change, name } => {
                let was = if *change == Change::Lost { "was " } else { "" };
                write!(f, "* {} {was}{change}", escape(name))
            }
            News::Split { line, bytes, count } => write!(
                f,
                "* line {line} has {bytes} bytes and goes as {count} messages"
            ),
            News::Refused { said, code } => {
                write!(f, "* the server refused it ({code}): {}", escape(said))
            }
        }
    }
}
