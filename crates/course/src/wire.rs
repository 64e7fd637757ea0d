//! Showing bytes: escaped text and hex, safe to print whatever a program sent.

use std::fmt::Write as _;

use checker::harmless;

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
    let mut shown = harmless(&bytes[..bytes.len().min(limit)]);
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
    fn long_data_says_how_much_is_not_shown() {
        assert_eq!(hex(b"abc", 3), "61 62 63");
        assert_eq!(hex(b"abcde", 3), "61 62 63 … 2 more");
        assert_eq!(hex(b"", 3), "");
        assert_eq!(text(b"abcde", 3), "abc…");
    }
}
