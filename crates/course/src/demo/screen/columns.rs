//! Three columns: how wide they are, and lines broken to fit them.

use unicode_width::UnicodeWidthChar as _;

/// Seconds and milliseconds of a scene: `12.345`.
pub(super) const TIME: usize = 6;

/// Widths of server, wire and client, which are set apart by ` │ `.
pub(super) fn columns(width: usize) -> [usize; 3] {
    let left = width.saturating_sub(TIME + 3 * 3);
    let side = left / 3;
    [side, left - 2 * side, side]
}

/// Columns that a text takes on a terminal: two for a Chinese character.
pub(super) fn columns_of(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Breaks a line, at a blank if there is one in its second half; the rest is indented.
pub(super) fn fold(text: &str, width: usize, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for c in text.chars() {
        let columns = c.width().unwrap_or(0);
        if used + columns > width {
            let rest = match line.rfind(' ') {
                Some(blank) if blank * 2 > line.len() => line.split_off(blank),
                _ => String::new(),
            };
            lines.push(std::mem::take(&mut line));
            line = format!("{indent}{}", rest.trim_start());
            used = columns_of(&line);
            if c == ' ' && rest.is_empty() {
                continue;
            }
        }
        line.push(c);
        used += columns;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_within_their_column() {
        assert_eq!(fold("aaaa bbbb", 6, " "), ["aaaa", " bbbb"]);
        assert_eq!(fold("aaaaaaaa", 4, " "), ["aaaa", " aaa", " a"]);
        assert_eq!(fold("你好你好", 5, ""), ["你好", "你好"]);
        for width in 8..40 {
            for line in fold(
                "one two 你好 three \\x1b four 世界 five six seven",
                width,
                "  ",
            ) {
                assert!(columns_of(&line) <= width, "{width}: {line}");
            }
        }
    }
}
