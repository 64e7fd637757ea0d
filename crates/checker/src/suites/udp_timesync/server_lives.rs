//! Core checks of the server: what it must live through (UT-10, UT-11).

use super::ask::{LONGEST, server};
use super::packet::SIZE;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::suites::datagram::echo;
use crate::verdict::{Failure, Side};

pub(super) const ANY_CONTENT: Check = Check {
    name: "any-content",
    role: Role::Server,
    level: Level::Core,
    requirement: "UT-10",
    summary: "no datagram ends the server, and none is answered with more than 512 bytes",
    section: "what-goes-wrong",
    hints: [
        "Which datagram would you send to switch off a stranger's time server?",
        "A format is a small program that a stranger wrote. Let no error about one of them leave the loop, whether in decoding, formatting or sending.",
        "loop for ever { try { data, sender = recvfrom(socket); sendto(socket, answer(data), sender) } on error { report it } }",
    ],
    run: any_content,
};

fn any_content(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, mut socket) = server(bench)?;
    let mut contents: Vec<Vec<u8>> = [
        "exit",
        "q",
        "%",
        "%%",
        "%s%n%s%n",
        "%65535d",
        "%99999999Y",
        "%-99999999Y",
        "%9999999999c",
        "ERR no",
        "ERR ",
        "{}",
        "{0}",
        "%(asctime)s",
        "%{time}",
        "$(reboot)",
        "`reboot`",
        "\u{feff}%Y",
        "\x1b[2J",
        "\x04",
        "%Y\u{202e}%m",
        "%\u{0}",
        "%\u{feff}Y",
        "%EY%OY",
        "%+",
        "%v%G%g%V%U%W%C",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into();
    contents.extend(["%", "%Y", "%c", "%A%B", "%Z", "%Q"].map(|part| {
        // Just within the limit, or just beyond it.
        part.repeat(128 / part.len()).into_bytes()
    }));
    for length in [1, 2, 12, SIZE - 1, SIZE, SIZE + 1, 68, 128, 129, 1472] {
        contents.extend([vec![0; length], vec![0xff; length], vec![b'%'; length]]);
    }
    for first in 0..=255 {
        let mut packet = vec![0; SIZE];
        packet[0] = first;
        contents.push(packet);
    }
    // What once made NTP servers list everybody who had asked (mode 7).
    contents.push(b"\x17\0\x03\x2a\0\0\0\0".to_vec());
    contents.push(vec![b'x'; 65_507]);
    for content in contents {
        // Some systems send nothing so large.
        if socket.send_to(&content, server.address).is_err() {
            continue;
        }
        let fence = bench.word();
        let before = socket
            .until_answered(fence.as_bytes())
            .map_err(|missed| missed.or_silence(CONTENT_KILLS))?;
        if let Some(long) = before.iter().find(|answer| answer.len() > LONGEST) {
            return Err(Failure::compared(
                ANSWER_TOO_LONG,
                vec![content],
                Side::words(format!("at most {LONGEST} bytes")),
                Side::bytes(long.as_slice(), format!("{} bytes", long.len())),
            ));
        }
    }
    Ok(())
}

pub(super) const CLIENT_GONE: Check = Check {
    name: "client-gone",
    role: Role::Server,
    level: Level::Core,
    requirement: "UT-11",
    summary: "clients that are gone before their answers come keep nobody from the next",
    section: "exercise",
    hints: [
        "What does your system tell your server when an answer finds nobody?",
        "It may report \"port unreachable\", and does so at your next call, which can be a receive. That error is about one client that has gone: report it and go on.",
        "on error of recvfrom or sendto { print it to stderr; go on with the loop }",
    ],
    run: echo::client_gone,
};
