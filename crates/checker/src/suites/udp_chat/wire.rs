//! The judge's own idea of the datagrams of lesson 4.

/// What a server sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    Cookie(String),
    Welcome { name: String, count: u32 },
    Ack(u32),
    Item(u32, Item),
    Pong,
    Bye,
    Err { code: String, id: u32 },
}

/// What a server sends under a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Msg { from: String, text: String },
    Note { event: Event, name: String },
}

/// What happened to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    Joined,
    Left,
    Lost,
}

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    Join {
        name: String,
        cookie: Option<String>,
    },
    Say {
        id: u32,
        text: String,
    },
    Ack(u32),
    Ping,
    Quit,
}

/// A datagram without the line end that it may have.
pub(super) fn bare(bytes: &[u8]) -> &[u8] {
    match bytes.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => bytes,
    }
}

impl Reply {
    /// What the datagram means; `None` when it is none of a server's.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let line = std::str::from_utf8(bare(bytes)).ok()?;
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        Some(match word {
            "COOKIE" => Self::Cookie(one_field(rest)?),
            "WELCOME" => {
                let (name, count) = rest.split_once(' ')?;
                Self::Welcome {
                    name: one_field(name)?,
                    count: number_or_none(count)?,
                }
            }
            "ACK" => Self::Ack(number(rest)?),
            "MSG" => {
                let (id, rest) = rest.split_once(' ')?;
                let (from, text) = rest.split_once(' ')?;
                let from = one_field(from)?;
                let text = text.to_owned();
                Self::Item(number(id)?, Item::Msg { from, text })
            }
            "NOTE" => {
                let (id, rest) = rest.split_once(' ')?;
                let (event, name) = rest.split_once(' ')?;
                let event = Event::parse(event)?;
                let name = one_field(name)?;
                Self::Item(number(id)?, Item::Note { event, name })
            }
            "PONG" if line == word => Self::Pong,
            "BYE" if line == word => Self::Bye,
            "ERR" => {
                let (code, rest) = rest.split_once(' ')?;
                let id = rest.split(' ').next()?;
                Self::Err {
                    code: one_field(code)?,
                    id: number_or_none(id)?,
                }
            }
            _ => return None,
        })
    }
}

impl Item {
    pub(super) fn msg(from: &str, text: &str) -> Self {
        Self::Msg {
            from: from.to_owned(),
            text: text.to_owned(),
        }
    }

    pub(super) fn note(event: Event, name: &str) -> Self {
        Self::Note {
            event,
            name: name.to_owned(),
        }
    }

    /// The datagram that carries it.
    pub(super) fn emit(&self, id: u32) -> Vec<u8> {
        match self {
            Self::Msg { from, text } => format!("MSG {id} {from} {text}").into_bytes(),
            Self::Note { event, name } => format!("NOTE {id} {} {name}", event.word()).into_bytes(),
        }
    }
}

impl Event {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Left => "left",
            Self::Lost => "lost",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        let all = [Self::Joined, Self::Left, Self::Lost];
        all.into_iter().find(|event| event.word() == word)
    }
}

impl Request {
    /// What the datagram means; `None` when it is none of a client's.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let line = std::str::from_utf8(bare(bytes)).ok()?;
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        Some(match word {
            "JOIN" => match rest.split_once(' ') {
                None => Self::Join {
                    name: one_field(rest)?,
                    cookie: None,
                },
                Some((name, cookie)) => Self::Join {
                    name: one_field(name)?,
                    cookie: Some(one_field(cookie)?),
                },
            },
            "SAY" => {
                let (id, text) = rest.split_once(' ')?;
                let text = text.to_owned();
                Self::Say {
                    id: number(id)?,
                    text,
                }
            }
            "ACK" => Self::Ack(number(rest)?),
            "PING" if line == word => Self::Ping,
            "QUIT" if line == word => Self::Quit,
            _ => return None,
        })
    }
}

/// An id or a count: decimal from 1, without leading zeros.
fn number(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    plain.then(|| text.parse().ok()).flatten()
}

fn number_or_none(text: &str) -> Option<u32> {
    if text == "0" { Some(0) } else { number(text) }
}

fn one_field(text: &str) -> Option<String> {
    (!text.is_empty() && !text.contains(' ')).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_shows_is_understood_and_comes_out_again() {
        let msg = Item::msg("Bo", "hello,  你好 ");
        for (id, item) in [
            (2, msg),
            (1, Item::note(Event::Joined, "Bo")),
            (u32::MAX, Item::note(Event::Lost, "李雷")),
        ] {
            let bytes = item.emit(id);
            assert_eq!(Reply::parse(&bytes), Some(Reply::Item(id, item)));
        }
        let welcome = Reply::Welcome {
            name: "Bo".into(),
            count: 2,
        };
        assert_eq!(Reply::parse(b"WELCOME Bo 2\r\n"), Some(welcome));
        let refused = Reply::Err {
            code: "TAKEN".into(),
            id: 0,
        };
        assert_eq!(Reply::parse(b"ERR TAKEN 0 choose another"), Some(refused));
        let say = Request::Say {
            id: 1,
            text: " x ".into(),
        };
        assert_eq!(Request::parse(b"SAY 1  x \n"), Some(say));
        let join = |cookie| Request::Join {
            name: "Bo".into(),
            cookie,
        };
        assert_eq!(Request::parse(b"JOIN Bo"), Some(join(None)));
        assert_eq!(Request::parse(b"JOIN Bo c"), Some(join(Some("c".into()))));
    }

    #[test]
    fn what_is_no_datagram_of_the_page_is_none() {
        for bytes in [
            "",
            "ACK 0",
            "ACK 01",
            "ACK +1",
            "ACK",
            "ACK 1 ",
            "ack 1",
            "PONG ",
            "BYE 1",
            "MSG 1 Bo",
            "MSG 0 Bo x",
            "NOTE 1 danced Bo",
            "WELCOME Bo",
            "ERR",
            "ERR TAKEN",
            "COOKIE",
            "COOKIE a b",
            "ACK 4294967296",
        ] {
            assert_eq!(Reply::parse(bytes.as_bytes()), None, "{bytes}");
        }
        assert_eq!(Reply::parse(b"MSG 1 Bo \xff"), None);
        for bytes in [
            "",
            "JOIN",
            "JOIN ",
            "JOIN a b c",
            "SAY 1",
            "SAY x y",
            "QUIT now",
            "PONG",
        ] {
            assert_eq!(Request::parse(bytes.as_bytes()), None, "{bytes}");
        }
    }
}
