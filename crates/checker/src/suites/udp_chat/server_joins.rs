//! Core checks of the server: who becomes a member (UC-1 to UC-5).

use super::member::Member;
use super::wire::{Event, Item, Reply};
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::LATE;
use crate::verdict::{Cause, Failure, Side};

pub(super) const ASKS_COOKIE: Check = Check {
    name: "asks-cookie",
    role: Role::Server,
    level: Level::Core,
    requirement: "UC-1",
    summary: "a JOIN without a cookie gets a cookie, and makes nobody a member",
    section: "on-the-wire",
    hints: [
        "Somebody sends a JOIN: how do you know that he is where the datagram says?",
        "You do not, until he sends back something that only went there. Answer with a cookie that you can compute again from his address, port and a secret, and remember nothing.",
        "on \"JOIN name\": sendto(\"COOKIE \" + cookie(sender, now / 30 s), sender); cookie(sender, slot) = first 11 characters of base64url(hash(secret, slot, sender.ip, sender.port))",
    ],
    run: asks_cookie,
};

fn asks_cookie(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let [ada, bo] = [(); 2].map(|()| bench.word());
    let (server, mut first) = Member::first(bench, &ada)?;
    let mut second = Member::stranger(bench, &server, &bo)?;
    for visitor in [&mut first, &mut second] {
        visitor.get_cookie()?;
        let cookie = &visitor.cookie;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if cookie.len() != 11 || !cookie.bytes().all(plain) {
            return Err(Failure::of(
                COOKIE_FORM,
                Side::words("11 characters out of A-Z a-z 0-9 - _"),
                Side::bytes(
                    cookie.as_bytes(),
                    format!("{} characters", cookie.chars().count()),
                ),
            ));
        }
        is_outside(visitor, MEMBER_TOO_SOON)?;
    }
    Ok(())
}

/// Proves that somebody is no member: there is no PONG to his PING, or no ACK to
/// his SAY. Which answer there is instead is for another check.
pub(super) fn is_outside(visitor: &mut Member, cause: Cause) -> Result<(), Failure> {
    visitor.fence();
    let is_pong = |reply: &&Vec<u8>| Reply::parse(reply) == Some(Reply::Pong);
    let Some(pong) = visitor.replies.iter().find(is_pong).cloned() else {
        return Ok(());
    };
    let before = visitor.acks(1);
    visitor.replies.clear();
    visitor.send_say(1, "x");
    let acked = |visitor: &Member| visitor.acks(1) > before;
    let told = |visitor: &Member| (acked(visitor) || visitor.is_answered()).then_some(());
    visitor.until(LATE, told);
    match acked(visitor) {
        true => {
            let wanted = "ERR NOJOIN 0, since it is no member";
            Err(visitor.failure(cause, wanted, Some(pong)))
        }
        false => Ok(()),
    }
}

pub(super) const WELCOMES: Check = Check {
    name: "welcomes",
    role: Role::Server,
    level: Level::Core,
    requirement: "UC-2",
    summary: "a JOIN with the right cookie is welcomed by name, with the number of members",
    section: "on-the-wire",
    hints: [
        "What does the client get when it sends your cookie back?",
        "Compute the cookie of this address again and compare. If it is the same, put address and name into the table of members, and answer with the name as it came and how many there are now.",
        "on \"JOIN name c\": if c == cookie(sender, slot) or c == cookie(sender, slot - 1) { members[sender] = new member(name); sendto(\"WELCOME \" + name + \" \" + decimal(count of members), sender) }",
    ],
    run: welcomes,
};

fn welcomes(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [
        format!("Ada-{}", bench.word()),
        format!("李雷{}", bench.word()),
    ];
    let (server, first) = Member::first(bench, &names[0])?;
    let second = Member::stranger(bench, &server, &names[1])?;
    for (mut visitor, due) in [first, second].into_iter().zip(1..) {
        visitor.get_cookie()?;
        let count = visitor.enter()?;
        if count != due {
            return Err(Failure::compared(
                WELCOME_COUNT,
                Vec::new(),
                Side::bytes(format!("WELCOME {} {due}", visitor.name), "in one datagram"),
                Side::bytes(format!("WELCOME {} {count}", visitor.name), ""),
            ));
        }
    }
    Ok(())
}

pub(super) const CHECKS_COOKIE: Check = Check {
    name: "checks-cookie",
    role: Role::Server,
    level: Level::Core,
    requirement: "UC-3",
    summary: "a cookie that is made up or was sent elsewhere makes nobody a member",
    section: "what-goes-wrong",
    hints: [
        "Which cookies does your server take, and from whom?",
        "Only the one that it would send to this very address and port: both must go into what the cookie is computed from, and all of its characters be compared.",
        "hash(secret, slot, sender.ip, sender.port), not hash(secret, slot, name); compare the whole strings; if they differ, answer as to a JOIN without a cookie",
    ],
    run: checks_cookie,
};

