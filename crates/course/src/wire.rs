//! Showing bytes: escaped text and hex, safe to print whatever a program sent.

use std::fmt::Write as _;

/// Text for a terminal: line ends are drawn, everything that could steer the terminal or change
/// the order of what is read is spelt out. Bytes that are not UTF-8 become `\xNN`.
pub(crate) fn escaped(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            push_escaped(&mut shown, c);
        }
        for byte in chunk.invalid() {
            push_hex(&mut shown, *byte);
        }
    }
    shown
}

fn push_escaped(shown: &mut String, c: char) {
    match c {
        '\n' => shown.push('⏎'),
        '\r' => shown.push('␍'),
        '\t' => shown.push_str("\\t"),
        // C0, DEL and C1: ESC starts a terminal command, and so does U+009B alone.
        '\0'..='\x1f' | '\x7f' => push_hex(shown, c as u8),
        '\u{80}'..='\u{9f}'
        // Marks that reorder what is shown: https://www.unicode.org/reports/tr9/ (UAX #9, 2).
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        }
        _ => shown.push(c),
    }
}

fn push_hex(shown: &mut String, byte: u8) {
    let _ = write!(shown, "\\x{byte:02x}");
}

/// `68 65 6c 6c 6f 0a`, at most `limit` bytes and then how many more.
pub(crate) fn hex(bytes: &[u8], limit: usize) -> String {
    let mut shown = String::with_capacity(limit.min(bytes.len()) * 3);
    for (index, byte) in bytes.iter().take(limit).enumerate() {
        let blank = if index == 0 { "" } else { " " };
        let _ = write!(shown, "{blank}{byte:02x}");
    }
    if bytes.len() > limit {
        let _ = write!(shown, " … {} more", bytes.len() - limit);
    }
    shown
}

/// The same for text: escaped, at most `limit` bytes and then a mark that there is more.
pub(crate) fn text(bytes: &[u8], limit: usize) -> String {
    let mut shown = escaped(&bytes[..bytes.len().min(limit)]);
    if bytes.len() > limit {
        shown.push('…');
    }
    shown
}

/// `6 bytes`, `1 byte`.
pub(crate) fn count(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        _ => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_comes_through() {
        assert_eq!(escaped(b"hello\r\n"), "hello␍⏎");
        assert_eq!(escaped(b"\x1b[2J\x07\x7f"), "\\x1b[2J\\x07\\x7f");
        assert_eq!(
            escaped("你好\u{9b}\u{202e}".as_bytes()),
            "你好\\u{9b}\\u{202e}"
        );
        assert_eq!(escaped(b"a\xe4\xbdb\xff"), "a\\xe4\\xbdb\\xff");
        for byte in 0..=u8::MAX {
            assert!(!escaped(&[byte]).chars().any(char::is_control), "{byte}");
        }
    }

    #[test]
    fn long_data_says_how_much_is_not_shown() {
        assert_eq!(hex(b"abc", 3), "61 62 63");
        assert_eq!(hex(b"abcde", 3), "61 62 63 … 2 more");
        assert_eq!(hex(b"", 3), "");
        assert_eq!(text(b"abcde", 3), "abc…");
    }
}
