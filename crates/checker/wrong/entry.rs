//! What a table says of a wrong program.
//!
//! Used by the program itself and by `tests/bank.rs`.

/// One program of the bank.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<Bug> {
    /// What it is called by: `server-…`, or `client-…`, behind a word for its
    /// lesson where that is not the first.
    pub(crate) name: &'static str,
    /// The one thing that is wrong with it.
    pub(crate) bug: Bug,
    /// The first check it fails; empty for right programs, which may be
    /// unusual.
    pub(crate) check: &'static str,
    /// The cause that the card must name.
    pub(crate) cause: &'static str,
    /// What it does, in one line.
    pub(crate) story: &'static str,
}

impl<Bug> Entry<Bug> {
    /// Whether it is a server; else it is a client.
    pub(crate) fn is_server(&self) -> bool {
        let mut words = self.name.split('-');
        words.find(|word| ["server", "client"].contains(word)) == Some("server")
    }

    /// `server` or `client`.
    pub(crate) fn role(&self) -> &'static str {
        if self.is_server() { "server" } else { "client" }
    }
}

pub(crate) const fn row<Bug: Copy>(
    name: &'static str,
    bug: Bug,
    check: &'static str,
    cause: &'static str,
    story: &'static str,
) -> Entry<Bug> {
    Entry {
        name,
        bug,
        check,
        cause,
        story,
    }
}
