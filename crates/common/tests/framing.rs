//! The codecs: golden bytes, every cut, limits one past the limit, any bytes.

use common::frame::{Decoder, FrameError, Framing, length, lines};
use proptest::prelude::*;

/// All messages of `chunks`, pushed one after the other.
fn decode(framing: Framing, chunks: &[&[u8]]) -> Result<Vec<Vec<u8>>, FrameError> {
    let mut decoder = Decoder::new(framing);
    let mut messages = Vec::new();
    for chunk in chunks {
        decoder.push(chunk);
        while let Some(message) = decoder.next()? {
            messages.push(message.to_vec());
        }
    }
    decoder.end();
    while let Some(message) = decoder.next()? {
        messages.push(message.to_vec());
    }
    Ok(messages)
}

/// An independent, obvious reading of the line rule, to compare with.
fn oracle(bytes: &[u8]) -> Result<Vec<Vec<u8>>, FrameError> {
    let mut parts: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    let rest = parts.pop().unwrap_or_default();
    if parts
        .iter()
        .chain([&rest])
        .any(|part| part.len() > lines::LIMIT)
    {
        return Err(FrameError::TooLong {
            limit: lines::LIMIT,
        });
    }
    let mut messages: Vec<Vec<u8>> = parts
        .into_iter()
        .map(|part| part.strip_suffix(b"\r").unwrap_or(part).to_vec())
        .collect();
    if !rest.is_empty() {
        messages.push(rest.to_vec());
    }
    Ok(messages)
}

#[test]
fn golden_lines() {
    let cases: [(&[u8], &[&[u8]]); 9] = [
        (b"hello\n", &[b"hello"]),
        (b"a\nb\n", &[b"a", b"b"]),
        (b"\n", &[b""]),
        (b"\r\n", &[b""]),
        (b"a\r\n", &[b"a"]),
        (b"a\r\r\n", &[b"a\r"]),
        (b"a\rb\n", &[b"a\rb"]),
        (b"unterminated", &[b"unterminated"]),
        (b"", &[]),
    ];
    for (bytes, messages) in cases {
        assert_eq!(
            decode(Framing::Lines, &[bytes]).unwrap(),
            messages,
            "{bytes:?}"
        );
    }
    let mut out = Vec::new();
    Framing::Lines.emit("你好".as_bytes(), &mut out).unwrap();
    assert_eq!(out, b"\xe4\xbd\xa0\xe5\xa5\xbd\n");
}

#[test]
fn golden_lengths() {
    let bytes = b"\x00\x00\x00\x05hello\x00\x00\x00\x00\x00\x00\x00\x01\n";
    let messages: [&[u8]; 3] = [b"hello", b"", b"\n"];
    assert_eq!(decode(Framing::Length, &[bytes]).unwrap(), messages);
    let mut out = Vec::new();
    for message in messages {
        Framing::Length.emit(message, &mut out).unwrap();
    }
    assert_eq!(out, bytes);
}

#[test]
fn raw_shows_the_reads() {
    assert_eq!(
        decode(Framing::Raw, &[b"he", b"llo\nwor", b"ld"]).unwrap(),
        [&b"he"[..], b"llo\nwor", b"ld"]
    );
}

#[test]
fn every_cut_gives_the_same_messages() {
    let streams: [(Framing, &[u8]); 2] = [
        (Framing::Lines, "one\r\n\n你好\nq\nlast".as_bytes()),
        (Framing::Length, b"\0\0\0\x03one\0\0\0\0\0\0\0\x02\r\n"),
    ];
    for (framing, bytes) in streams {
        let whole = decode(framing, &[bytes]).unwrap();
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(decode(framing, &single).unwrap(), whole);
        for first in 0..=bytes.len() {
            for second in first..=bytes.len() {
                let chunks = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                assert_eq!(
                    decode(framing, &chunks).unwrap(),
                    whole,
                    "cut at {first}, {second}"
                );
            }
        }
    }
}

