//! The client's session, datagram by datagram, with a clock moved by hand.

mod caller;

use std::time::Duration;

use caller::Client;
use udp_chat::session::End;

#[test]
fn a_conversation() {
    let mut bo = Client::joined();
    assert_eq!(bo.say("hello"), ["SAY 1 hello"]);
    assert_eq!(bo.say("你好"), ["SAY 2 你好"]);
    assert_eq!(bo.hear("ACK 2"), [""; 0]);
    assert_eq!(bo.hear("MSG 1 Ada hi\x1b[31m"), ["ACK 1"]);
    assert_eq!(bo.hear("NOTE 2 left Ada"), ["ACK 2"]);
    assert_eq!(bo.did.shown, ["Ada: hi\\x1b[31m", "* Ada left"]);
    assert_eq!(bo.leave(), [""; 0], "not before all is acknowledged");
    assert_eq!(bo.hear("ACK 1"), ["QUIT"]);
    assert_eq!(bo.session.end(), None);
    assert_eq!(bo.hear("MSG 3 Cy wait"), ["ACK 3"], "still here");
    bo.hear("BYE");
    assert_eq!(bo.session.end(), Some(End::Left));
}

#[test]
fn join_comes_again_until_it_is_answered() {
    let mut bo = Client::new();
    let sent = bo.let_pass(2000);
    let times: Vec<u128> = sent.iter().map(|(at, _)| *at).collect();
    assert_eq!(times, [0, 100, 250, 475, 812, 1312, 1812]);
    assert!(sent.iter().all(|(_, datagram)| datagram == "JOIN Bo"));
    // With the cookie the waits are short again.
    bo.hear("COOKIE AbCdEfGhIjk");
    let sent = bo.let_pass(300);
    assert_eq!(
        sent.iter().map(|(at, _)| *at).collect::<Vec<_>>(),
        [100, 250]
    );
    assert!(
        sent.iter()
            .all(|(_, datagram)| datagram == "JOIN Bo AbCdEfGhIjk")
    );
    bo.let_pass(20_000);
    assert_eq!(bo.session.end(), Some(End::NoAnswer));
}

#[test]
fn a_newer_cookie_is_taken_only_if_the_old_one_does_not_work() {
    let mut bo = Client::new();
    bo.wait(0);
    bo.hear("COOKIE AbCdEfGhIjk");
    // To the JOIN that was sent twice.
    assert_eq!(bo.hear("COOKIE 00000000000"), [""; 0]);
    assert_eq!(bo.let_pass(120)[0].1, "JOIN Bo AbCdEfGhIjk");
    bo.let_pass(1000);
    assert_eq!(bo.hear("COOKIE 11111111111"), ["JOIN Bo 11111111111"]);
    // It was used before: start anew.
    assert_eq!(bo.hear("ERR COOKIE 0"), ["JOIN Bo"]);
    assert_eq!(bo.hear("COOKIE 22222222222"), ["JOIN Bo 22222222222"]);
    bo.hear("WELCOME Bo 1");
    assert!(bo.session.takes_more());
    assert_eq!(bo.hear("COOKIE 33333333333"), [""; 0], "we are in");
}

#[test]
fn what_comes_before_the_welcome_is_not_taken() {
    let mut bo = Client::new();
    bo.wait(0);
    for early in [
        "WELCOME Bo 1",
        "MSG 1 Ada hi",
        "NOTE 1 joined Ada",
        "ACK 1",
        "BYE",
        "ERR NOJOIN 0",
    ] {
        assert_eq!(bo.hear(early), [""; 0], "{early}");
    }
    assert!(bo.did.shown.is_empty() && !bo.session.takes_more());
    assert_eq!(bo.session.end(), None);
    bo.hear("COOKIE AbCdEfGhIjk");
    assert_eq!(bo.hear("MSG 1 Ada hi"), [""; 0]);
    bo.hear("WELCOME Bo 1");
    assert_eq!(bo.hear("MSG 1 Ada hi"), ["ACK 1"]);
    assert_eq!(bo.did.shown, ["* you are Bo, 1 here", "Ada: hi"]);
}