fn checks_cookie(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let [ada, bo] = [(); 2].map(|()| bench.word());
    let made_up = bench.text(11);
    let (server, mut owner) = Member::first(bench, &ada)?;
    owner.get_cookie()?;
    let cookie = owner.cookie.clone();
    // Not the last of its 11 characters: two of its bits may mean nothing.
    let mut damaged: Vec<char> = cookie.chars().collect();
    if let Some(tenth) = damaged.get_mut(9) {
        *tenth = if *tenth == 'A' { 'B' } else { 'A' };
    }
    let damaged: String = damaged.into_iter().collect();
    let mut forger = Member::stranger(bench, &server, &bo)?;
    for (forged, cause) in [
        (made_up, COOKIE_UNCHECKED),
        (cookie.clone(), COOKIE_ANY_PORT),
    ] {
        is_refused(&mut forger, &forged, cause)?;
    }
    is_refused(&mut owner, &damaged, COOKIE_UNCHECKED)?;
    if let Some(socket) = bench.elsewhere(&server, &owner.socket) {
        let mut elsewhere = Member::stranger(bench, &server, &bo)?;
        elsewhere.socket = socket;
        is_refused(&mut elsewhere, &cookie, COOKIE_ANY_ADDRESS)?;
    }
    owner.enter().map(drop)
}

/// Proves that a cookie is answered with another one only.
fn is_refused(forger: &mut Member, cookie: &str, cause: Cause) -> Result<(), Failure> {
    let line = format!("JOIN {} {cookie}", forger.name);
    forger.ask(&line, "COOKIE and its own cookie", |reply| match reply {
        Reply::Cookie(_) => Some(Ok(())),
        Reply::Welcome { .. } => Some(Err(cause)),
        Reply::Err { .. } => Some(Err(JOIN_REFUSED)),
        _ => None,
    })
}

pub(super) const JOINS_TWICE: Check = Check {
    name: "joins-twice",
    role: Role::Server,
    level: Level::Core,
    requirement: "UC-4",
    summary: "the same JOIN again is welcomed again and changes nothing",
    section: "what-goes-wrong",
    hints: [
        "The WELCOME gets lost, and the client sends its JOIN again: what does your server do?",
        "It knows the address and the cookie already. It says WELCOME once more, and makes no second member, no NOTE, and no new session.",
        "on \"JOIN name c\": if members[sender] exists and its cookie == c { sendto(WELCOME again); done }",
    ],
    run: joins_twice,
};

fn joins_twice(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 2].map(|()| bench.word());
    let (_server, [mut ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    let texts = [(); 2].map(|()| bench.word());
    bo.say(&texts[0])?;
    for _ in 0..2 {
        let name = bo.name.clone();
        let wanted = format!("WELCOME {name} 2, again");
        let count = bo.ask(&bo.join_line(), &wanted, |reply| match reply {
            Reply::Welcome { count, .. } => Some(Ok(*count)),
            Reply::Err { .. } | Reply::Cookie(_) => Some(Err(REPEAT_REFUSED)),
            _ => None,
        });
        let count = count.map_err(|failure| failure.instead_of(UNANSWERED, WELCOMED_ONCE))?;
        if count != 2 {
            let got = format!("WELCOME {name} {count}");
            return Err(bo.failure(JOINED_TWICE, &wanted, Some(got.into_bytes())));
        }
    }
    // In a new session its second SAY would wait for the first.
    bo.say(&texts[1])?;
    for text in &texts {
        ada.hear(&names[1], text, SESSION_RESTARTED)?;
    }
    ada.fence();
    let joined = Item::note(Event::Joined, &names[1]);
    let mut notes = ada.items.iter().filter(|(_, (item, _))| *item == joined);
    if let Some((&id, _)) = notes.nth(1) {
        let wanted = "one NOTE that tells of it";
        return Err(ada.failure(JOINED_TWICE, wanted, Some(joined.emit(id))));
    }
    Ok(())
}

pub(super) const NAME_TAKEN: Check = Check {
    name: "name-taken",
    role: Role::Server,
    level: Level::Core,
    requirement: "UC-5",
    summary: "a name that a member has, in capitals or not, is taken",
    section: "what-goes-wrong",
    hints: [
        "There is an Ada in the room: who may be called ada?",
        "Nobody else. Compare the names in lower case, with those of all members but this address, and say so with ERR TAKEN 0; she stays who she is.",
        "if any member other than sender has lower(member.name) == lower(name) { sendto(\"ERR TAKEN 0\", sender) }",
    ],
    run: name_taken,
};

fn name_taken(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let name = format!("Ada-{}", bench.word());
    let (server, [mut ada]) = Member::room(bench, [&name])?;
    let capitals = name.to_ascii_uppercase();
    for (name, cause) in [(name, NAME_SHARED), (capitals, CASE_COUNTS)] {
        let mut other = Member::stranger(bench, &server, &name)?;
        other.get_cookie()?;
        other.ask(&other.join_line(), "ERR TAKEN 0", |reply| match reply {
            Reply::Err { code, id: 0 } if code == "TAKEN" => Some(Ok(())),
            Reply::Welcome { .. } => Some(Err(cause)),
            Reply::Err { .. } => Some(Err(WRONG_WORDING)),
            _ => None,
        })?;
        is_outside(&mut other, NAME_SHARED)?;
    }
    // She is still who she is.
    ada.say(&bench.word())
}
