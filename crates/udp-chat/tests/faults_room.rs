//! The room, datagram by datagram, with a clock that is moved by hand.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use udp_chat::{
    delivery::{QUEUE, WINDOW},
    protocol::Change,
    room::{Effects, News, Peer, Room, Rules},
};

/// A room and what it has done since the last look.
struct Hall {
    room: Room,
    now: Instant,
    did: Did,
}

#[derive(Default)]
struct Did {
    sent: Vec<(Peer, String)>,
    shown: Vec<String>,
}

impl Effects for Did {
    fn send(&mut self, to: Peer, datagram: &str) {
        self.sent.push((to, datagram.to_owned()));
    }
    fn show(&mut self, news: News<'_>) {
        self.shown.push(news.to_string());
    }
}

fn at(address: &str) -> Peer {
    Peer {
        socket: 0,
        address: address.parse::<SocketAddr>().expect("an address"),
    }
}

fn ada() -> Peer {
    at("127.0.0.1:5001")
}

fn bo() -> Peer {
    at("127.0.0.1:5002")
}

impl Hall {
    fn new(rules: Rules) -> Self {
        let now = Instant::now();
        Hall {
            room: Room::new(rules, [1; 32], now),
            now,
            did: Did::default(),
        }
    }

    fn with_both() -> Self {
        let mut hall = Hall::new(Rules::default());
        hall.join(ada(), "Ada");
        hall.join(bo(), "Bo");
        // Ada hears of Bo.
        assert_eq!(hall.tell(ada(), "ACK 1"), [""; 0]);
        hall
    }

    fn wait(&mut self, time: Duration) -> Vec<(Peer, String)> {
        self.now += time;
        self.room.transmit(self.now, usize::MAX, &mut self.did);
        std::mem::take(&mut self.did.sent)
    }

    /// One datagram; everything that is sent at once, to whomever.
    fn all(&mut self, from: Peer, datagram: impl AsRef<[u8]>) -> Vec<(Peer, String)> {
        let datagram = datagram.as_ref();
        self.room.receive(from, datagram, self.now, &mut self.did);
        self.wait(Duration::ZERO)
    }

    /// One datagram; what its sender gets.
    fn tell(&mut self, from: Peer, datagram: impl AsRef<[u8]>) -> Vec<String> {
        let sent = self.all(from, datagram);
        let own = sent.into_iter().filter(|(to, _)| *to == from);
        own.map(|(_, datagram)| datagram).collect()
    }

    fn cookie(&mut self, from: Peer) -> String {
        let answer = self.tell(from, "JOIN nobody");
        let [answer] = &answer[..] else {
            panic!("{answer:?}")
        };
        answer.strip_prefix("COOKIE ").expect("a cookie").to_owned()
    }

    fn join(&mut self, from: Peer, name: &str) -> String {
        let cookie = self.cookie(from);
        let answer = self.tell(from, format!("JOIN {name} {cookie}"));
        assert!(
            answer[0].starts_with(&format!("WELCOME {name} ")),
            "{answer:?}"
        );
        cookie
    }

    fn names(&self) -> Vec<&str> {
        self.room.names().collect()
    }
}

fn to(peer: Peer, datagram: &str) -> (Peer, String) {
    (peer, datagram.to_owned())
}

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
fn the_window_of_what_is_said() {
    let mut hall = Hall::with_both();
    assert_eq!(hall.all(bo(), "SAY 65 too far"), []);
    assert_eq!(hall.all(bo(), "SAY 65"), [], "and so is a bad one");
    assert_eq!(hall.all(bo(), "SAY 64 last"), [to(bo(), "ACK 64")]);
    for id in (2..64).rev() {
        assert_eq!(
            hall.all(bo(), format!("SAY {id} x")),
            [to(bo(), &format!("ACK {id}"))]
        );
    }
    let sent = hall.all(bo(), "SAY 1 first");
    assert_eq!(
        sent.len(),
        1 + 64,
        "the window of Ada, who acknowledges nothing"
    );
    assert_eq!(sent[1].1, "MSG 2 Bo first");
    assert_eq!(hall.tell(bo(), "SAY 128 x"), ["ACK 128"]);
}

#[test]
fn what_is_not_acknowledged_comes_again_and_what_is_does_not() {
    let mut hall = Hall::with_both();
    hall.all(bo(), "SAY 1 hello");
    let mut times = Vec::new();
    let begun = hall.now;
    while hall.now < begun + Duration::from_secs(3) {
        for (peer, datagram) in hall.wait(Duration::from_millis(1)) {
            assert_eq!((peer, datagram.as_str()), (ada(), "MSG 2 Bo hello"));
            times.push((hall.now - begun).as_millis());
        }
    }
    let expected = [100, 250, 475, 813, 1313, 1813, 2313, 2813];
    let near = |(time, expected): (&u128, &u128)| time.abs_diff(*expected) <= 20;
    assert_eq!(times.len(), expected.len(), "{times:?}");
    assert!(times.iter().zip(&expected).all(near), "{times:?}");
    hall.all(ada(), "ACK 2");
    assert_eq!(hall.wait(Duration::from_secs(5)), []);
}

