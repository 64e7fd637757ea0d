//! Single words and fields of the wire.

use std::fmt;

use crate::protocol::{COOKIE, MAX_DATAGRAM, MAX_TEXT};

/// How the room changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Somebody came.
    Joined,
    /// Somebody said goodbye.
    Left,
    /// Somebody was not heard of any more.
    Lost,
}

/// Why a server refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Only members may do that.
    NoJoin,
    /// That is no name.
    Name,
    /// Another member has that name.
    Taken,
    /// The room takes no more members.
    Full,
    /// The datagram makes no sense.
    Bad,
    /// The cookie was used before, for a session that is over.
    Cookie,
}

/// The words of the wire.
const CHANGES: [(Change, &str); 3] = [
    (Change::Joined, "joined"),
    (Change::Left, "left"),
    (Change::Lost, "lost"),
];
const CODES: [(Code, &str); 6] = [
    (Code::NoJoin, "NOJOIN"),
    (Code::Name, "NAME"),
    (Code::Taken, "TAKEN"),
    (Code::Full, "FULL"),
    (Code::Bad, "BAD"),
    (Code::Cookie, "COOKIE"),
];

/// A datagram that is none of this protocol's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bad {
    /// The id of the SAY that it wants to be, if that can be read; else 0. A
    /// refused SAY uses up its id (UC-20), or those behind it would wait for
    /// ever.
    pub id: u32,
}

impl Change {
    /// What this word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        CHANGES
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(change, _)| *change)
    }
}

impl Code {
    /// What this word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        CODES
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(code, _)| *code)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = CHANGES.iter().find(|(change, _)| change == self);
        f.write_str(word.map_or("", |(_, word)| word))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = CODES.iter().find(|(code, _)| code == self);
        f.write_str(word.map_or("", |(_, word)| word))
    }
}

/// The word and what stands behind its blank, without the line end that typing
/// by hand leaves (UC-22).
pub(crate) fn words(datagram: &[u8]) -> Option<(&str, Option<&str>)> {
    if datagram.len() > MAX_DATAGRAM {
        return None;
    }
    let line = datagram
        .strip_suffix(b"\n")
        .map_or(datagram, |line| line.strip_suffix(b"\r").unwrap_or(line));
    let text = str::from_utf8(line).ok()?;
    Some(match text.split_once(' ') {
        Some((word, fields)) => (word, Some(fields)),
        None => (text, None),
    })
}

/// The id of a SAY, also of one that is otherwise bad; 0 if there is none.
pub(crate) fn say_id(datagram: &[u8]) -> u32 {
    let Some(fields) = datagram.strip_prefix(b"SAY ") else {
        return 0;
    };
    let digits = fields.split(|byte| b" \r\n".contains(byte)).next();
    let digits = digits.and_then(|digits| str::from_utf8(digits).ok());
    digits.and_then(parse_id).unwrap_or(0)
}

/// Exactly one spelling of each number counts: 1, and neither 01 nor +1.
pub(crate) fn parse_id(digits: &str) -> Option<u32> {
    // parse() alone would accept "+1" and "01".
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    plain.then(|| digits.parse().ok())?
}

pub(crate) fn is_text(text: &str) -> bool {
    (1..=MAX_TEXT).contains(&text.len())
}

/// Whether it can stand where a name stands. The server has looked closer
/// ([`crate::name`]).
pub(crate) fn is_word(name: &str) -> bool {
    !name.is_empty() && !name.contains(' ')
}

pub(crate) fn is_cookie(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    text.len() == COOKIE && text.bytes().all(known)
}
