//! The room, datagram by datagram, with a clock that is moved by hand: who comes,
//! who goes, and what each is answered.

mod hall;

use std::time::Duration;

use hall::{Did, Hall, ada, at, bo, to};
use udp_chat::{protocol::Change, room::Rules};

#[test]
fn a_conversation() {
    let mut hall = Hall::new(Rules::default());
    hall.join(ada(), "Ada");
    let cookie = hall.cookie(bo());
    let joined = hall.all(bo(), format!("JOIN Bo {cookie}"));
    assert_eq!(
        joined,
        [to(bo(), "WELCOME Bo 2"), to(ada(), "NOTE 1 joined Bo")]
    );
    assert_eq!(hall.all(ada(), "ACK 1"), []);
    let said = hall.all(bo(), "SAY 1 hello, 你好");
    assert_eq!(said, [to(bo(), "ACK 1"), to(ada(), "MSG 2 Bo hello, 你好")]);
    assert_eq!(hall.all(bo(), "SAY 1 hello, 你好"), [to(bo(), "ACK 1")]);
    assert_eq!(hall.all(ada(), "ACK 2"), []);
    assert_eq!(hall.all(bo(), "PING"), [to(bo(), "PONG")]);
    let left = hall.all(bo(), "QUIT");
    assert_eq!(left, [to(bo(), "BYE"), to(ada(), "NOTE 3 left Bo")]);
    assert_eq!(hall.all(bo(), "QUIT"), [to(bo(), "BYE")]);
    assert_eq!(hall.names(), ["Ada"]);
    assert_eq!(
        hall.did.shown,
        [
            "127.0.0.1:5001 Ada joined, 1 here",
            "127.0.0.1:5002 Bo joined, 2 here",
            "127.0.0.1:5002 Bo: hello, 你好",
            "127.0.0.1:5002 Bo left, 1 here",
        ]
    );
}

#[test]
fn without_the_right_cookie_there_is_only_a_cookie() {
    let mut hall = Hall::new(Rules::default());
    let other = hall.cookie(at("127.0.0.1:5003"));
    let neighbour = hall.cookie(at("127.0.0.2:5001"));
    for wrong in ["AAAAAAAAAAA", &other, &neighbour, "", "a b", "世界世界世"] {
        let answer = hall.all(ada(), format!("JOIN Ada {wrong}"));
        assert!(matches!(&answer[..], [(to, cookie)]
            if *to == ada() && cookie.starts_with("COOKIE ") && cookie.len() == 18));
    }
    assert_eq!(
        hall.room.next_wake(),
        None,
        "something is kept of strangers"
    );
    assert!(hall.names().is_empty());

    // Of this slot and the one before.
    let cookie = hall.cookie(ada());
    hall.wait(Duration::from_secs(60));
    let answer = hall.tell(ada(), format!("JOIN Ada {cookie}"));
    assert!(answer[0].starts_with("COOKIE "), "{answer:?}");
    let cookie = hall.cookie(ada());
    hall.wait(Duration::from_secs(30));
    let answer = hall.tell(ada(), format!("JOIN Ada {cookie}"));
    assert_eq!(answer, ["WELCOME Ada 1"]);
}

#[test]
fn a_cookie_begins_one_session() {
    let mut hall = Hall::new(Rules::default());
    let cookie = hall.join(ada(), "Ada");
    let again = format!("JOIN Ada {cookie}");
    assert_eq!(hall.tell(ada(), &again), ["WELCOME Ada 1"]);
    hall.join(bo(), "Bo");
    assert_eq!(hall.tell(ada(), "ACK 1"), [""; 0]);
    // Again from its own member, and nothing changes.
    assert_eq!(hall.all(ada(), &again), [to(ada(), "WELCOME Ada 2")]);
    assert_eq!(hall.tell(ada(), "QUIT"), ["BYE"]);
    for late in [0, 20] {
        hall.wait(Duration::from_secs(late));
        assert_eq!(hall.tell(ada(), &again), ["ERR COOKIE 0"]);
    }
    assert_eq!(hall.names(), ["Bo"]);
}

#[test]
fn another_cookie_begins_another_session() {
    let mut hall = Hall::with_both();
    assert_eq!(hall.tell(ada(), "SAY 1 first"), ["ACK 1"]);
    hall.all(bo(), "ACK 1");
    assert_eq!(hall.tell(bo(), "SAY 1 not acknowledged"), ["ACK 1"]);
    let cookie = hall.cookie(ada());
    let all = hall.all(ada(), format!("JOIN Ada2 {cookie}"));
    assert_eq!(
        all,
        [
            to(ada(), "WELCOME Ada2 2"),
            to(bo(), "NOTE 2 lost Ada"),
            to(bo(), "NOTE 3 joined Ada2"),
        ]
    );
    // Both sequences begin anew, and nothing of the old one is sent any more.
    let all = hall.all(ada(), "SAY 1 second");
    assert_eq!(all, [to(ada(), "ACK 1"), to(bo(), "MSG 4 Ada2 second")]);
    let later = hall.wait(Duration::from_secs(1));
    assert!(later.iter().all(|(to, _)| *to == bo()), "{later:?}");
    let all = hall.all(bo(), "SAY 2 hello again");
    assert!(all.contains(&to(ada(), "MSG 1 Bo hello again")), "{all:?}");
}