#[test]
fn a_member_that_acknowledges_nothing_is_sent_a_window_and_then_dropped() {
    let mut hall = Hall::with_both();
    let cy = at("127.0.0.1:5003");
    hall.join(cy, "Cy");
    hall.all(bo(), "ACK 1");
    let mut said = 0;
    let mut begun = None;
    while hall.names().contains(&"Ada") {
        said += 1;
        assert!(said <= WINDOW + QUEUE + 1, "it never ends");
        let say = format!("SAY {said} x");
        // Held back for a while: Ada may only be slow.
        while !hall
            .all(bo(), &say)
            .contains(&to(bo(), &format!("ACK {said}")))
        {
            let begun = *begun.get_or_insert(hall.now);
            assert!(
                hall.now < begun + Duration::from_secs(4),
                "{said} waits for Ada"
            );
            hall.wait(Duration::from_millis(10));
        }
        hall.all(cy, format!("ACK {said}"));
        let again = hall.wait(Duration::from_millis(1));
        let mut different: Vec<&String> = again
            .iter()
            .filter(|(to, _)| *to == ada())
            .map(|(_, text)| text)
            .collect();
        different.sort();
        different.dedup();
        assert!(different.len() <= WINDOW, "{}", different.len());
    }
    // One NOTE, of Cy, was under way already.
    assert_eq!(said, WINDOW + QUEUE);
    let shown = hall
        .did
        .shown
        .iter()
        .find(|line| line.contains("Ada was lost"));
    assert!(shown.is_some(), "{:?}", hall.did.shown);
    assert_eq!(hall.tell(ada(), "PING"), ["ERR NOJOIN 0"]);
    let told = hall.tell(cy, "PING");
    assert_eq!(told, ["PONG"]);
    assert_eq!(hall.room.totals().lost, 1);
}

#[test]
fn so_many_join_at_once_that_somebody_has_to_wait() {
    let mut hall = Hall::new(Rules::default());
    hall.join(ada(), "Ada");
    // Ada acknowledges only as fast as the others are made to wait for.
    let mut last = 0;
    for n in 0..500 {
        let joining = at(&format!("127.0.0.1:{}", 6000 + n));
        let cookie = hall.cookie(joining);
        let join = format!("JOIN m{n} {cookie}");
        while hall.tell(joining, &join).is_empty() {
            hall.wait(Duration::from_millis(20));
            last += 1;
            hall.all(ada(), format!("ACK {last}"));
        }
        hall.all(joining, "QUIT");
    }
    assert_eq!(hall.names(), ["Ada"]);
    assert!(last > 0, "nobody had to wait");
}

#[test]
fn the_silent_are_lost_after_30_seconds() {
    let mut hall = Hall::with_both();
    for _ in 0..29 {
        hall.wait(Duration::from_secs(1));
        hall.all(bo(), "PING");
    }
    assert_eq!(hall.names(), ["Ada", "Bo"]);
    let sent = hall.wait(Duration::from_secs(2));
    assert_eq!(sent, []);
    let sent = hall.wait(Duration::from_millis(10));
    assert_eq!(sent, [to(bo(), "NOTE 1 lost Ada")]);
    assert_eq!(hall.names(), ["Bo"]);
    // And it may come back under its name.
    hall.join(ada(), "Ada");
}

#[test]
fn too_much_from_one_is_not_acknowledged_and_can_come_again() {
    let mut hall = Hall::new(Rules {
        rate: Some(10),
        ..Rules::default()
    });
    hall.join(bo(), "Bo");
    let taken = |hall: &mut Hall| {
        let say = |hall: &mut Hall, id| !hall.tell(bo(), format!("SAY {id} x")).is_empty();
        (1..=40).filter(|id| say(hall, *id)).count()
    };
    assert_eq!(taken(&mut hall), 20);
    hall.wait(Duration::from_millis(500));
    assert_eq!(taken(&mut hall), 25, "the first 20 again, and five more");
    hall.wait(Duration::from_secs(2));
    assert_eq!(taken(&mut hall), 40);
    // A bad one is not counted: its answer must not be missing.
    for id in 41..60 {
        assert_eq!(
            hall.tell(bo(), format!("SAY {id} ")),
            [format!("ERR BAD {id}")]
        );
    }
}

#[test]
fn the_budget_of_a_turn_is_kept_and_nobody_is_forgotten() {
    let mut hall = Hall::new(Rules::default());
    let members: Vec<Peer> = (0..50)
        .map(|n| at(&format!("127.0.0.1:{}", 7000 + n)))
        .collect();
    for (n, member) in members.iter().enumerate() {
        hall.join(*member, &format!("m{n}"));
    }
    for (n, member) in members.iter().enumerate() {
        for id in 1..50 - n {
            hall.all(*member, format!("ACK {id}"));
        }
    }
    let Hall { room, now, did } = &mut hall;
    room.receive(members[0], b"SAY 1 hello", *now, did);
    let mut turns = 0;
    while room.next_wake().is_some_and(|wake| wake <= *now) {
        let before = did.sent.len();
        room.transmit(*now, 7, did);
        assert!(did.sent.len() - before <= 7);
        turns += 1;
    }
    assert_eq!(turns, 8);
    let told = did
        .sent
        .iter()
        .filter(|(_, text)| text.ends_with(" m0 hello"));
    let mut told: Vec<Peer> = told.map(|(to, _)| *to).collect();
    told.dedup();
    assert_eq!(told, members[1..]);
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
