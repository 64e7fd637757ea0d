//! Core checks of the server: what those get who are no members, and what no
//! datagram may do (UC-11, UC-12).

use std::time::Duration;

use super::member::Member;
use super::wire::{Reply, bare};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::QUIET;
use crate::verdict::{Cause, Failure, Side};

/// How much more than it sent an address may get before it is a member.
const FACTOR: usize = 3;

pub(super) const STRANGERS: Check = Check {
    name: "strangers",
    role: Role::Server,
    level: Level::Core,
    requirement: "UC-11",
    summary: "who is no member gets little, says nothing to the others, and does nothing in a member's name",
    section: "what-goes-wrong",
    hints: [
        "Anybody can write any address and any name into a datagram: what does your server do for him, and to whom?",
        "A member is its address and port, nothing else. Look the sender up first: who is not in the table gets ERR NOJOIN 0 for PING and SAY, an answer for JOIN and QUIT, and nothing for the rest, never more than three times what he sent.",
        "member = members.get(sender); if none { match word { JOIN => …; QUIT => send BYE; PING or SAY => send \"ERR NOJOIN 0\"; else => nothing } }",
    ],
    run: strangers,
};

fn strangers(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 2].map(|()| bench.word());
    let (server, [mut ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    ada.ping()
        .map_err(|failure| failure.instead_of(UNANSWERED, NO_PONG))?;
    // As short as a name can be: so is what may be sent for it.
    let mut stranger = Member::stranger(bench, &server, "x")?;
    let injected = bench.word();
    for line in ["PING".to_owned(), format!("SAY 1 {injected}")] {
        exactly(&mut stranger, &line, b"ERR NOJOIN 0")?;
    }
    stranger.get_cookie()?;
    exactly(&mut stranger, "QUIT", b"BYE")?;
    is_no_more(&mut stranger)?;
    let (one, two) = (&names[0], &names[1]);
    for line in [
        "ACK 1".to_owned(),
        format!("ACK {}", u32::MAX),
        "HELLO".to_owned(),
        format!("MSG 1 {one} {injected}"),
        format!("NOTE 1 left {two}"),
        format!("{one} : {injected}"),
        "BYE".to_owned(),
        "\u{fffd}".to_owned(),
    ] {
        // This has an answer, in front of which one to the line would come.
        stranger.send_before(&line, "PING");
        exactly(&mut stranger, "PING", b"ERR NOJOIN 0")?;
    }
    is_no_more(&mut stranger)?;
    let text = bench.word();
    ada.say(&text)?;
    bo.hear(&names[0], &text, MEMBER_FORGOTTEN)?;
    for member in [&mut ada, &mut bo] {
        member.ping()?;
        let forged = member.msgs().find(|(_, _, text)| text.contains(&injected));
        if let Some((id, by, text)) = forged {
            let got = format!("MSG {id} {by} {text}").into_bytes();
            return Err(member.failure(STRANGER_RELAYED, "nothing of a stranger's", Some(got)));
        }
    }
    Ok(())
}

/// Proves that a datagram has exactly this one answer.
fn exactly(stranger: &mut Member, line: &str, due: &[u8]) -> Result<(), Failure> {
    let wanted = String::from_utf8_lossy(due).into_owned();
    let right = |reply: &Reply| match (reply, due) {
        (Reply::Err { code, id: 0 }, b"ERR NOJOIN 0") if code == "NOJOIN" => Some(Ok(())),
        (Reply::Bye, b"BYE") => Some(Ok(())),
        (Reply::Pong, _) => Some(Err(PONG_TO_STRANGER)),
        (Reply::Err { .. }, _) => Some(Err(STRANGER_ANSWERED)),
        _ => None,
    };
    stranger.ask(line, &wanted, right).map_err(|failure| {
        // An ACK, or what the others say, is no answer to be looked at.
        match stranger.acked.is_empty() && stranger.items.is_empty() {
            true => failure,
            false => failure.instead_of(UNANSWERED, STRANGER_ANSWERED),
        }
    })?;
    let first = stranger.replies.first().cloned();
    if !stranger.acked.is_empty() || !stranger.items.is_empty() {
        return Err(stranger.failure(STRANGER_ANSWERED, &wanted, first));
    }
    match first {
        Some(first) if first.len() > FACTOR * line.len() => is_no_more(stranger),
        Some(first) if bare(&first) != due => {
            Err(stranger.failure(WRONG_WORDING, &wanted, Some(first)))
        }
        _ => Ok(()),
    }
}

/// Proves that it got no more than it may for what it asked since the last time.
fn is_no_more(stranger: &mut Member) -> Result<(), Failure> {
    stranger.listen(QUIET);
    let traffic = std::mem::take(&mut stranger.traffic);
    let most = FACTOR * traffic.sent_bytes;
    if traffic.came <= traffic.sent && traffic.came_bytes <= most {
        return Ok(());
    }
    let (sent, came) = (traffic.sent, traffic.came);
    Err(Failure::of(
        AMPLIFIES,
        Side::words(format!(
            "at most {sent} datagrams and {most} bytes, for {sent} from one who is no member"
        )),
        Side::bytes(
            traffic.largest,
            format!("the largest of {came}, {} bytes in all", traffic.came_bytes),
        ),
    ))
}

pub(super) const SURVIVES: Check = Check {
    name: "survives",
    role: Role::Server,
    level: Level::Core,
    requirement: "UC-12",
    summary: "no datagram ends the server or keeps it from its members",
    section: "what-goes-wrong",
    hints: [
        "Which datagrams can your server not make sense of, and what does it do then?",
        "It drops them. Whatever can fail, decoding, splitting into fields, numbers, the receive itself, must end in the next receive and not in the end of the program.",
        "loop { try { bytes, sender = receive(65535); text = decode(bytes); fields = split(text); … } catch anything { continue } }",
    ],
    run: survives,
};

fn survives(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 3].map(|()| bench.word());
    let (server, [mut ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    let mut stranger = Member::stranger(bench, &server, &names[2])?;
    let of_strangers: [&[u8]; 14] = [
        b"",
        b" ",
        b"\n",
        b"\xff\xfe",
        b"JOIN",
        b"JOIN ",
        b"JOIN  ",
        b"JOIN a b c",
        b"JOIN \xff",
        b"SAY",
        b"SAY 1",
        b"SAY 99999999999999999999999 x",
        b"ACK",
        b"join x",
    ];
    let of_members: [&[u8]; 11] = [
        b"",
        b"\xff\xfe\x00",
        b"HELLO",
        b"SAY x y",
        b"SAY -1 x",
        b"SAY 0 x",
        b"SAY 99999999999999999999999 x",
        b"SAY 999999 far ahead",
        b"ACK x",
        b"ACK 0",
        b"ACK 4294967295",
    ];
    for bytes in of_strangers {
        stranger.socket.send(bytes);
        goes_on(&mut ada, CONTENT_KILLS)?;
    }
    for bytes in of_members {
        bo.socket.send(bytes);
        goes_on(&mut ada, CONTENT_KILLS)?;
    }
    for length in [1025, 1201, 2000, 65_507] {
        let mut bytes = b"SAY 999999 ".to_vec();
        bytes.resize(length, b'x');
        bo.socket.send(&bytes);
        goes_on(&mut ada, LARGE_KILLS)?;
    }
    // Gone without a word: what is sent to it comes back as "port unreachable".
    drop(Member::joined(bench, &server, &names[2])?);
    for _ in 0..2 {
        let text = bench.word();
        let said = ada
            .say(&text)
            .and_then(|()| bo.hear(&names[0], &text, NOT_RELAYED));
        said.map_err(|failure| match ada.socket.exit() {
            Some(_) => failure.blame(UNREACHABLE_KILLS),
            None => failure.instead_of(SAY_UNACKED, UNREACHABLE_KILLS),
        })?;
        bo.listen(Duration::from_millis(20));
    }
    let text = bench.word();
    bo.say(&text)
        .map_err(|failure| failure.blame(MEMBER_FORGOTTEN))?;
    ada.hear(&names[1], &text, MEMBER_FORGOTTEN).map(drop)
}

fn goes_on(member: &mut Member, cause: Cause) -> Result<(), Failure> {
    member.ping().map_err(|failure| match member.socket.exit() {
        Some(_) => failure.blame(cause),
        None => failure.instead_of(UNANSWERED, cause),
    })
}
