//! What the bytes of form A mean, and how the two forms are told apart.

use jiff::{Timestamp, Zoned, tz::TimeZone};
use proptest::prelude::*;
use udp_timesync::{
    protocol::{FORMAT, RESULT, Refusal, Request, answer, format},
    sntp::{PACKET, Packet},
};

/// Sunday, 1 November 2026, 09:05:03 UTC, in a zone of this rule.
fn moment(zone: &str) -> Zoned {
    let zone = TimeZone::posix(zone).expect("a rule of POSIX");
    let moment = Timestamp::from_second(1_793_523_903).expect("in range");
    moment.to_zoned(zone)
}

#[test]
fn every_conversion_in_its_letters() {
    let now = moment("IST-5:30");
    for (letter, shown) in [
        ('Y', "2026"),
        ('m', "11"),
        ('d', "01"),
        ('H', "14"),
        ('M', "35"),
        ('S', "03"),
        ('y', "26"),
        ('j', "305"),
        ('p', "PM"),
        ('I', "02"),
        ('a', "Sun"),
        ('A', "Sunday"),
        ('b', "Nov"),
        ('B', "November"),
        ('c', "Sun Nov  1 14:35:03 2026"),
        ('x', "11/01/26"),
        ('X', "14:35:03"),
        ('Z', "IST"),
        ('z', "+0530"),
        ('s', "1793523903"),
        ('F', "2026-11-01"),
        ('T', "14:35:03"),
        ('e', " 1"),
        ('u', "7"),
        ('%', "%"),
    ] {
        assert_eq!(answer(format!("%{letter}").as_bytes(), &now), shown);
        let between = format!("<%{letter}时%{letter}>");
        assert_eq!(
            answer(between.as_bytes(), &now),
            format!("<{shown}时{shown}>")
        );
    }
}

#[test]
fn zones_west_of_greenwich_and_midnight() {
    let now = moment("NST3:30");
    assert_eq!(
        answer(b"%F %T %z %Z %I%p", &now),
        "2026-11-01 05:35:03 -0330 NST 05AM"
    );
    let now = moment("MID9:05:03");
    assert_eq!(answer(b"%F %T %I%p", &now), "2026-11-01 00:00:00 12AM");
    assert_eq!(answer(b"%Z %z", &moment("UTC0")), "UTC +0000");
}

#[test]
fn every_other_letter_is_refused_with_its_place() {
    let now = moment("UTC0");
    let known = "YmdHMSyjpIaAbBcxXZzsFTeu%";
    for byte in 1..=0x7f_u8 {
        let request = [b'a', b'%', byte, b'b'];
        let refused = format(&request, &now) == Err(Refusal::Conversion(1));
        assert_eq!(refused, !known.contains(char::from(byte)), "%{byte:#04x}");
    }
    for (request, at) in [
        (&b"%"[..], 0),
        (b"%Y%", 2),
        (b"%%%", 2),
        (b"%%Y%5d", 3),
        (b"%-d", 0),
        (b"%_H", 0),
        (b"%65535d", 0),
        (b"%Ex", 0),
        ("年%年".as_bytes(), 3),
    ] {
        assert_eq!(format(request, &now), Err(Refusal::Conversion(at)));
    }
    assert_eq!(answer(b"%Q", &now), "ERR unknown conversion at byte 0");
}

#[test]
fn what_is_no_format_is_refused() {
    let now = moment("UTC0");
    let longest = "x".repeat(FORMAT);
    assert_eq!(format(longest.as_bytes(), &now), Ok(longest.clone()));
    for (request, refusal) in [
        (&b""[..], Refusal::Empty),
        (&[b'x'; FORMAT + 1], Refusal::TooLong),
        (&[b'x'; 65_507], Refusal::TooLong),
        (b"%Y\xff", Refusal::NotText),
        (b"\xe4\xbd", Refusal::NotText),
        (b"%Y\0", Refusal::Nul),
        (b"\0", Refusal::Nul),
    ] {
        assert_eq!(format(request, &now), Err(refusal));
        let answer = answer(request, &now);
        assert_eq!(answer, format!("ERR {refusal}"));
    }
}

