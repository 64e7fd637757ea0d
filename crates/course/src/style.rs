//! Colours and the terminal's size. `anstream` drops the colours where they are not wanted
//! (`NO_COLOR`, a pipe, a terminal without them), so callers always write them.

use std::io::{self, IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style};

pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const SERVER: Style = AnsiColor::Green.on_default();
pub(crate) const WIRE: Style = AnsiColor::Yellow.on_default();
pub(crate) const CLIENT: Style = AnsiColor::Cyan.on_default();

/// Columns to write in when nobody says otherwise.
const DEFAULT_WIDTH: usize = 80;

/// Whether standard output is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// The terminal's width in columns, 80 where there is none.
pub(crate) fn width() -> usize {
    terminal_size::terminal_size().map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0))
}

/// Whether colours reach the reader.
pub(crate) fn has_color() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// One line on standard error. A closed one is nobody's loss, while `eprintln!` would panic.
pub(crate) fn say(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// Sets prose: lines that follow each other are one paragraph, an empty line parts two.
pub(crate) fn prose(text: &str, width: usize) -> Vec<String> {
    let paragraphs = text.trim().split("\n\n");
    let joined: Vec<String> = paragraphs.map(|lines| lines.replace('\n', " ")).collect();
    checker::wrap(&joined.join("\n\n"), width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_follow_each_other_are_one_paragraph() {
        assert_eq!(prose("a\nb\n\nc\n", 9), ["a b", "", "c"]);
    }
}
