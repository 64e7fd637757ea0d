//! `--plain`: the chat that everybody writes first.
//!
//! A datagram is `name : text`, and that is the whole protocol. The server sends
//! it on as it is to everybody else who has spoken. It is kept to show what the
//! real protocol is for: here nothing is repeated, numbered or proven, and
//! whoever writes `alice : ` in front of a text is alice.

mod relay;
mod talk;

use std::{
    io, thread,
    time::{Duration, Instant},
};

use common::{
    escape::{escape, escape_bytes},
    exit::{Failure, reason},
    net::{Datagram, DatagramBuffer, DatagramError, DatagramSocket},
    stop::Stop,
};
use crossbeam_channel::Sender;

use super::colour::Colours;

pub use relay::{RelayOptions, Reply, Totals, serve};
pub use talk::{TalkOptions, talk};

/// Most bytes of a datagram, as in the real protocol.
const LIMIT: usize = crate::protocol::MAX_DATAGRAM;

/// How long one wait is; then comes the next one.
const TURN: Duration = Duration::from_secs(3600);

/// What leaves, when it is the whole datagram.
const LEAVE: &[u8] = b"q";

/// What a thread that listens has to say. The number is that of the socket.
#[derive(Debug)]
enum Heard {
    Datagram(usize, std::net::SocketAddr, Vec<u8>),
    /// Nobody listened where an earlier datagram went.
    Refused(usize),
    /// Anything else that went wrong, in words.
    Trouble(String),
}

/// Starts a thread for each socket that sends on what it hears, until `stop`, or
/// until nobody wants to know.
fn listen<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    sockets: &'scope [DatagramSocket],
    heard: &Sender<Heard>,
    stop: &'scope Stop,
) -> Result<(), Failure> {
    for (number, socket) in sockets.iter().enumerate() {
        let heard = heard.clone();
        let thread = thread::Builder::new().name("socket".to_owned());
        let started = thread.spawn_scoped(scope, move || {
            let mut buffer = DatagramBuffer::new(LIMIT);
            loop {
                let deadline = Instant::now() + TURN;
                let mut has_failed = false;
                let news = match socket.receive_until(&mut buffer, deadline, stop) {
                    Ok(None) if stop.is_set() => return,
                    Ok(None) => continue,
                    Ok(Some(Datagram { bytes, from })) => {
                        Heard::Datagram(number, from, bytes.to_vec())
                    }
                    Err(DatagramError::Refused) => Heard::Refused(number),
                    Err(error) => {
                        // One that is too large is no failure of the system.
                        has_failed = matches!(error, DatagramError::Io(_));
                        Heard::Trouble(error.to_string())
                    }
                };
                if heard.send(news).is_err() {
                    return;
                }
                if has_failed {
                    stop.back_off();
                }
            }
        });
        started.map_err(|error| cannot_listen(&error))?;
    }
    Ok(())
}

fn cannot_listen(error: &io::Error) -> Failure {
    Failure::new("cannot listen", reason(error))
}

/// A datagram for people: escaped, and the name in its colour if there is one.
fn shown(datagram: &[u8], colours: &mut Colours) -> String {
    // Here a line end is sent along by nc and the like, and means nothing.
    let datagram = datagram.strip_suffix(b"\n").unwrap_or(datagram);
    let datagram = datagram.strip_suffix(b"\r").unwrap_or(datagram);
    let text = escape_bytes(datagram);
    match text.split_once(':') {
        Some((name, rest)) if !name.trim().is_empty() => {
            let (name, blank) = name.split_at(name.trim_end().len());
            format!("{}{blank}:{rest}", colours.paint(name))
        }
        _ => text.into_owned(),
    }
}

/// Whether the datagram says that its sender leaves.
fn is_leave(datagram: &[u8]) -> bool {
    let datagram = datagram.strip_suffix(b"\n").unwrap_or(datagram);
    datagram.strip_suffix(b"\r").unwrap_or(datagram) == LEAVE
}

/// The datagram for one line.
fn emit(name: &str, text: &str) -> Result<Vec<u8>, String> {
    let datagram = format!("{name} : {text}").into_bytes();
    match datagram.len() {
        0..=LIMIT => Ok(datagram),
        count => Err(format!(
            "with the name '{}' it has {count} bytes, more than {LIMIT}",
            escape(name)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::more::colour::When;

    #[test]
    fn a_name_is_what_stands_before_the_colon() {
        let mut plain = Colours::new(When::Never);
        let mut colours = Colours::new(When::Always);
        let alice = colours.paint("alice").to_string();
        for (datagram, text, name) in [
            (&b"alice : hello"[..], "alice : hello", Some(&alice)),
            (b"alice:hello\r\n", "alice:hello", Some(&alice)),
            (b"no name", "no name", None),
            (b" : nobody", " : nobody", None),
            (b"\x1b[31mx : \xff", "\\x1b[31mx : \\xff", None),
        ] {
            assert_eq!(shown(datagram, &mut plain), text);
            if let Some(name) = name {
                let painted = shown(datagram, &mut colours);
                assert!(painted.starts_with(name.as_str()), "{painted:?}");
            }
            // Whatever is sent, the only thing a terminal obeys is our colour.
            let painted = shown(datagram, &mut colours);
            assert!(!painted.contains("\x1b[31m"), "{painted:?}");
        }
    }

    #[test]
    fn only_a_bare_q_leaves() {
        for datagram in [&b"q"[..], b"q\n", b"q\r\n"] {
            assert!(is_leave(datagram));
        }
        for datagram in [&b"alice : q"[..], b"q ", b"Q", b"", b"q\n\n"] {
            assert!(!is_leave(datagram));
        }
    }

    #[test]
    fn a_line_fits_into_a_datagram_or_is_not_sent() {
        let room = LIMIT - "alice : ".len();
        assert_eq!(emit("alice", &"x".repeat(room)).unwrap().len(), LIMIT);
        assert!(emit("alice", &"x".repeat(room + 1)).is_err());
    }
}
