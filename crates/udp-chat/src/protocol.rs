//! What the bytes mean. No socket, clock or thread in this file.
//!
//! A datagram is a line of UTF-8 text: a word, and fields behind it with one
//! blank between them. The last field is free text and may hold blanks itself.
//! Parsing lends its fields out of the datagram; `to_string` gives the bytes
//! back.

use std::fmt;

/// The port of this lesson, unless the user says otherwise.
pub const PORT: u16 = 9004;

/// Most bytes of a datagram. Every IPv6 link carries 1280
/// ([RFC 8200 §5](https://www.rfc-editor.org/rfc/rfc8200#section-5)), less 40
/// for the header of IPv6 and 8 for that of UDP; what is larger may travel in
/// fragments, and is lost with any one of them.
pub const MAX_DATAGRAM: usize = 1200;

/// Most bytes of what is said at once. A MSG adds at most 80: `MSG`, ten digits,
/// a name of 64 bytes, three blanks.
pub const MAX_TEXT: usize = 1000;

/// Characters of a cookie.
pub const COOKIE: usize = 11;

/// What a client sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request<'a> {
    /// Let me in. Whether the name is one, and the cookie the right one, is for
    /// the server to say.
    Join {
        /// Who wants to be let in.
        name: &'a str,
        /// What the server sent to this address.
        cookie: Option<&'a str>,
    },
    /// Tell the others.
    Say {
        /// Its place among what this member says.
        id: u32,
        /// What to tell.
        text: &'a str,
    },
    /// A MSG or NOTE came.
    Ack(u32),
    /// Are you there?
    Ping,
    /// I leave.
    Quit,
}

/// What a server sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply<'a> {
    /// Say this to show that you receive at your address.
    Cookie(&'a str),
    /// You are in.
    Welcome {
        /// As whom.
        name: &'a str,
        /// Members, with this one.
        count: u32,
    },
    /// A SAY came.
    Ack(u32),
    /// Somebody said something.
    Msg {
        /// Its place among what this member is sent.
        id: u32,
        /// Who said it.
        from: &'a str,
        /// What was said.
        text: &'a str,
    },
    /// The room changed.
    Note {
        /// Its place among what this member is sent.
        id: u32,
        /// How.
        change: Change,
        /// Who came or went.
        name: &'a str,
    },
    /// I am.
    Pong,
    /// You are out.
    Bye,
    /// No.
    Err {
        /// Why.
        code: Code,
        /// The SAY that is refused, or 0.
        id: u32,
        /// Why, in words; perhaps none.
        text: &'a str,
    },
}

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

impl<'a> Request<'a> {
    // ANCHOR: parse
    /// What a client's datagram says.
    ///
    /// # Errors
    ///
    /// [`Bad`].
    pub fn parse(datagram: &'a [u8]) -> Result<Self, Bad> {
        let bad = Bad {
            id: say_id(datagram),
        };
        let (word, fields) = words(datagram).ok_or(bad)?;
        match (word, fields) {
            ("JOIN", Some(fields)) => Ok(match fields.split_once(' ') {
                Some((name, cookie)) => Request::Join {
                    name,
                    cookie: Some(cookie),
                },
                None => Request::Join {
                    name: fields,
                    cookie: None,
                },
            }),
            ("SAY", Some(fields)) => {
                let (_, text) = fields.split_once(' ').ok_or(bad)?;
                match bad.id {
                    0 => Err(bad),
                    id if is_text(text) => Ok(Request::Say { id, text }),
                    _ => Err(bad),
                }
            }
            ("ACK", Some(id)) => parse_id(id).map(Request::Ack).ok_or(bad),
            ("PING", None) => Ok(Request::Ping),
            ("QUIT", None) => Ok(Request::Quit),
            _ => Err(bad),
        }
    }
    // ANCHOR_END: parse
}

