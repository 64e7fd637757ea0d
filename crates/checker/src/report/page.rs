//! A page with a margin: labelled lines and paragraphs, and bytes beside them.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Paint};

use super::Style;
use super::fit::{around, both_ends};
use crate::show::{self, CUT};
use crate::verdict::Side;

/// Columns before the text of each part of the card.
const MARGIN: usize = 12;
/// Datagrams that are shown; the last ones, since they matter most.
const DATAGRAMS: usize = 4;
/// Bytes in one row of hex.
const ROW: usize = 16;

pub(super) const RED: Paint = AnsiColor::Red.on_default().bold();
pub(super) const GREEN: Paint = AnsiColor::Green.on_default();
pub(super) const DIM: Paint = Paint::new().dimmed();
pub(super) const BOLD: Paint = Paint::new().bold();

/// A place to write on, with a margin and a width.
pub(super) struct Page<'a> {
    out: &'a mut dyn Write,
    color: bool,
    width: usize,
}

impl<'a> Page<'a> {
    pub(super) fn new(out: &'a mut dyn Write, style: Style) -> Self {
        Self {
            out,
            color: style.color,
            width: style.width.max(40),
        }
    }

    pub(super) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    pub(super) fn line(&mut self, paint: Paint, text: &str) -> io::Result<()> {
        if self.color {
            writeln!(self.out, "{paint}{text}{paint:#}")
        } else {
            writeln!(self.out, "{text}")
        }
    }

    /// One line with a label, however long: it may be copied.
    pub(super) fn verbatim(&mut self, label: &str, text: &str) -> io::Result<()> {
        let label = format!("{label:>width$}", width = MARGIN - 2);
        if self.color {
            writeln!(self.out, "{DIM}{label}{DIM:#}  {text}")
        } else {
            writeln!(self.out, "{}", format!("{label}  {text}").trim_end())
        }
    }

    /// A paragraph with a label, filled to the width.
    pub(super) fn part(&mut self, label: &str, text: &str) -> io::Result<()> {
        for (n, line) in show::wrap(text, self.width - MARGIN).iter().enumerate() {
            self.verbatim(if n == 0 { label } else { "" }, line)?;
        }
        Ok(())
    }

    /// Bytes with a label, both ends of them where they are too many.
    pub(super) fn bytes(&mut self, label: &str, bytes: &[u8]) -> io::Result<()> {
        let text = both_ends(bytes, self.width - MARGIN);
        self.verbatim(label, &text)
    }

    pub(super) fn sent(&mut self, pieces: &[Vec<u8>]) -> io::Result<()> {
        let budget = (self.width - MARGIN) / pieces.len().max(1);
        let shown: Vec<_> = pieces
            .iter()
            .map(|piece| both_ends(piece, budget.max(16)))
            .collect();
        self.verbatim("sent", &shown.join(CUT))?;
        if pieces.len() > 1 {
            self.part(
                "",
                &format!("({CUT} = the rest was held back for a moment)"),
            )?;
        }
        Ok(())
    }

    /// One row for each datagram.
    pub(super) fn datagrams(&mut self, sent: &[Vec<u8>]) -> io::Result<()> {
        let shown = &sent[sent.len().saturating_sub(DATAGRAMS)..];
        for (n, datagram) in shown.iter().enumerate() {
            let text = match datagram.as_slice() {
                [] => "(an empty datagram)".into(),
                bytes => both_ends(bytes, self.width - MARGIN),
            };
            self.verbatim(if n == 0 { "sent" } else { "" }, &text)?;
        }
        match sent.len() {
            0 | 1 => Ok(()),
            all if all == shown.len() => self.part("", "(each row is a datagram)"),
            all => self.part(
                "",
                &format!("(the last of {all} datagrams, one in each row)"),
            ),
        }
    }

    pub(super) fn side(
        &mut self,
        label: &str,
        side: &Side,
        wrong: Option<usize>,
        caret: bool,
    ) -> io::Result<()> {
        let Some(bytes) = &side.bytes else {
            return self.part(label, &side.words);
        };
        let words = if side.words.is_empty() {
            String::new()
        } else {
            format!("({})", side.words)
        };
        if bytes.is_empty() {
            let words = match side.words.as_str() {
                "" => "nothing",
                words => words,
            };
            return self.part(label, words);
        }
        let (text, column) = around(bytes, wrong.unwrap_or(0), self.width - MARGIN);
        self.verbatim(label, &text)?;
        if let Some(at) = wrong.filter(|_| caret) {
            let what = if at < bytes.len() {
                "first wrong byte"
            } else {
                "missing from here"
            };
            self.verbatim("", &format!("{}^ {what}, at {at}", " ".repeat(column)))?;
        }
        if words.is_empty() {
            Ok(())
        } else {
            self.part("", &words)
        }
    }

    /// The same row of both sides in hex, and a caret under the first wrong byte.
    pub(super) fn hex(&mut self, at: usize, expected: &[u8], got: &[u8]) -> io::Result<()> {
        let start = at.saturating_sub(ROW / 2);
        let row = |bytes: &[u8]| {
            let end = bytes.len().min(start + ROW);
            let row = bytes.get(start..end).unwrap_or_default();
            row.iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        for (label, bytes) in [("in hex", expected), ("came", got)] {
            self.verbatim(label, &format!("{start:>6}: {}", row(bytes)))?;
        }
        self.verbatim("", &format!("{}^^", " ".repeat(8 + 3 * (at - start))))
    }
}
