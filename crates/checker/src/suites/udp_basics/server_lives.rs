//! Core checks of the server: what it must live through (UB-8, UB-9).

use super::exchange;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::suites::datagram;
use crate::verdict::Failure;

pub(super) const ANY_CONTENT: Check = Check {
    name: "any-content",
    role: Role::Server,
    level: Level::Core,
    requirement: "UB-8",
    summary: "no datagram ends the server, whatever it holds",
    section: "what-goes-wrong",
    hints: [
        "Which datagram would you send to end a stranger's server?",
        "A datagram is data and never a command: look for no words in it, read no numbers out of it, and let no error about one of them leave the loop.",
        "loop for ever { try { data, sender = recvfrom(socket); sendto(socket, data, sender) } on error { report it } }",
    ],
    run: any_content,
};

fn any_content(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let word = bench.word();
    let (_server, mut socket) = bench.datagram_server(word.as_bytes())?;
    socket.expect(word.as_bytes())?;
    let mut contents: Vec<Vec<u8>> = [
        "exit",
        "end",
        "q",
        "quit",
        "bye",
        "stop",
        "close",
        "1",
        "1 ",
        " ",
        "-1 x",
        "0 x",
        "99999999999999999999 x",
        "hello",
        "%s%n%d",
        "{}",
        "{0}",
        "' OR 1=1",
        "\\",
        "null",
        "1 exit",
        "\x1b[2J",
        "\u{feff}1 x",
        "\x04",
        "\x03",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into();
    for length in [1, 2, 3, 4, 7, 8, 64, 1472] {
        contents.extend([vec![0; length], vec![0xff; length]]);
    }
    for content in contents {
        exchange(&mut socket, &content).map_err(|missed| missed.or_silence(CONTENT_KILLS))?;
    }
    Ok(())
}

pub(super) const CLIENT_GONE: Check = Check {
    name: "client-gone",
    role: Role::Server,
    level: Level::Core,
    requirement: "UB-9",
    summary: "clients that are gone before their answers come keep nobody from the next",
    section: "exercise",
    hints: [
        "What does your system tell your server when an answer finds nobody?",
        "It may report \"port unreachable\", and does so at your next call, which can be a receive. That error is about one client that has gone: report it and go on.",
        "on error of recvfrom or sendto { print it to stderr; go on with the loop }",
    ],
    run: datagram::echo::client_gone,
};
