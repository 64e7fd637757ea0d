//! Core checks of the server: the time as text (UT-1 to UT-3).

use super::ask::{server, tells_time, wait_beyond, whole};
use super::calendar::{CORE, UTC, since_1970};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::suites::datagram::echo::{self, comes_back};
use crate::verdict::Failure;

pub(super) const FORMATS_THE_TIME: Check = Check {
    name: "formats-the-time",
    role: Role::Server,
    level: Level::Core,
    requirement: "UT-1",
    summary: "a format is answered with the time at that moment in it",
    section: "on-the-wire",
    hints: [
        "When does your server look at its clock, and what does it do with the bytes that came?",
        "Look at the clock once for each request. Go through the format and replace each % and the letter behind it; many languages have that built in, but let only the letters of the table reach it.",
        "format, sender = recvfrom(socket); now = local time; for each letter behind a % { Y: 4 digits of the year; m: 2 digits of the month; … }; sendto(socket, filled, sender)",
    ],
    run: formats_the_time,
};

fn formats_the_time(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut socket) = server(bench)?;
    tells_time(&mut socket, "%Y-%m-%d %H:%M:%S", UTC)?;
    for letter in CORE.chars() {
        tells_time(&mut socket, &format!("%{letter}"), UTC)?;
    }
    // Only who looks at the clock again tells another second.
    wait_beyond(whole(since_1970().as_secs_f64()));
    for format in ["%S%M%H", "%d.%m.%Y %T", "%F %T%%"] {
        tells_time(&mut socket, format, UTC)?;
    }
    Ok(())
}

pub(super) const TEXT_STAYS: Check = Check {
    name: "text-stays",
    role: Role::Server,
    level: Level::Core,
    requirement: "UT-2",
    summary: "what is no conversion comes back byte for byte, and nothing with it",
    section: "on-the-wire",
    hints: [
        "Which bytes of a format does your server change, add or lose besides the conversions?",
        "Copy everything that is not a % and its letter: blanks at both ends, line ends, letters of every script. A datagram needs no line end.",
        "for each character { if it is %: the conversion of the next one; else append it as it is }; sendto(socket, encode(filled, UTF-8), sender)",
    ],
    run: text_stays,
};

fn text_stays(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut socket) = server(bench)?;
    let mut word = || bench.word();
    let texts = [
        format!("  {}\t ", word()),
        format!("现在 é🦀 {}", word()),
        format!("{}\n", word()),
        format!("{}\r\n", word()),
        format!("{{0}} {{}} $1 \\n {}", word()),
    ];
    for text in texts {
        comes_back(&mut socket, text.as_bytes())?;
    }
    for format in ["%Y年%m月%d日", " %H %%Y %% ", "100 %%%Y%%%%", "%Y%Y\n%S"] {
        tells_time(&mut socket, format, UTC)?;
    }
    Ok(())
}

pub(super) const ANSWERS_THE_SENDER: Check = Check {
    name: "answers-the-sender",
    role: Role::Server,
    level: Level::Core,
    requirement: "UT-3",
    summary: "each of several clients gets its own answers, also to a request that comes again",
    section: "exercise",
    hints: [
        "There is no connection: how does your server know who asked, and what does it do after the first answer?",
        "Receive and answer in a loop without end. Every datagram brings the address it came from; send the answer there, with the socket that received it, and do not connect that socket to anybody.",
        "loop for ever { format, sender = recvfrom(socket); sendto(socket, answer, sender) }",
    ],
    run: answers_the_sender,
};

fn answers_the_sender(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let again = bench.word();
    let (server, mut socket) = server(bench)?;
    for silence in [ANSWERS_ONCE, REPEAT_IGNORED] {
        comes_back(&mut socket, again.as_bytes()).map_err(|missed| missed.or_silence(silence))?;
    }
    echo::answers_the_sender(bench, &server, &mut socket)
}