impl fmt::Display for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::Join { name, cookie: None } => write!(f, "JOIN {name}"),
            Request::Join {
                name,
                cookie: Some(cookie),
            } => write!(f, "JOIN {name} {cookie}"),
            Request::Say { id, text } => write!(f, "SAY {id} {text}"),
            Request::Ack(id) => write!(f, "ACK {id}"),
            Request::Ping => f.write_str("PING"),
            Request::Quit => f.write_str("QUIT"),
        }
    }
}

impl<'a> Reply<'a> {
    /// What a server's datagram says; `None` if it is none of this protocol's
    /// (UC-38).
    #[must_use]
    pub fn parse(datagram: &'a [u8]) -> Option<Self> {
        let (word, fields) = words(datagram)?;
        let Some(fields) = fields else {
            return match word {
                "PONG" => Some(Reply::Pong),
                "BYE" => Some(Reply::Bye),
                _ => None,
            };
        };
        let (first, rest) = match fields.split_once(' ') {
            Some((first, rest)) => (first, Some(rest)),
            None => (fields, None),
        };
        Some(match (word, rest) {
            ("COOKIE", None) if is_cookie(first) => Reply::Cookie(first),
            ("ACK", None) => Reply::Ack(parse_id(first)?),
            ("WELCOME", Some(count)) => Reply::Welcome {
                name: is_word(first).then_some(first)?,
                count: parse_id(count)?,
            },
            ("MSG", Some(rest)) => {
                let (from, text) = rest.split_once(' ')?;
                let id = parse_id(first)?;
                (is_word(from) && is_text(text)).then_some(Reply::Msg { id, from, text })?
            }
            ("NOTE", Some(rest)) => {
                let (change, name) = rest.split_once(' ')?;
                Reply::Note {
                    id: parse_id(first)?,
                    change: CHANGES.iter().find(|(_, word)| *word == change)?.0,
                    name: is_word(name).then_some(name)?,
                }
            }
            ("ERR", Some(rest)) => {
                let (id, text) = rest.split_once(' ').unwrap_or((rest, ""));
                Reply::Err {
                    code: CODES.iter().find(|(_, word)| *word == first)?.0,
                    id: if id == "0" { 0 } else { parse_id(id)? },
                    text,
                }
            }
            _ => return None,
        })
    }
}

impl fmt::Display for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reply::Cookie(cookie) => write!(f, "COOKIE {cookie}"),
            Reply::Welcome { name, count } => write!(f, "WELCOME {name} {count}"),
            Reply::Ack(id) => write!(f, "ACK {id}"),
            Reply::Msg { id, from, text } => write!(f, "MSG {id} {from} {text}"),
            Reply::Note { id, change, name } => write!(f, "NOTE {id} {change} {name}"),
            Reply::Pong => f.write_str("PONG"),
            Reply::Bye => f.write_str("BYE"),
            Reply::Err { code, id, text: "" } => write!(f, "ERR {code} {id}"),
            Reply::Err { code, id, text } => write!(f, "ERR {code} {id} {text}"),
        }
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
fn words(datagram: &[u8]) -> Option<(&str, Option<&str>)> {
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
fn say_id(datagram: &[u8]) -> u32 {
    let Some(fields) = datagram.strip_prefix(b"SAY ") else {
        return 0;
    };
    let digits = fields.split(|byte| b" \r\n".contains(byte)).next();
    let digits = digits.and_then(|digits| str::from_utf8(digits).ok());
    digits.and_then(parse_id).unwrap_or(0)
}

/// Exactly one spelling of each number counts: 1, and neither 01 nor +1.
fn parse_id(digits: &str) -> Option<u32> {
    // parse() alone would accept "+1" and "01".
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    plain.then(|| digits.parse().ok())?
}

fn is_text(text: &str) -> bool {
    (1..=MAX_TEXT).contains(&text.len())
}

/// Whether it can stand where a name stands. The server has looked closer
/// ([`crate::name`]).
fn is_word(name: &str) -> bool {
    !name.is_empty() && !name.contains(' ')
}

fn is_cookie(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    text.len() == COOKIE && text.bytes().all(known)
}
