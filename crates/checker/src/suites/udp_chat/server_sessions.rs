//! Checks of the server beyond the core: names and sessions (UC-13 to UC-15).

use super::member::Member;
use super::server_joins::is_outside;
use super::wire::Reply;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::verdict::{Failure, Side};

pub(super) const BAD_NAME: Check = Check {
    name: "bad-name",
    role: Role::Server,
    level: Level::More,
    requirement: "UC-13",
    summary: "a name that is none is refused; one of 32 characters or 64 bytes is a name",
    section: "going-further",
    hints: [
        "What may a name hold, and who is hurt when it may hold anything?",
        "Every name is printed on every member's terminal. Count characters and bytes, each with its own limit, and refuse what is a control or format character, with ERR NAME 0.",
        "if not 1 <= count of characters <= 32, or count of bytes > 64, or any character is white space, control (Cc) or format (Cf): sendto(\"ERR NAME 0\", sender)",
    ],
    run: bad_name,
};

fn bad_name(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, mut visitor) = Member::first(bench, "x")?;
    visitor.get_cookie()?;
    let word = bench.word();
    for (name, what) in [
        ("n".repeat(33), "33 characters"),
        ("李".repeat(22), "66 bytes"),
        (format!("{word}\u{7}"), "a control character"),
        (format!("{word}\u{9b}1m"), "a control character of C1"),
        (
            format!("{word}\u{202e}x"),
            "a character that turns the line around",
        ),
        (format!("{word}\u{200b}"), "a character that cannot be seen"),
    ] {
        visitor.name = name;
        let wanted = format!("ERR NAME 0, since the name has {what}");
        visitor.ask(&visitor.join_line(), &wanted, |reply| match reply {
            Reply::Err { code, id: 0 } if code == "NAME" => Some(Ok(())),
            Reply::Welcome { .. } => Some(Err(BAD_NAME_TAKEN)),
            Reply::Err { .. } => Some(Err(WRONG_WORDING)),
            _ => None,
        })?;
    }
    // Two blanks: the name between them is empty.
    let line = format!("JOIN  {}", visitor.cookie);
    visitor.socket.send(line.as_bytes());
    is_outside(&mut visitor, BAD_NAME_TAKEN)?;
    for name in ["n".repeat(32), "李".repeat(21), "🦀".repeat(16)] {
        let mut visitor = Member::stranger(bench, &server, &name)?;
        visitor
            .join()
            .map_err(|failure| failure.blame(NAME_REFUSED))?;
    }
    Ok(())
}

pub(super) const COOKIE_ONCE: Check = Check {
    name: "cookie-once",
    role: Role::Server,
    level: Level::More,
    requirement: "UC-14",
    summary: "a cookie that has begun a session begins no other one",
    section: "going-further",
    hints: [
        "Somebody has recorded a JOIN and sends it again after Bo has left: who is in the room?",
        "Nobody should be. Keep the cookies that have begun a session for as long as they are valid, and answer them with a new one.",
        "used = { cookie: until when it is valid }; on \"JOIN name c\": if c in used { sendto(\"COOKIE \" + a new one, sender) }",
    ],
    run: cookie_once,
};

fn cookie_once(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 2].map(|()| bench.word());
    let (_server, [_ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    bo.ask("QUIT", "BYE", |reply| match reply {
        Reply::Bye => Some(Ok(())),
        _ => None,
    })?;
    bo.replies.clear();
    bo.socket.send(bo.join_line().as_bytes());
    is_outside(&mut bo, COOKIE_REUSED)
}

pub(super) const NEW_SESSION: Check = Check {
    name: "new-session",
    role: Role::Server,
    level: Level::More,
    requirement: "UC-15",
    summary: "a member that joins again with another cookie begins anew",
    section: "going-further",
    hints: [
        "Bo's program crashed and was started again on the same port: what does your server take its SAY 1 for?",
        "For an old one, unless it knows that there is a new session. Its sign is another valid cookie from the address of a member: forget the old ids and what was waiting, and begin with 1.",
        "on \"JOIN name c\" with a valid c: if members[sender] exists and its cookie != c { end the old session; members[sender] = new member(name, c) }; cookies of one address differ by their random bytes",
    ],
    run: new_session,
};

fn new_session(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 2].map(|()| bench.word());
    let (_server, [mut ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    let texts = [(); 4].map(|()| bench.word());
    bo.say(&texts[0])?;
    ada.say(&texts[1])?;
    bo.hear(&names[0], &texts[1], NOT_RELAYED)?;
    // What it does not acknowledge waits for it, and ends with the session.
    bo.acknowledges = false;
    ada.say(&bench.word())?;
    let first = bo.cookie.clone();
    bo.get_cookie()?;
    if bo.cookie == first {
        return Err(Failure::of(
            SAME_COOKIE,
            Side::words(format!("another cookie than the last, to {}", bo.name)),
            Side::bytes(first, "once more"),
        ));
    }
    bo.enter()
        .map_err(|failure| failure.blame(REJOIN_REFUSED))?;
    bo.acknowledges = true;
    // Until here what came was of the old session.
    bo.ping()?;
    bo.items.clear();
    bo.said = 0;
    bo.say(&texts[2])?;
    ada.hear(&names[1], &texts[2], SESSION_GOES_ON)?;
    ada.say(&texts[3])?;
    let id = bo.hear(&names[0], &texts[3], SESSION_GOES_ON)?;
    if id != 1 {
        let wanted = format!("MSG 1 {} {}", names[0], texts[3]);
        let got = format!("MSG {id} {} {}", names[0], texts[3]);
        return Err(bo.failure(SESSION_GOES_ON, &wanted, Some(got.into_bytes())));
    }
    Ok(())
}
