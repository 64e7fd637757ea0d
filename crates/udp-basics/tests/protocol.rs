//! What datagrams mean: golden bytes, every cut, any bytes.

use proptest::prelude::*;
use udp_basics::protocol::{MAX_REQUEST, Request, TooLong, Verdict, parse};

fn numbered(number: u64, text: &[u8]) -> Request {
    Request::numbered(number, text).expect("short")
}

#[test]
fn golden_requests() {
    let cases: [(u64, &str, &[u8]); 5] = [
        (1, "hello", b"\x31\x20\x68\x65\x6c\x6c\x6f"),
        (2, "你好", b"\x32\x20\xe4\xbd\xa0\xe5\xa5\xbd"),
        (3, "", b"\x33\x20"),
        (10, " a  b ", b"\x31\x30\x20\x20\x61\x20\x20\x62\x20"),
        (u64::MAX, "x", b"18446744073709551615 x"),
    ];
    for (number, text, bytes) in cases {
        let request = numbered(number, text.as_bytes());
        assert_eq!(request.bytes(), bytes);
        assert_eq!(parse(bytes), Some((number, text.as_bytes())));
        assert_eq!(request.judge(bytes), Verdict::Answer(text.as_bytes()));
    }
}

#[test]
fn every_cut_and_every_changed_byte_is_no_answer() {
    let request = numbered(12, "34 你好".as_bytes());
    let whole = request.bytes();
    for at in 0..whole.len() {
        let verdict = request.judge(&whole[..at]);
        assert!(!matches!(verdict, Verdict::Answer(_)), "cut at {at}");
        for value in 0..=255 {
            let mut damaged = whole.to_vec();
            damaged[at] = value;
            let same = damaged == whole;
            let verdict = request.judge(&damaged);
            assert_eq!(matches!(verdict, Verdict::Answer(_)), same, "{damaged:?}");
        }
    }
    let longer = [whole, b" "].concat();
    assert_eq!(request.judge(&longer), Verdict::Other);
}

#[test]
fn an_earlier_answer_is_late_and_a_later_one_was_never_asked_for() {
    let request = numbered(2, b"same");
    assert_eq!(request.judge(b"1 same"), Verdict::Late(1));
    assert_eq!(request.judge(b"2 other"), Verdict::Other);
    assert_eq!(request.judge(b"3 same"), Verdict::Other);
    assert_eq!(request.judge(b"same"), Verdict::Other);
    assert_eq!(request.judge(b""), Verdict::Other);
}

#[test]
fn without_a_number_anything_is_the_answer() {
    let request = Request::plain(b"hi").expect("short");
    assert_eq!(request.bytes(), b"hi");
    for bytes in [&b"hi"[..], b"udp server hi", b"", b"\xff"] {
        assert_eq!(request.judge(bytes), Verdict::Answer(bytes));
    }
}

#[test]
fn a_number_has_one_spelling() {
    for bytes in [
        &b""[..],
        b" ",
        b"1",
        b" x",
        b"0 x",
        b"01 x",
        b"+1 x",
        b"-1 x",
        b"1\tx",
        b"one x",
        "１ x".as_bytes(),
        b"18446744073709551616 x",
        b"\xff x",
    ] {
        assert_eq!(parse(bytes), None, "{bytes:?}");
    }
}

#[test]
fn one_byte_more_than_fits_is_refused_here() {
    let text = vec![b'x'; MAX_REQUEST - 2];
    assert_eq!(numbered(9, &text).bytes().len(), MAX_REQUEST);
    let error = TooLong {
        bytes: MAX_REQUEST + 1,
    };
    // The number is longer by one digit.
    assert_eq!(Request::numbered(10, &text), Err(error));
    assert_eq!(Request::plain(&[b'x'; MAX_REQUEST + 1]), Err(error));
}

proptest! {
    #[test]
    fn requests_come_back_as_they_were_made(number in 1u64.., text in prop::collection::vec(any::<u8>(), 0..100)) {
        let request = numbered(number, &text);
        prop_assert_eq!(parse(request.bytes()), Some((number, &text[..])));
        prop_assert_eq!(request.judge(request.bytes()), Verdict::Answer(&text[..]));
    }

    #[test]
    fn whatever_parses_is_emitted_the_same(bytes in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        "[0-9 +-]{0,25}".prop_map(String::into_bytes),
    ]) {
        if let Some((number, text)) = parse(&bytes) {
            prop_assert!(number > 0);
            let request = numbered(number, text);
            prop_assert_eq!(request.bytes(), &bytes[..]);
        }
    }

    #[test]
    fn only_the_same_bytes_are_the_answer(number in 1u64..12, bytes in "[0-9]{0,2} ?[ab]?") {
        let request = numbered(number, b"a");
        let expected = match parse(bytes.as_bytes()) {
            _ if bytes.as_bytes() == request.bytes() => Verdict::Answer(b"a"),
            Some((earlier, _)) if earlier < number => Verdict::Late(earlier),
            _ => Verdict::Other,
        };
        prop_assert_eq!(request.judge(bytes.as_bytes()), expected);
    }
}