#[test]
fn refusals() {
    use udp_chat::protocol::Code;
    for (line, code) in [
        ("ERR TAKEN 0", Code::Taken),
        ("ERR NAME 0", Code::Name),
        ("ERR FULL 0 try later", Code::Full),
    ] {
        for with_cookie in [false, true] {
            let mut bo = Client::new();
            bo.wait(0);
            if with_cookie {
                bo.hear("COOKIE AbCdEfGhIjk");
            }
            assert_eq!(bo.hear(line), [""; 0]);
            assert_eq!(bo.session.end(), Some(End::Refused(code)), "{line}");
        }
    }
    let mut bo = Client::joined();
    // What is said may come from a file.
    bo.say("one \x1b[2J");
    bo.say("two");
    bo.hear("ERR BAD 1 too rude");
    let refused = "* the server refused it (BAD): one \\x1b[2J";
    assert_eq!(bo.did.shown, [refused]);
    bo.hear("ERR BAD 1");
    assert_eq!(bo.did.shown.len(), 1, "once is enough");
    assert_eq!(bo.let_pass(120), [(100, "SAY 2 two".to_owned())]);
    // Late answers to a JOIN.
    for late in [
        "ERR TAKEN 0",
        "ERR COOKIE 0",
        "ERR BAD 0",
        "WELCOME Bo 2",
        "PONG",
    ] {
        assert_eq!(bo.hear(late), [""; 0]);
        assert_eq!(bo.session.end(), None, "{late}");
    }
    bo.hear("ERR NOJOIN 0");
    assert_eq!(bo.session.end(), Some(End::Forgotten));
}

#[test]
fn a_name_that_the_server_gives_does_not_drive_the_terminal() {
    let mut bo = Client::new();
    bo.wait(0);
    bo.hear("COOKIE AbCdEfGhIjk");
    bo.hear("WELCOME \x1b[2J 1");
    assert_eq!(bo.did.shown, ["* you are \\x1b[2J, 1 here"]);
}

#[test]
fn each_is_shown_once_and_in_order() {
    let mut bo = Client::joined();
    assert_eq!(bo.hear("MSG 3 Ada three"), ["ACK 3"]);
    assert_eq!(bo.hear("MSG 2 Ada two"), ["ACK 2"]);
    assert_eq!(bo.hear("MSG 3 Ada three"), ["ACK 3"]);
    assert_eq!(bo.hear("MSG 65 Ada too far"), [""; 0]);
    assert_eq!(bo.hear("MSG 64 Ada just so"), ["ACK 64"]);
    assert!(bo.did.shown.is_empty());
    assert_eq!(bo.hear("NOTE 1 joined Ada"), ["ACK 1"]);
    assert_eq!(bo.hear("MSG 1 Ada another"), ["ACK 1"]);
    assert_eq!(bo.did.shown, ["* Ada joined", "Ada: two", "Ada: three"]);
    assert_eq!(bo.hear("MSG 67 Ada within reach"), ["ACK 67"]);
    for noise in [
        &b"\xff"[..],
        b"",
        b"MSG",
        b"MSG 4 Ada ",
        b"HELLO 4",
        b"NOTE 4 x Ada",
    ] {
        assert_eq!(bo.hear(noise), [""; 0]);
    }
    assert_eq!(bo.did.shown.len(), 3);
}

#[test]
fn at_most_64_are_under_way() {
    let mut bo = Client::joined();
    let mut said = 0;
    while bo.session.takes_more() {
        said += 1;
        assert_eq!(bo.say("x"), [format!("SAY {said} x")]);
    }
    assert_eq!(said, 64);
    assert_eq!(bo.say("one more"), [""; 0], "from a line that was cut");
    // The first holds up the rest, however much of it is acknowledged.
    for id in 2..=64 {
        assert_eq!(bo.hear(format!("ACK {id}")), [""; 0]);
    }
    assert_eq!(bo.hear("ACK 66"), [""; 0], "never sent");
    assert_eq!(bo.hear("ACK 1"), ["SAY 65 one more"]);
}

