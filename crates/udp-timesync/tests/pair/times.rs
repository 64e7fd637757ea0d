//! Whose time is told, and what the answer says of it.

use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(unix)]
use checker::program::Program;
use checker::program::datagrams::{exchange, socket};
use udp_timesync::sntp::{Nanos, PACKET, Packet, SECOND, Timestamp, Verdict};

use crate::talk::{PAIR, talk};

fn now() -> Nanos {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("after 1970").as_nanos().cast_signed()
}

/// The seconds behind a word such as `offset`.
pub(crate) fn seconds(line: &str, word: &str) -> f64 {
    let (_, rest) = line.split_once(&format!("{word} ")).expect(line);
    rest.split_once(" s").expect(line).0.parse().expect(line)
}

#[test]
fn the_time_is_that_of_the_question() {
    let server = PAIR.server(&[]);
    let (address, socket) = (server.address(), socket());
    let before = now() / SECOND;
    let told = exchange(&socket, &address, b"%s");
    let told: Nanos = str::from_utf8(&told).unwrap().parse().unwrap();
    assert!((before..=now() / SECOND).contains(&told), "{told}");

    for version in [3, 4] {
        let nonce = 0xfeed_0000 + u64::from(version);
        let question = Packet {
            version,
            poll: 9,
            ..Packet::question(nonce)
        };
        let before = now();
        let answer = exchange(&socket, &address, &question.emit());
        let after = now();
        let Verdict::Time(packet) = Packet::judge(&answer, nonce) else {
            panic!("{answer:02x?}");
        };
        assert_eq!(
            (answer.len(), packet.version, packet.poll),
            (PACKET, version, 9)
        );
        assert_eq!((packet.leap, packet.stratum), (0, 10));
        let times = [packet.reference, packet.receive, packet.transmit].map(Timestamp::unix);
        let in_order = before <= times[1] && times[1] <= times[2] && times[2] <= after;
        assert!(
            in_order && times[0] <= times[1],
            "{before} {times:?} {after}"
        );
    }
}

#[test]
fn a_wrong_clock_is_measured_in_both_directions_and_eras() {
    for ahead in ["90", "-3600.5", "600000000", "-0.25"] {
        let server = PAIR.server(&["--ahead", ahead, "--stratum", "3"]);
        let (printed, errors, code) = talk(&server.address(), &["--sntp", "--interval", "0"]);
        assert_eq!((errors.as_str(), code), ("", 0));
        let best = printed
            .lines()
            .find(|line| line.starts_with("best"))
            .unwrap();
        let wrong = seconds(best, "offset") - ahead.parse::<f64>().unwrap();
        let most = seconds(best, "delay") / 2.0 + 2e-6;
        assert!(wrong.abs() <= most, "{ahead}: {best}");
        let side = if ahead.starts_with('-') {
            " s ahead"
        } else {
            " s behind"
        };
        assert!(
            printed.contains(side) && printed.contains(", stratum 3\n"),
            "{printed}"
        );
    }
    let server = PAIR.server(&["--ahead", "600000000"]);
    let (printed, _, _) = talk(&server.address(), &["--format", "%Y", "--count", "1"]);
    assert!(printed.trim().parse::<u32>().unwrap() >= 2045, "{printed}");
}

/// Whose time is told, `TZ` says.
#[cfg(unix)]
#[test]
fn the_zone_is_that_of_the_machine() {
    for (zone, shown) in [
        ("TZ=CST-8", "+0800 CST"),
        ("TZ=NST3:30", "-0330 NST"),
        ("TZ=UTC", "+0000 UTC"),
    ] {
        let server = Program::start("env", &[zone, PAIR.server, "--listen", "127.0.0.1:0"]);
        let asked = ["--format", "%z %Z", "--count", "1"];
        let (printed, _, code) = talk(&server.address(), &asked);
        assert_eq!((printed.trim_end(), code), (shown, 0));
    }
    // A name that nobody knows is no reason to have no time.
    let server = Program::start(
        "env",
        &["TZ=Nowhere/Land", PAIR.server, "--listen", "127.0.0.1:0"],
    );
    let asked = ["--format", "%z", "--count", "1"];
    assert_eq!(talk(&server.address(), &asked).0, "+0000\n");
    server.expect_complaint(|line| line.starts_with("warning: telling UTC: "));
}