#[test]
fn names() {
    let mut hall = Hall::new(Rules {
        max_members: Some(2),
        ..Rules::default()
    });
    hall.join(ada(), "Ada");
    let cookie = hall.cookie(bo());
    let mut refused = |name: &str| hall.tell(bo(), format!("JOIN {name} {cookie}"));
    assert_eq!(refused("ADA"), ["ERR TAKEN 0"]);
    assert_eq!(refused(&"é".repeat(33)), ["ERR NAME 0"]);
    assert_eq!(refused("a\u{202e}b"), ["ERR NAME 0"]);
    assert_eq!(refused("\x1b[31m"), ["ERR NAME 0"]);
    assert_eq!(refused(""), ["ERR NAME 0"]);
    assert_eq!(
        refused(&"é".repeat(32))[0].split(' ').next(),
        Some("WELCOME")
    );
    let third = at("127.0.0.1:5003");
    let cookie = hall.cookie(third);
    assert_eq!(
        hall.tell(third, format!("JOIN Cy {cookie}")),
        ["ERR FULL 0"]
    );
    // Refusing uses no cookie up, and a name is free when its bearer has left.
    hall.tell(ada(), "QUIT");
    assert_eq!(
        hall.tell(third, format!("JOIN ada {cookie}")),
        ["WELCOME ada 2"]
    );
    // A full room still lets its own members begin anew.
    let cookie = hall.cookie(third);
    assert_eq!(
        hall.tell(third, format!("JOIN Cy {cookie}")),
        ["WELCOME Cy 2"]
    );
}

#[test]
fn a_stranger_gets_little() {
    let mut hall = Hall::with_both();
    let stranger = at("127.0.0.1:6000");
    let full = "x".repeat(1100);
    for (bytes, answer) in [
        (&b"PING"[..], Some("ERR NOJOIN 0")),
        (b"PING\r\n", Some("ERR NOJOIN 0")),
        (b"SAY 1 hello", Some("ERR NOJOIN 0")),
        (format!("SAY 1 {full}").as_bytes(), None),
        (b"SAY 1 ", None),
        (b"SAY", None),
        (b"ACK 1", None),
        (b"QUIT", Some("BYE")),
        (b"JOIN", None),
        // An answer of 18 bytes would be more than three times five.
        (b"JOIN ", None),
        (b"WELCOME a 1", None),
        (b"", None),
        (b"\xff\xff\xff\xff\xff\xff\xff\xff", None),
    ] {
        let sent = hall.all(stranger, bytes);
        let expected: Vec<_> = answer
            .map(|answer| to(stranger, answer))
            .into_iter()
            .collect();
        assert_eq!(sent, expected, "{bytes:?}");
    }
    let sent = hall.all(stranger, "JOIN a");
    assert!(sent.len() == 1 && sent[0].1.len() <= 18, "{sent:?}");
    assert_eq!(hall.names(), ["Ada", "Bo"]);
}

#[test]
fn what_a_member_says_wrongly_is_refused_and_does_not_block_the_rest() {
    let mut hall = Hall::with_both();
    let long = "x".repeat(1001);
    assert_eq!(hall.all(bo(), "SAY 2 two"), [to(bo(), "ACK 2")]);
    assert_eq!(hall.all(bo(), b"SAY 4 \xff"), [to(bo(), "ERR BAD 4")]);
    assert_eq!(
        hall.all(bo(), format!("SAY 3 {long}")),
        [to(bo(), "ERR BAD 3")]
    );
    let sent = hall.all(bo(), "SAY 1 one");
    let expected = ["ACK 1", "MSG 2 Bo one", "MSG 3 Bo two"];
    assert_eq!(
        sent.iter().map(|(_, text)| text).collect::<Vec<_>>(),
        expected
    );
    // Its answer was lost: the same again.
    assert_eq!(hall.all(bo(), "SAY 3 "), [to(bo(), "ERR BAD 3")]);
    assert_eq!(hall.all(bo(), "SAY 5 five")[1].1, "MSG 4 Bo five");
    for nonsense in [
        &b"SAY"[..],
        b"SAY 0 a",
        b"ACK x",
        b"HELLO",
        b"",
        b"\xff",
        &[b'x'; 2000],
    ] {
        assert_eq!(
            hall.all(bo(), nonsense),
            [to(bo(), "ERR BAD 0")],
            "{nonsense:?}"
        );
    }
}

#[test]
fn at_the_end_what_was_taken_is_still_told() {
    let mut hall = Hall::with_both();
    hall.all(bo(), "SAY 1 hello");
    hall.room.close();
    assert!(!hall.room.is_settled(hall.now));
    assert_eq!(hall.tell(bo(), "SAY 2 too late"), [""; 0]);
    let stranger = at("127.0.0.1:6000");
    assert_eq!(hall.tell(stranger, "JOIN Cy"), [""; 0]);
    hall.all(ada(), "ACK 2");
    assert!(hall.room.is_settled(hall.now));
    let mut did = Did::default();
    let totals = hall.room.end(&mut did);
    assert_eq!(did.sent, [to(ada(), "BYE"), to(bo(), "BYE")]);
    let counts = (
        totals.joined,
        totals.left,
        totals.lost,
        totals.messages,
        totals.delivered,
    );
    assert_eq!(counts, (2, 0, 0, 1, 2));
}

#[test]
fn changes_have_words() {
    for (change, word) in [
        (Change::Joined, "joined"),
        (Change::Left, "left"),
        (Change::Lost, "lost"),
    ] {
        assert_eq!(change.to_string(), word);
        assert_eq!(Change::parse(word), Some(change));
    }
}
