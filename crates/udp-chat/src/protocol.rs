//! What the bytes mean. No socket, clock or thread in this file.
//!
//! A datagram is a line of UTF-8 text: a word, and fields behind it with one
//! blank between them. The last field is free text and may hold blanks itself.
//! Parsing lends its fields out of the datagram; `to_string` gives the bytes
//! back.

use std::fmt;

pub use crate::words::{Bad, Change, Code};
use crate::words::{is_cookie, is_text, is_word, parse_id, say_id, words};

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
                    change: Change::parse(change)?,
                    name: is_word(name).then_some(name)?,
                }
            }
            ("ERR", Some(rest)) => {
                let (id, text) = rest.split_once(' ').unwrap_or((rest, ""));
                Reply::Err {
                    code: Code::parse(first)?,
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