#[test]
fn a_result_has_an_end_too() {
    let now = moment("UTC0");
    // 24 bytes each: 21 of them are 504.
    let many = |count: usize, rest: &str| format!("{}{rest}", "%c".repeat(count));
    let longest = many(21, "12345678");
    assert_eq!(answer(longest.as_bytes(), &now).len(), RESULT);
    for request in [many(21, "123456789"), many(22, ""), many(64, "")] {
        let refused = format(request.as_bytes(), &now);
        assert_eq!(refused, Err(Refusal::ResultTooLong));
    }
}

#[test]
fn no_answer_is_much_larger_than_its_question() {
    // With the headers of IPv4 and UDP, which both have.
    let factor = |request: &[u8]| {
        let answer = answer(request, &moment("UTC0"));
        (answer.len() + 28) as f64 / (request.len() + 28) as f64
    };
    let worst = (1..=64).map(|count| factor("%c".repeat(count).as_bytes()));
    let worst = worst.fold(0.0, f64::max);
    assert!((7.5..7.7).contains(&worst), "{worst}");
    for request in [&b""[..], b"%", b"\xff", b"\0", b"%k", &[b'x'; 129]] {
        assert!(factor(request) < 3.0, "{request:?}");
    }
}

#[test]
fn forty_eight_bytes_from_a_client_are_sntp_and_nothing_else_is() {
    for first in 0..=255_u8 {
        let mut bytes = [b'x'; PACKET];
        bytes[0] = first;
        let is_sntp = matches!(Request::parse(&bytes), Request::Sntp(_));
        assert_eq!(is_sntp, first & 7 == 3, "{first:#04x}");
        if is_sntp {
            let packet = Packet::parse(&bytes).expect("48 bytes");
            assert_eq!(Request::parse(&bytes), Request::Sntp(packet));
        }
        for length in [0, 1, 47, 49, 68, 1472] {
            let mut bytes = vec![first; length];
            assert_eq!(Request::parse(&bytes), Request::Text(&bytes));
            bytes.fill(0);
            assert_eq!(Request::parse(&bytes), Request::Text(&bytes));
        }
    }
    // What a text of 48 bytes must not begin with.
    let letters: String = (b' '..=b'~')
        .filter(|c| c & 7 == 3)
        .map(char::from)
        .collect();
    assert_eq!(letters, "#+3;CKS[cks{");
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer_that_is_short(
        request in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "[%a-zA-Z0-9 _:年-]{0,70}".prop_map(String::into_bytes),
            "(%[YmdHMSyjpIaAbBcxXZzsFTeu%]){1,64}".prop_map(String::into_bytes),
        ],
        seconds in -62_000_000_000_i64..253_000_000_000,
        hours in -23..24,
    ) {
        let zone = TimeZone::posix(&format!("XYZ{hours}")).expect("a rule");
        let now = Timestamp::from_second(seconds).expect("in range").to_zoned(zone);
        let answer = answer(&request, &now);
        prop_assert!(!answer.is_empty() && answer.len() <= RESULT);
        let refused = format(&request, &now).is_err();
        prop_assert!(!refused || answer.starts_with("ERR ") && answer.len() <= 40);
    }

    #[test]
    fn text_without_a_per_cent_sign_comes_back(text in "[^%\0]{1,40}") {
        prop_assume!(text.len() <= FORMAT);
        prop_assert_eq!(answer(text.as_bytes(), &moment("UTC0")), text);
    }

    #[test]
    fn formats_side_by_side_give_results_side_by_side(
        left in "(%[YmdHMSa]|[a-z :]){1,20}",
        right in "(%[YmdHMSa]|[a-z :]){1,20}",
    ) {
        let now = moment("UTC0");
        let [a, b] = [&left, &right].map(|part| format(part.as_bytes(), &now).expect("known"));
        let both = format(format!("{left}{right}").as_bytes(), &now);
        prop_assert_eq!(both, Ok(a + &b));
    }
}
