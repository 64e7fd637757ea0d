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

fn shown(c: char) -> String {
    match c {
        '\n' => LF.into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        '\\' => "\\\\".into(),
        '\0'..='\x1f' | '\x7f'..='\u{9f}' => format!("\\x{:02x}", u32::from(c)),
        _ if is_misleading(c) => format!("\\u{{{:x}}}", u32::from(c)),
        _ => c.into(),
    }
}

/// Characters that turn the line around, have no width of their own, or would
/// be taken for our own signs.
fn is_misleading(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '⏎' | '│')
        || c.width().is_none_or(|width| width == 0)
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

    proptest! {
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
