//! The room, datagram by datagram, with a clock that is moved by hand: what comes
//! again and when, what has to wait, and who is not waited for.

mod hall;

use std::time::Duration;

use hall::{Hall, ada, at, bo, to};
use udp_chat::{
    delivery::{QUEUE, WINDOW},
    room::{Peer, Rules},
};

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

/// Ada acknowledges so much of what she is sent, and from then on nothing, although she
/// pings; Bo goes on talking. The room may wait for her so long, and then she is
/// out when her queue is full (UC-18).
#[track_caller]
fn one_that_stops(acknowledged: impl Iterator<Item = usize>, waits: Duration) {
    let mut hall = Hall::with_both();
    let mut said = 0;
    // More than a window: her pace counts only while something waits for her.
    while said < WINDOW + 100 {
        said += 1;
        hall.all(bo(), format!("SAY {said} x"));
    }
    for id in acknowledged {
        // The first one was the NOTE of Bo.
        hall.all(ada(), format!("ACK {}", id + 1));
    }
    let stopped = hall.now;
    while hall.names().contains(&"Ada") {
        let next = format!("SAY {} x", said + 1);
        if hall.tell(bo(), next).is_empty() {
            hall.wait(Duration::from_millis(100));
            hall.all(ada(), "PING");
            let waited = hall.now - stopped;
            assert!(waited <= waits, "after {waited:?} Bo still has to wait");
        } else {
            said += 1;
        }
    }
    assert!(hall.now > stopped, "nobody had to wait");
    assert!(said <= 2 * WINDOW + QUEUE, "{said}");
    assert_eq!(hall.tell(ada(), "PING"), ["ERR NOJOIN 0"]);
}

#[test]
fn a_member_that_acknowledges_40_and_stops_is_waited_for_4_seconds() {
    one_that_stops(1..=40, Duration::from_secs(4));
}

#[test]
fn a_member_that_acknowledges_40_but_not_the_first_is_waited_for_10_seconds() {
    one_that_stops(2..=41, Duration::from_secs(10));
}

#[test]
fn a_member_that_acknowledges_40_and_is_silent_is_lost_within_40_seconds() {
    let mut hall = Hall::with_both();
    for said in 1..=WINDOW {
        hall.all(bo(), format!("SAY {said} x"));
    }
    for id in 2..=41 {
        hall.all(ada(), format!("ACK {id}"));
    }
    let silent = hall.now;
    // Something is always due for Ada, and that is no sign of life.
    while hall.names().contains(&"Ada") {
        let waited = hall.now - silent;
        assert!(waited <= Duration::from_secs(40), "after {waited:?}");
        hall.now = hall.room.next_wake().unwrap().max(hall.now);
        hall.wait(Duration::ZERO);
        hall.all(bo(), "PING");
    }
    assert!(hall.now - silent >= Duration::from_secs(30), "too soon");
    let noted = hall.wait(Duration::ZERO);
    assert!(
        noted.is_empty() || noted[0].1 == "NOTE 1 lost Ada",
        "{noted:?}"
    );
    assert_eq!(hall.room.totals().lost, 1);
}

/// All in one call, and that call must not call itself for each.
#[test]
fn a_whole_room_may_be_too_slow_at_once() {
    const MEMBERS: usize = 1200;
    let mut hall = Hall::new(Rules {
        max_members: None,
        rate: None,
        silence: None,
    });
    let members: Vec<Peer> = (0..MEMBERS)
        .map(|n| at(&format!("127.0.{}.1:{}", n / 250, 7000 + n)))
        .collect();
    for (n, member) in members.iter().enumerate() {
        hall.join(*member, &format!("m{n}"));
        // Each of the others has heard of it.
        for (before, other) in members[..n].iter().enumerate() {
            let ack = format!("ACK {}", n - before);
            let Hall { room, now, did } = &mut hall;
            room.receive(*other, ack.as_bytes(), *now, did);
        }
        hall.wait(Duration::from_millis(100));
    }
    let mut said = 0;
    while hall.room.totals().lost == 0 {
        said += 1;
        assert!(said <= WINDOW + QUEUE + 1, "it never ends");
        while hall.tell(members[0], format!("SAY {said} x")).is_empty() {
            hall.wait(Duration::from_secs(1));
        }
    }
    // The first had no place either for so many NOTEs.
    assert_eq!(hall.room.totals().lost, MEMBERS as u64);
    assert_eq!(hall.names(), [""; 0]);
    let shown = hall
        .did
        .shown
        .iter()
        .filter_map(|l| l.split_once(" was lost, "));
    let left: Vec<&str> = shown.map(|(_, count)| count).collect();
    let counted = (0..MEMBERS).rev().map(|count| format!("{count} here"));
    assert_eq!(left, counted.collect::<Vec<_>>());
}
