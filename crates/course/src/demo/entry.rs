//! What is shown and what is waited for: one line of a scene's history.

use std::process::ExitStatus;
use std::time::Duration;

use checker::proxy::Direction;
use checker::proxy::datagram;
use checker::proxy::stream::What;

use super::script::{SERVER, WIRE};
use crate::wire;

/// Bytes of one piece that are shown.
const SHOWN: usize = 32;

/// One line of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Since the scene began.
    pub(super) at: Duration,
    /// `server`, `wire` or a client's name.
    pub(super) actor: String,
    pub(super) kind: Kind,
    pub(super) text: String,
    /// The bytes in hex, for data on the wire.
    pub(super) hex: Option<String>,
}

/// What kind of line it is, which decides its colour and whether it can be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The command that started a program.
    Command,
    /// Typed into a program.
    Typed,
    /// Something else that was done to a program.
    Act,
    /// Printed by a program on standard output.
    Output,
    /// Printed by a program on standard error.
    Complaint,
    /// Data that passed.
    Data,
    /// Something else that happened on the wire.
    Wire,
    /// A fault of the network.
    Fault,
    /// The end of a program.
    Exit,
}

impl Entry {
    /// Whether a scene may wait for it: what we did ourselves proves nothing.
    pub(super) fn is_news(&self) -> bool {
        !matches!(self.kind, Kind::Command | Kind::Typed | Kind::Act)
    }

    /// Whether it went over the wire as an answer: bytes, or the end of them, from the server.
    pub(super) fn is_answer(&self) -> bool {
        matches!(self.kind, Kind::Data | Kind::Wire) && self.text.starts_with(SERVER)
    }

    /// The line in one piece, as it is searched and as it is shown in plain form.
    pub(super) fn line(&self) -> String {
        match &self.hex {
            Some(hex) => {
                // The hex in the middle, as in every dump: the text may be of any length.
                let (head, text) = self.text.split_once("  ").unwrap_or((&self.text, ""));
                format!("{head}  {hex}  {text}")
            }
            None => self.text.clone(),
        }
    }

    /// A line of a program.
    pub(super) fn new(at: Duration, actor: &str, kind: Kind, text: String) -> Entry {
        Entry {
            at,
            actor: actor.to_owned(),
            kind,
            text,
            hex: None,
        }
    }

    /// The end of a program.
    pub(super) fn exit(at: Duration, actor: &str, status: ExitStatus) -> Entry {
        let text = match status.code() {
            Some(code) => format!("(exit code {code})"),
            None => "(ended by a signal)".to_owned(),
        };
        Entry::new(at, actor, Kind::Exit, text)
    }

    /// What the proxy saw on the connection of `client`; `None` for what is no news to anybody.
    pub(super) fn wire(at: Duration, client: &str, what: &What) -> Option<Entry> {
        let path = |direction| path(client, direction);
        let mut hex = None;
        let (kind, text) = match what {
            What::Opened { .. } => (Kind::Wire, format!("{client} → {SERVER}  connection")),
            What::AcceptFailed(why) => (Kind::Fault, format!("no connection accepted: {why}")),
            What::UpstreamFailed(why) => (Kind::Fault, format!("no server for {client}: {why}")),
            What::Data { direction, bytes } => {
                hex = Some(wire::hex(bytes, SHOWN));
                let text = wire::text(bytes, SHOWN);
                (
                    Kind::Data,
                    format!("{} {}  {text}", path(*direction), bytes.len()),
                )
            }
            What::End { direction } => (Kind::Wire, format!("{}  end (FIN)", path(*direction))),
            What::Reset { direction } => {
                (Kind::Fault, format!("{}  reset (RST)", path(*direction)))
            }
            What::Fault { direction, text } => (
                Kind::Fault,
                format!("{}  network: {text}", path(*direction)),
            ),
            What::Closed => return None,
        };
        Some(Entry {
            hex,
            ..Entry::new(at, WIRE, kind, text)
        })
    }

    /// The same for datagrams. A new client is no news: there is no connection.
    pub(super) fn datagram(at: Duration, client: &str, what: &datagram::What) -> Option<Entry> {
        let passes = |direction, when: &str, bytes: &[u8]| {
            let path = path(client, direction);
            let text = match bytes {
                [] => "(empty)".to_owned(),
                _ => wire::text(bytes, SHOWN),
            };
            let text = format!("{path}{when} {}  {text}", bytes.len());
            Entry {
                hex: (!bytes.is_empty()).then(|| wire::hex(bytes, SHOWN)),
                ..Entry::new(at, WIRE, Kind::Data, text)
            }
        };
        let fault = |text| Entry::new(at, WIRE, Kind::Fault, text);
        Some(match what {
            datagram::What::Came {
                direction, bytes, ..
            } => passes(*direction, "", bytes),
            datagram::What::Late {
                direction, bytes, ..
            } => passes(*direction, " late", bytes),
            datagram::What::Fault {
                direction,
                fault: done,
                ..
            } => fault(format!("{}  network: {done}", path(client, *direction))),
            datagram::What::Unreachable => {
                fault(format!("no server for {client}: port unreachable"))
            }
            datagram::What::New { .. } | datagram::What::Forgotten => return None,
        })
    }
}

/// `A → server`
fn path(client: &str, direction: Direction) -> String {
    match direction {
        Direction::ToServer => format!("{client} → {SERVER}"),
        Direction::ToClient => format!("{SERVER} → {client}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_one_line_with_hex_and_text() {
        let data = What::Data {
            direction: Direction::ToServer,
            bytes: b"hello\n".to_vec(),
        };
        let entry = Entry::wire(Duration::ZERO, "A", &data).unwrap();
        assert_eq!(entry.line(), "A → server 6  68 65 6c 6c 6f 0a  hello⏎");
    }

    #[test]
    fn a_datagram_is_one_line_and_so_is_what_happens_to_it() {
        let came = datagram::What::Came {
            direction: Direction::ToServer,
            index: 1,
            bytes: b"1 hello".to_vec(),
        };
        let entry = Entry::datagram(Duration::ZERO, "A", &came).unwrap();
        assert_eq!(entry.line(), "A → server 7  31 20 68 65 6c 6c 6f  1 hello");
        let fault = datagram::What::Fault {
            direction: Direction::ToClient,
            index: 1,
            fault: datagram::Fault::Dropped,
        };
        let entry = Entry::datagram(Duration::ZERO, "A", &fault).unwrap();
        assert_eq!(entry.line(), "server → A  network: dropped");
    }

    #[test]
    fn data_with_double_blanks_stays_whole() {
        let data = What::Data {
            direction: Direction::ToClient,
            bytes: b"a  b".to_vec(),
        };
        let entry = Entry::wire(Duration::ZERO, "A", &data).unwrap();
        assert_eq!(entry.line(), "server → A 4  61 20 20 62  a  b");
    }
}
