//! The program's bytes, made fit for a terminal.
//!
//! Nothing a program sends may move the cursor, colour the screen or turn the
//! line around, and a caret must stand right under the byte it means. So bytes
//! become cells of a known width.

use unicode_width::UnicodeWidthChar as _;

/// What stands for a line feed.
pub(crate) const LF: &str = "⏎";
/// What stands for a cut: the bytes after it were held back.
pub(crate) const CUT: &str = "│";

/// One character or one stray byte, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) text: String,
    /// Columns on a terminal.
    pub(crate) width: usize,
    /// Offset of its first byte.
    pub(crate) start: usize,
    /// Offset behind its last byte.
    pub(crate) end: usize,
}

/// Every byte of `bytes`, as cells.
pub(crate) fn cells(bytes: &[u8]) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut start = 0;
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            let end = start + c.len_utf8();
            cells.push(cell(shown(c), start, end));
            start = end;
        }
        for byte in chunk.invalid() {
            cells.push(cell(format!("\\x{byte:02x}"), start, start + 1));
            start += 1;
        }
    }
    cells
}

fn cell(text: String, start: usize, end: usize) -> Cell {
    Cell {
        width: width(&text),
        text,
        start,
        end,
    }
}

/// Columns that `text` takes on a terminal.
pub(crate) fn width(text: &str) -> usize {
    text.chars().filter_map(|c| c.width()).sum()
}

/// `bytes` on one line, harmless.
pub(crate) fn escape(bytes: &[u8]) -> String {
    cells(bytes).into_iter().map(|cell| cell.text).collect()
}

/// As [`harmless`], and so that no two texts look alike.
fn shown(c: char) -> String {
    match c {
        '\\' => "\\\\".into(),
        // Would be taken for our own signs.
        '⏎' | '│' => format!("\\u{{{:x}}}", u32::from(c)),
        _ if !c.is_control() && c.width().is_none_or(|width| width == 0) => {
            format!("\\u{{{:x}}}", u32::from(c))
        }
        _ => harmless_char(c),
    }
}

/// `bytes` for a terminal, on one line: a line feed is drawn, everything that
/// could steer the terminal or turn the line around is spelt out, and so are
/// bytes that are not UTF-8. A backslash stays one, so that what a program has
/// escaped already is shown as it wrote it.
///
/// ```
/// assert_eq!(checker::harmless("你好\u{9b}\r\n".as_bytes()), "你好\\x9b\\r⏎");
/// ```
#[must_use]
pub fn harmless(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.extend(chunk.valid().chars().map(harmless_char));
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

fn harmless_char(c: char) -> String {
    match c {
        '\n' => LF.into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        // C0, DEL and C1: ESC starts a terminal command, and so does U+009B alone.
        '\0'..='\x1f' | '\x7f'..='\u{9f}' => format!("\\x{:02x}", u32::from(c)),
        // Marks that reorder what is shown: https://www.unicode.org/reports/tr9/ (UAX #9, 2).
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            format!("\\u{{{:x}}}", u32::from(c))
        }
        _ => c.into(),
    }
}

/// Breaks text at blanks so that no line is wider than `width` columns of a
/// terminal, in which a Chinese character has two; a word that is wider stands
/// alone. A line feed ends a line.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.trim_end().split('\n') {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && self::width(&line) + 1 + self::width(word) > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn control_characters_are_named() {
        assert_eq!(escape(b"a\tb\r\n"), "a\\tb\\r⏎");
        assert_eq!(escape(b"\x1b[31m\x07\x7f"), "\\x1b[31m\\x07\\x7f");
        assert_eq!(escape("\u{9b}5m\u{202e}".as_bytes()), "\\x9b5m\\u{202e}");
        assert_eq!(escape(b"\xff\xe4\xbd"), "\\xff\\xe4\\xbd");
        assert_eq!(escape("你\u{301}".as_bytes()), "你\\u{301}");
        assert_eq!(escape("⏎│".as_bytes()), "\\u{23ce}\\u{2502}");
    }

    #[test]
    fn what_is_harmless_steers_no_terminal() {
        assert_eq!(harmless(b"\x1b[2J\x07\x7f\\"), "\\x1b[2J\\x07\\x7f\\");
        assert_eq!(harmless(b"a\xe4\xbdb\xff"), "a\\xe4\\xbdb\\xff");
        for byte in 0..=u8::MAX {
            assert!(!harmless(&[byte]).chars().any(char::is_control), "{byte}");
        }
    }

    #[test]
    fn text_is_wrapped_by_columns() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("你好 世界 x", 9), ["你好 世界", "x"]);
        assert_eq!(wrap("a\n\nb", 9), ["a", "", "b"]);
        assert_eq!(wrap("unbreakable", 3), ["unbreakable"]);
    }

    proptest! {
        #[test]
        fn wrapping_loses_no_word(text in "[a-z ]{0,80}", width in 10..40_usize) {
            let words: Vec<_> = text.split_whitespace().collect();
            let lines = wrap(&text, width);
            prop_assert!(lines.iter().all(|line| !line.contains(' ') || line.len() <= width));
            let again = lines.join(" ");
            prop_assert_eq!(again.trim(), words.join(" "));
        }

        #[test]
        fn cells_cover_every_byte_and_are_harmless(bytes: Vec<u8>) {
            let cells = cells(&bytes);
            let starts: Vec<_> = cells.iter().map(|cell| cell.start).collect();
            prop_assert!(starts.is_sorted_by(|a, b| a < b));
            prop_assert_eq!(starts.first().copied(), (!bytes.is_empty()).then_some(0));
            for cell in cells {
                prop_assert!(cell.width > 0 && cell.end > cell.start);
                prop_assert!(!cell.text.chars().any(char::is_control));
            }
        }
    }
}
