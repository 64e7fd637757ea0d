//! What may be a name.
//!
//! A name stands on everybody's screen, in front of what its bearer says. So it
//! holds nothing that moves the cursor, that nobody sees, or that turns the
//! reading direction, and no two members have names that only their letters'
//! case tells apart.

use std::fmt;

/// Most characters of a name.
pub const MAX_CHARS: usize = 32;

/// Most bytes of a name.
pub const MAX_BYTES: usize = 64;

/// Why something is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadName {
    /// It has no character.
    Empty,
    /// It has more than [`MAX_CHARS`] characters or [`MAX_BYTES`] bytes.
    TooLong,
    /// It has white space, or a control or format character: this one.
    Character(char),
}

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadName::Empty => f.write_str("a name has at least one character"),
            BadName::TooLong => write!(
                f,
                "a name has at most {MAX_CHARS} characters and {MAX_BYTES} bytes"
            ),
            BadName::Character(' ') => f.write_str("a name has no blank in it"),
            BadName::Character(c) => write!(f, "a name has no U+{:04X} in it", u32::from(*c)),
        }
    }
}

impl std::error::Error for BadName {}

/// Whether `name` is a name.
///
/// # Errors
///
/// [`BadName`], why it is none.
pub fn check(name: &str) -> Result<(), BadName> {
    if name.is_empty() {
        return Err(BadName::Empty);
    }
    if name.len() > MAX_BYTES || name.chars().count() > MAX_CHARS {
        return Err(BadName::TooLong);
    }
    let forbidden = |c: &char| c.is_whitespace() || c.is_control() || is_format(*c);
    name.chars()
        .find(forbidden)
        .map_or(Ok(()), |c| Err(BadName::Character(c)))
}

/// What two names must not have in common.
#[must_use]
pub fn key(name: &str) -> String {
    name.to_lowercase()
}

/// The characters of general category Cf
/// ([Unicode 16, DerivedGeneralCategory](https://www.unicode.org/Public/16.0.0/ucd/extracted/DerivedGeneralCategory.txt)):
/// they are there and nobody sees them.
fn is_format(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
        | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0001}' | '\u{e0020}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_counted_in_characters_and_in_bytes() {
        assert_eq!(check(""), Err(BadName::Empty));
        for (name, good) in [
            ("a".repeat(32), true),
            ("a".repeat(33), false),
            ("é".repeat(32), true), // 64 bytes
            ("é".repeat(31) + "世", false),
            ("世".repeat(21), true),  // 63 bytes
            ("世".repeat(22), false), // 66
            ("🎉".repeat(16), true),  // 64
            ("🎉".repeat(17), false),
        ] {
            let expected = if good { Ok(()) } else { Err(BadName::TooLong) };
            assert_eq!(check(&name), expected, "{name}");
        }
    }

    #[test]
    fn nothing_invisible_is_in_a_name() {
        for c in "\0\t\n\r\x1b\x7f\u{85}\u{9b} \u{a0}\u{3000}\u{2028}\u{ad}\u{200b}\u{200d}\u{202e}\u{2066}\u{feff}\u{e0041}".chars() {
            assert_eq!(check(&format!("a{c}b")), Err(BadName::Character(c)), "{c:?}");
        }
        for name in ["Ada", "小明", "Ольга", "nº1", "a-b_c.d", "👩", "ﬁ"] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn case_does_not_tell_names_apart() {
        assert_eq!(key("ADA"), key("ada"));
        assert_eq!(key("ОЛЬГА"), key("Ольга"));
        assert_ne!(key("ada"), key("adá"));
    }
}
