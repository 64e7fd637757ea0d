//! A datagram that is sent until it is acknowledged, without its number.
//!
//! What one member says goes to all others, and each counts for itself. So what
//! is the same for all is kept once, and only the number is put in for each.

use std::fmt::Write as _;

use crate::protocol::Change;

/// `SAY`, `MSG` or `NOTE` with everything but the id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    word: &'static str,
    fields: Box<str>,
}

impl Numbered {
    /// Tell the others.
    #[must_use]
    pub fn say(text: &str) -> Self {
        Numbered::new("SAY", text.to_owned())
    }

    /// `from` said `text`.
    #[must_use]
    pub fn msg(from: &str, text: &str) -> Self {
        Numbered::new("MSG", format!("{from} {text}"))
    }

    /// The room changed.
    #[must_use]
    pub fn note(change: Change, name: &str) -> Self {
        Numbered::new("NOTE", format!("{change} {name}"))
    }

    fn new(word: &'static str, mut fields: String) -> Self {
        // One LF at the end is dropped as the typist's. If the text ends with
        // one of its own, that is the second.
        if fields.ends_with('\n') {
            fields.push('\n');
        }
        let fields = fields.into();
        Numbered { word, fields }
    }

    /// What stands behind the id.
    #[must_use]
    pub fn fields(&self) -> &str {
        &self.fields
    }

    /// Makes `datagram` the whole of it. The same buffer serves for all.
    pub fn emit(&self, id: u32, datagram: &mut String) {
        datagram.clear();
        // A String takes everything.
        let _ = write!(datagram, "{} {id} {}", self.word, self.fields);
    }
}
