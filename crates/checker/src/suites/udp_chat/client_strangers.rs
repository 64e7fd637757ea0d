//! Core checks of the client: what does not count, and what must not end it
//! (UC-37, UC-38).

use super::super::datagram::client;
use super::host::Host;
use super::wire::{Event, Item};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::{LATE, RESEND};
use crate::peer::Came;
use crate::verdict::{Failure, Side};

pub(super) const FOREIGN_DATAGRAM: Check = client::foreign_datagram("UC-37", foreign_datagram);

fn foreign_datagram(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [bench.word()];
    let [from, forged, real] = [(); 3].map(|()| bench.word());
    let mut stranger = bench.stranger()?;
    let mut host = Host::start(bench, &lines)?;
    host.manners.joins = false;
    host.manners.says = false;
    host.first_join()?;
    let Some(client) = host.judge.from() else {
        return Err(Failure::Broken("nobody sent the JOIN".into()));
    };
    // A connected client's system refuses it, which is as it should be.
    let forge = |bytes: &[u8]| drop(stranger.send_to(bytes, client));
    forge(b"COOKIE Forged-0000");
    forge(b"ERR TAKEN 0");
    forge(format!("WELCOME {} 7", host.name).as_bytes());
    host.listen(LATE);
    host.is_right()
        .map_err(|failure| failure.blame(STRANGER_HEARD))?;
    host.manners.joins = true;
    host.let_in().map_err(|failure| match host.is_over() {
        true => failure.blame(STRANGER_HEARD),
        false => failure,
    })?;
    host.said(1, &lines[0])?;
    forge(b"ACK 1");
    forge(&Item::msg(&from, &forged).emit(1));
    forge(b"ERR NOJOIN 0");
    forge(b"BYE");
    host.listen(LATE);
    // It must go on asking, since nobody who counts has answered.
    let before = host.says(1);
    host.until(RESEND, |host| (host.says(1) > before).then_some(()));
    if host.says(1) == before {
        let got = match host.client.exited() {
            Some(exit) => format!("it ended with {exit}"),
            None => "it took a stranger's ACK for the server's".to_owned(),
        };
        let wanted = Side::bytes(format!("SAY 1 {}", lines[0]), "again from the client");
        return Err(Failure::of(STRANGER_HEARD, wanted, Side::words(got)));
    }
    host.manners.says = true;
    host.ack(1);
    host.send_item(1, &Item::msg(&from, &real))
        .map_err(|failure| failure.blame(STRANGER_HEARD))?;
    host.prints(&[&real], STRANGER_HEARD)?;
    host.never_prints(&forged, STRANGER_HEARD)?;
    if let Came::Datagram(bytes) = stranger.receive(LATE / 4) {
        let wanted = Side::words("no answer to a stranger");
        let got = Side::bytes(bytes, "from the client");
        return Err(Failure::of(STRANGER_HEARD, wanted, got));
    }
    Ok(())
}

pub(super) const SURVIVES: Check = Check {
    name: "survives",
    role: Role::Client,
    level: Level::Core,
    requirement: "UC-38",
    summary: "a datagram that is none of the contract's, damaged or cut, does not end the client",
    section: "what-goes-wrong",
    hints: [
        "Which datagrams can your client not make sense of, and what does it do then?",
        "It drops them and goes on. Whatever can fail, decoding, splitting into fields, numbers, must end in the next receive.",
        "loop { try { bytes = receive(65535); text = decode(bytes); fields = split(text); … } catch anything { continue } }",
    ],
    run: survives,
};

fn survives(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let lines = [(); 2].map(|()| bench.word());
    let [from, text] = [(); 2].map(|()| bench.word());
    let mut host = Host::joined(bench, &lines[..1])?;
    host.said(1, &lines[0])?;
    let again = format!("COOKIE {}", host.cookie);
    let welcome = format!("WELCOME {} 3", host.name);
    let large = [b"MSG 9999 ada ".to_vec(), vec![b'x'; 8000]].concat();
    let all: [&[u8]; 25] = [
        b"",
        b" ",
        b"\n",
        b"\xff\xfe\x00",
        b"MSG",
        b"MSG x ada hello",
        b"MSG 0 ada hello",
        b"MSG -1 ada hello",
        b"MSG 99999999999999999999999 ada hello",
        b"MSG 9999 ada far ahead",
        b"MSG \xff ada hello",
        b"NOTE",
        b"NOTE x joined ada",
        b"NOTE 9999 danced ada",
        b"ACK",
        b"ACK x",
        b"ACK 9999",
        b"ERR",
        b"ERR BAD",
        b"ERR BAD x",
        b"HELLO",
        b"PONG",
        again.as_bytes(),
        welcome.as_bytes(),
        &large,
    ];
    for bytes in all {
        host.judge.send(bytes);
    }
    host.send_item(1, &Item::msg(&from, &text))
        .and_then(|()| host.prints(&[&text], NEVER_ACKS))
        .and_then(|()| {
            host.type_lines(bench, &lines[1..]);
            host.said(2, &lines[1])
        })
        .and_then(|()| host.send_item(2, &Item::note(Event::Left, &from)))
        .map_err(|failure| failure.blame(CONTENT_ENDS))?;
    // It may acknowledge what it ignores, but what it sends must be right.
    host.is_right()
}