#[test]
fn a_silent_server_is_asked_and_then_given_up() {
    let mut bo = Client::joined();
    let sent = bo.let_pass(8_500);
    assert_eq!(
        sent.iter().map(|(at, _)| *at).collect::<Vec<_>>(),
        [5000, 6000, 7000, 8000]
    );
    assert!(sent.iter().all(|(_, datagram)| datagram == "PING"));
    assert_eq!(bo.hear("PONG"), [""; 0]);
    assert_eq!(bo.let_pass(5_500), [(5000, "PING".to_owned())]);
    let sent = bo.let_pass(40_000);
    assert_eq!(sent.len(), 24, "{sent:?}");
    assert_eq!(bo.session.end(), Some(End::Silent));
}

#[test]
fn quit_is_sent_five_times_and_no_more() {
    let mut bo = Client::joined();
    assert_eq!(bo.leave(), ["QUIT"]);
    let sent = bo.let_pass(10_000);
    assert_eq!(sent.len(), 4);
    assert!(
        sent.iter()
            .all(|(at, datagram)| *at < 2000 && datagram == "QUIT")
    );
    assert_eq!(bo.session.end(), Some(End::Left));
    assert_eq!(bo.wait(0), [""; 0]);

    // The BYE was lost, and the server answers to the next one like this.
    let mut bo = Client::joined();
    bo.leave();
    bo.hear("ERR NOJOIN 0");
    assert_eq!(bo.session.end(), Some(End::Left));
}

#[test]
fn who_is_in_a_hurry_leaves_without_acknowledgements() {
    let mut bo = Client::joined();
    bo.say("hello");
    bo.session
        .leave(Some(bo.now + Duration::from_millis(300)), bo.now);
    let sent = bo.let_pass(310);
    assert_eq!(sent.last(), Some(&(300, "QUIT".to_owned())));
    bo.hear("BYE");
    assert_eq!(
        (bo.session.end(), bo.session.unsaid()),
        (Some(End::Left), 1)
    );

    let mut bo = Client::new();
    bo.wait(0);
    bo.session.leave(Some(bo.now), bo.now);
    assert_eq!(bo.session.end(), Some(End::Left), "nobody knows of us");
    let mut bo = Client::new();
    bo.wait(0);
    bo.hear("COOKIE AbCdEfGhIjk");
    bo.session.leave(Some(bo.now), bo.now);
    assert_eq!(bo.wait(0), ["QUIT"], "we may be a member");
    bo.hear("BYE");
    assert_eq!(bo.session.end(), Some(End::Left));
}

#[test]
fn who_is_in_a_hurry_does_not_wait_for_a_silent_server() {
    for said in [false, true] {
        let mut bo = Client::joined();
        if said {
            bo.say("hello");
        }
        let begun = bo.now;
        let latest = begun + Duration::from_millis(200);
        bo.session.leave(Some(latest), bo.now);
        // A later moment, or none, takes nothing of that back.
        bo.session
            .leave(Some(latest + Duration::from_secs(9)), bo.now);
        bo.session.leave(None, bo.now);
        let at_once = bo.wait(0);
        let sent = bo.let_pass(5_000);
        let quits = sent.iter().filter(|(_, datagram)| datagram == "QUIT");
        let quits: Vec<u128> = quits.map(|(at, _)| *at).collect();
        assert_eq!(at_once.is_empty(), said, "{at_once:?}");
        let expected: &[u128] = if said { &[200, 300] } else { &[100, 250] };
        assert_eq!(quits, expected);
        assert_eq!(bo.session.end(), Some(End::Left));
        assert_eq!((bo.now - begun).as_millis(), 350);
    }
}

#[test]
fn the_server_may_end_it() {
    let mut bo = Client::joined();
    bo.hear("BYE");
    assert_eq!(bo.session.end(), Some(End::Closed));
    assert_eq!(bo.hear("MSG 1 Ada hi"), [""; 0]);
}
