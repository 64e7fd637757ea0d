//! Escaping: what a peer sends must not be able to drive the terminal.
//!
//! A terminal obeys control characters: they recolour the screen, retitle the
//! window, overwrite what was printed, and some terminals type answers back.
//! Bidirectional marks reorder what is read. So nothing from the network is
//! printed before it went through [`escape`].

use std::{
    borrow::Cow,
    fmt::{self, Write as _},
};

use crate::text::TextCodec;

/// `text` with every dangerous character written out.
///
/// C0 and C1 controls and DEL become `\xNN`; the marks that change the reading
/// direction become `\u{NNNN}`. Nothing else changes, so ordinary text in any
/// script is shown as it is.
///
/// ```
/// assert_eq!(common::escape::escape("你好\x1b[31m"), "你好\\x1b[31m");
/// ```
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    // Most text is plain ASCII, and bytes are looked at faster than characters.
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if plain || !text.chars().any(|c| is_control(c) || is_bidi_mark(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_control(c) {
            let _ = write!(out, "\\x{:02x}", u32::from(c));
        } else if is_bidi_mark(c) {
            let _ = write!(out, "\\u{{{:04x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Bytes that should be text: what is UTF-8 as [`escape`] shows it, every other
/// byte as `\xNN`.
///
/// ```
/// assert_eq!(common::escape::escape_bytes(b"caf\xe9\n"), "caf\\xe9\\x0a");
/// ```
#[must_use]
pub fn escape_bytes(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = str::from_utf8(bytes) {
        return escape(text);
    }
    let mut out = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        out.push_str(&escape(chunk.valid()));
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    Cow::Owned(out)
}

/// Shows bytes from the network on a terminal: as text where they are text in
/// this encoding, escaped in any case.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a>(pub &'a [u8], pub &'a TextCodec);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1.decode(self.0) {
            Ok(text) => f.write_str(&escape(&text)),
            Err(_) => f.write_str(&escape_bytes(self.0)),
        }
    }
}

/// C0 (U+0000–001F), DEL (U+007F) and C1 (U+0080–009F).
fn is_control(c: char) -> bool {
    c.is_control()
}

/// The explicit formatting characters of
/// [UAX #9](https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters).
fn is_bidi_mark(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_character_is_escaped_and_no_other() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let code = u32::from(c);
            let dangerous = matches!(
                code,
                0..=0x1f | 0x7f..=0x9f | 0x061c | 0x200e..=0x200f | 0x2028..=0x202e | 0x2066..=0x2069
            );
            assert_eq!(
                escape(&c.to_string()) != c.to_string(),
                dangerous,
                "U+{code:04X}"
            );
        }
    }

    #[test]
    fn forms() {
        assert_eq!(escape("a\0\t\r\x7f\u{9b}"), "a\\x00\\x09\\x0d\\x7f\\x9b");
        assert_eq!(escape("x\u{202e}y\u{61c}"), "x\\u{202e}y\\u{061c}");
        assert!(matches!(escape("plain 你好 🎉"), Cow::Borrowed(_)));
    }
}