#[test]
fn limits_hold_one_past_the_limit() {
    for (text, fits) in [(lines::LIMIT, true), (lines::LIMIT + 1, false)] {
        let mut bytes = vec![b'x'; text];
        for ending in [&b"\n"[..], b""] {
            bytes.truncate(text);
            bytes.extend_from_slice(ending);
            assert_eq!(
                decode(Framing::Lines, &[&bytes]).is_ok(),
                fits,
                "{text} {ending:?}"
            );
        }
        assert_eq!(
            lines::emit(&vec![b'x'; text], &mut Vec::new()).is_ok(),
            fits
        );
    }
    // The CR counts: it stands before the LF.
    let mut bytes = vec![b'x'; lines::LIMIT];
    bytes.extend_from_slice(b"\r\n");
    assert!(decode(Framing::Lines, &[&bytes]).is_err());

    for (count, fits) in [(length::LIMIT, true), (length::LIMIT + 1, false)] {
        let header = u32::try_from(count).unwrap().to_be_bytes();
        assert_eq!(length::parse(&header, length::LIMIT).is_ok(), fits);
        assert_eq!(length::emit(&vec![0; count], &mut Vec::new()).is_ok(), fits);
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let over = length::parse(b"\xff\xff\xff\xff", length::LIMIT).unwrap_err();
    assert_eq!(
        over,
        FrameError::TooLong {
            limit: length::LIMIT
        }
    );
    for (bytes, got, wanted) in [(&b"\0\0"[..], 2, 4), (b"\0\0\0\x05he", 6, 9)] {
        assert_eq!(
            decode(Framing::Length, &[bytes]).unwrap_err(),
            FrameError::Incomplete { got, wanted }
        );
    }
    let mut out = b"before".to_vec();
    assert_eq!(
        lines::emit(b"a\nb", &mut out),
        Err(FrameError::LineFeed { at: 1 })
    );
    assert_eq!(out, b"before");
}

#[test]
fn memory_is_bounded_by_the_limit_and_not_by_the_line() {
    let mut decoder = Decoder::new(Framing::Lines);
    let chunk = [b'x'; 16 * 1024];
    let refused = (0..1000).find(|_| {
        decoder.push(&chunk);
        decoder.next().is_err()
    });
    assert_eq!(refused, Some(4), "five chunks are more than the limit");
    assert!(decoder.capacity() <= 3 * lines::LIMIT);
}

#[test]
fn memory_is_bounded_over_a_long_conversation() {
    let mut decoder = Decoder::new(Framing::Lines);
    for _ in 0..10_000 {
        // Always half a message left over: the buffer is never quite empty.
        decoder.push(b"one and a half\none and");
        while decoder.next().unwrap().is_some() {}
        decoder.push(b" a half\nno");
        while decoder.next().unwrap().is_some() {}
    }
    assert!(decoder.capacity() < 4096, "{}", decoder.capacity());
}

/// Bytes that often contain what matters.
fn interesting_bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![4 => Just(b'\n'), 2 => Just(b'\r'), 2 => Just(0), 4 => any::<u8>()];
    prop::collection::vec(byte, 0..300)
}

proptest! {
    #[test]
    fn lines_agree_with_the_oracle_however_they_are_cut(
        bytes in interesting_bytes(),
        size in 1..40_usize,
    ) {
        let chunks: Vec<&[u8]> = bytes.chunks(size).collect();
        prop_assert_eq!(decode(Framing::Lines, &chunks), oracle(&bytes));
    }

    #[test]
    fn any_bytes_and_any_cut_give_lengths_the_same_result(
        bytes in interesting_bytes(),
        size in 1..40_usize,
    ) {
        let chunks: Vec<&[u8]> = bytes.chunks(size).collect();
        prop_assert_eq!(decode(Framing::Length, &chunks), decode(Framing::Length, &[&bytes]));
    }

    #[test]
    fn what_is_emitted_is_read_back(
        messages in prop::collection::vec(interesting_bytes(), 0..5),
    ) {
        let mut out = Vec::new();
        for message in &messages {
            Framing::Length.emit(message, &mut out).unwrap();
        }
        prop_assert_eq!(decode(Framing::Length, &[&out]).unwrap(), messages);
    }

    #[test]
    fn lines_that_can_be_emitted_are_read_back(
        messages in prop::collection::vec("[^\n]{0,40}", 0..20),
    ) {
        let mut out = Vec::new();
        for message in &messages {
            Framing::Lines.emit(message.as_bytes(), &mut out).unwrap();
        }
        // The one loss that the rule about CR LF costs.
        let expected: Vec<Vec<u8>> = messages
            .iter()
            .map(|message| message.strip_suffix('\r').unwrap_or(message).as_bytes().to_vec())
            .collect();
        prop_assert_eq!(decode(Framing::Lines, &[&out]).unwrap(), expected);
    }

    #[test]
    fn addresses_never_panic_and_print_as_they_parse(text in "\\PC{0,40}|\\[?[0-9a-f:.%]{0,20}\\]?:[0-9]{0,6}") {
        if let Ok(address) = text.parse::<common::address::Address>() {
            let printed = address.to_string();
            prop_assert_eq!(printed.parse::<common::address::Address>().unwrap(), address);
        }
    }

    #[test]
    fn text_decodes_or_names_a_byte_inside(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        use common::text::{OnError, TextCodec, TextError, encoding_for_label};
        for label in ["utf-8", "gbk", "gb18030", "big5", "shift_jis", "euc-kr", "windows-1252"] {
            let encoding = encoding_for_label(label).unwrap();
            match TextCodec::new(encoding, OnError::Strict).decode(&bytes) {
                Ok(text) => prop_assert_eq!(text, encoding.decode_without_bom_handling(&bytes).0),
                Err(TextError::Decode { at, .. }) => {
                    prop_assert!(at < bytes.len());
                    let good = TextCodec::new(encoding, OnError::Strict).decode(&bytes[..at]);
                    prop_assert!(good.is_ok(), "{} {:?}: {} is not the first", label, bytes, at);
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
            for policy in [OnError::Replace, OnError::Ignore] {
                prop_assert!(TextCodec::new(encoding, policy).decode(&bytes).is_ok());
            }
        }
    }

    #[test]
    fn text_survives_the_way_there_and_back(text in "\\PC{0,40}") {
        use common::text::{OnError, TextCodec, encoding_for_label};
        for label in ["utf-8", "gb18030"] {
            let codec = TextCodec::new(encoding_for_label(label).unwrap(), OnError::Strict);
            if let Ok(bytes) = codec.encode(&text) {
                prop_assert_eq!(codec.decode(&bytes).unwrap(), text.as_str());
            }
        }
    }

    #[test]
    fn escaped_text_drives_no_terminal(text in any::<String>()) {
        let escaped = common::escape::escape(&text);
        prop_assert!(!escaped.chars().any(char::is_control));
    }
}
