//! The failure card.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Paint};

use super::Style;
use crate::show::{self, CUT, Cell};
use crate::verdict::{Card, Side};

/// Columns before the text of each part of the card.
const MARGIN: usize = 12;
/// Bytes in one row of hex.
const ROW: usize = 16;

pub(super) const RED: Paint = AnsiColor::Red.on_default().bold();
pub(super) const GREEN: Paint = AnsiColor::Green.on_default();
pub(super) const DIM: Paint = Paint::new().dimmed();
pub(super) const BOLD: Paint = Paint::new().bold();

/// Writes one card.
///
/// # Errors
/// Only those of `out`.
pub fn card(card: &Card, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let mut page = Page::new(out, style);
    page.line(
        RED,
        &format!("✗ {} ({}): {}", card.check, card.requirement, card.summary),
    )?;
    page.blank()?;
    if !card.sent.is_empty() {
        page.sent(&card.sent)?;
    }
    page.side("expected", &card.expected, card.first_wrong, false)?;
    page.side("came", &card.got, card.first_wrong, true)?;
    if let (Some(at), Some(expected), Some(got)) =
        (card.first_wrong, &card.expected.bytes, &card.got.bytes)
        && !got.is_empty()
    {
        page.hex(at, expected, got)?;
    }
    page.blank()?;
    page.part(
        "cause",
        &format!("{} ({})", card.cause.sentence, card.cause.id),
    )?;
    page.part("hint", card.hint)?;
    page.part("read", &card.section)?;
    page.verbatim("again", &card.replay)?;
    page.blank()?;
    for (n, event) in card.events.iter().enumerate() {
        let label = if n == 0 { "happened" } else { "" };
        let text = format!("{:>8.3} s  {}", event.at.as_secs_f64(), event.text);
        page.verbatim(label, &text)?;
    }
    for (n, line) in card.last_words.iter().enumerate() {
        let label = if n == 0 { "stderr" } else { "" };
        page.verbatim(label, &show::escape(line))?;
    }
    Ok(())
}

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
    fn verbatim(&mut self, label: &str, text: &str) -> io::Result<()> {
        let label = format!("{label:>width$}", width = MARGIN - 2);
        if self.color {
            writeln!(self.out, "{DIM}{label}{DIM:#}  {text}")
        } else {
            writeln!(self.out, "{}", format!("{label}  {text}").trim_end())
        }
    }

    /// A paragraph with a label, filled to the width.
    fn part(&mut self, label: &str, text: &str) -> io::Result<()> {
        for (n, line) in fill(text, self.width - MARGIN).iter().enumerate() {
            self.verbatim(if n == 0 { label } else { "" }, line)?;
        }
        Ok(())
    }

    fn sent(&mut self, pieces: &[Vec<u8>]) -> io::Result<()> {
        let budget = (self.width - MARGIN) / pieces.len().max(1);
        let shown: Vec<_> = pieces
            .iter()
            .map(|piece| both_ends(&show::cells(piece), budget.max(16)))
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

    fn side(
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
            return self.part(label, words.trim_matches(['(', ')']));
        }
        let (text, column) = around(&show::cells(bytes), wrong.unwrap_or(0), self.width - MARGIN);
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
    fn hex(&mut self, at: usize, expected: &[u8], got: &[u8]) -> io::Result<()> {
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

/// All cells, or the first and the last of them and how many bytes lie between.
fn both_ends(cells: &[Cell], budget: usize) -> String {
    let text = |cells: &[Cell]| {
        cells
            .iter()
            .map(|cell| cell.text.as_str())
            .collect::<String>()
    };
    if cells.iter().map(|cell| cell.width).sum::<usize>() <= budget {
        return text(cells);
    }
    let half = (budget.saturating_sub(20) / 4).max(3);
    let (head, tail) = (&cells[..half], &cells[cells.len() - half..]);
    let left_out = tail[0].start - cells[half].start;
    format!("{}…({left_out} bytes)…{}", text(head), text(tail))
}

/// As many cells around the byte at `at` as fit, and the column of that byte.
fn around(cells: &[Cell], at: usize, width: usize) -> (String, usize) {
    // Behind the last cell when the byte at `at` is the one that is missing.
    let target = cells.partition_point(|cell| cell.end <= at);
    let (mut from, mut column) = (target, 0);
    while from > 0 && column + cells[from - 1].width <= width / 2 {
        from -= 1;
        column += cells[from].width;
    }
    let mut text: String = cells[from..target]
        .iter()
        .map(|cell| cell.text.as_str())
        .collect();
    if from > 0 {
        text.insert(0, '…');
        column += 1;
    }
    let mut used = column;
    for cell in &cells[target..] {
        used += cell.width;
        if used >= width {
            text.push('…');
            break;
        }
        text.push_str(&cell.text);
    }
    (text, column)
}

/// Breaks `text` at blanks into lines of at most `width` columns, where it can.
pub(super) fn fill(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always one line");
        let both = show::width(line) + 1 + show::width(word);
        if line.is_empty() {
            line.push_str(word);
        } else if both <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.into());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(text: &str) -> Vec<Cell> {
        show::cells(text.as_bytes())
    }

    #[test]
    fn the_caret_counts_columns_not_bytes() {
        assert_eq!(around(&cells("你好x"), 6, 60), ("你好x".into(), 4));
        // The second byte of a character belongs to its column.
        assert_eq!(around(&cells("你好"), 4, 60), ("你好".into(), 2));
        assert_eq!(around(&cells("ab"), 2, 60), ("ab".into(), 2));
    }

    #[test]
    fn a_long_text_is_shown_around_its_wrong_byte() {
        let text = format!("{}!{}", "a".repeat(5000), "b".repeat(5000));
        let (shown, column) = around(&cells(&text), 5000, 60);
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert_eq!(shown.chars().nth(column), Some('!'));
        assert!(show::width(&shown) <= 60, "{shown}");
    }

    #[test]
    fn both_ends_of_a_long_piece_are_shown() {
        let text = format!("start{}end", "x".repeat(1000));
        let shown = both_ends(&cells(&text), 60);
        assert!(
            shown.starts_with("start") && shown.ends_with("end"),
            "{shown}"
        );
        assert!(show::width(&shown) <= 60, "{shown}");
    }

    proptest! {
        #[test]
        fn the_caret_stands_under_the_wrong_byte(bytes: Vec<u8>, at in 0..200_usize, width in 30..100_usize) {
            let at = at.min(bytes.len());
            let cells = show::cells(&bytes);
            let (text, column) = around(&cells, at, width);
            // Up to the caret the text is exactly what fills those columns.
            let mut left = column;
            let mut rest = text.as_str();
            while left > 0 {
                let c = rest.chars().next().expect("the caret stands in the text");
                left -= show::width(&rest[..c.len_utf8()]);
                rest = &rest[c.len_utf8()..];
            }
            let wrong = cells.iter().find(|cell| cell.end > at);
            prop_assert!(rest.starts_with(wrong.map_or("", |cell| &cell.text)) || rest == "…");
            prop_assert!(show::width(&text) <= width + 12, "{}", text);
        }

        #[test]
        fn filling_loses_no_word(text in "[a-z ]{0,80}", width in 10..40_usize) {
            let words: Vec<_> = text.split_whitespace().collect();
            prop_assert_eq!(fill(&text, width).join(" "), words.join(" "));
        }
    }
}
