//! Names, numbers and line ends, as both programs need them.

/// The text of a datagram without its line end; `None` when it is none.
pub(crate) fn text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(match text.strip_suffix('\n') {
        Some(line) => line.strip_suffix('\r').unwrap_or(line),
        None => text,
    })
}

/// The first field and the rest.
pub(crate) fn field(text: &str) -> (&str, Option<&str>) {
    match text.split_once(' ') {
        Some((first, rest)) => (first, Some(rest)),
        None => (text, None),
    }
}

/// An id: decimal from 1, without leading zeros.
pub(crate) fn id(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    plain.then(|| text.parse().ok()).flatten()
}

/// Whether this may be a member's name.
pub(crate) fn is_name(name: &str) -> bool {
    let hidden = |c: char| {
        matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{61c}' | '\u{feff}')
    };
    let good = |c: char| !c.is_whitespace() && !c.is_control() && !hidden(c);
    (1..=32).contains(&name.chars().count()) && name.len() <= 64 && name.chars().all(good)
}
