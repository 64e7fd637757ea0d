//! What fits an encoding and what does not, and where it is noticed.

use super::*;

fn codec(label: &str, on_error: OnError) -> TextCodec {
    TextCodec::new(encoding_for_label(label).unwrap(), on_error)
}

#[test]
fn utf8_names_the_first_byte_that_does_not_belong() {
    let strict = codec("utf-8", OnError::Strict);
    for (bytes, at) in [
        (&b"\xff"[..], 0),
        (b"ab\xe4\xbd", 2), // the last byte of 你 is missing
        (b"\xe4\xbd\xa0\xc0\x80", 3),
        (b"a\xed\xa0\x80", 1), // a surrogate is not a character
    ] {
        assert_eq!(
            strict.decode(bytes),
            Err(strict.decode_error(at)),
            "{bytes:?}"
        );
    }
    assert_eq!(strict.decode("你好".as_bytes()).unwrap(), "你好");
}

#[test]
fn gbk_names_the_first_byte_that_does_not_belong() {
    let strict = codec("gbk", OnError::Strict);
    assert_eq!(strict.decode(b"\xc4\xe3\xba\xc3").unwrap(), "你好");
    assert_eq!(strict.decode(b"ab\xc4"), Err(strict.decode_error(2)));
    assert_eq!(strict.decode(b"ab\xc4\x20c"), Err(strict.decode_error(2)));
    assert_eq!(strict.decode(b"\xc4\xe3\xff"), Err(strict.decode_error(2)));
}

#[test]
fn policies_decode() {
    let bytes = b"a\xffb\xe4\xbdc";
    let replace = codec("utf-8", OnError::Replace);
    let ignore = codec("utf-8", OnError::Ignore);
    assert_eq!(replace.decode(bytes).unwrap(), "a\u{fffd}b\u{fffd}c");
    assert_eq!(ignore.decode(bytes).unwrap(), "abc");
}

#[test]
fn policies_encode() {
    let text = "é你😀b";
    let strict = codec("gbk", OnError::Strict);
    assert_eq!(
        codec("big5", OnError::Strict)
            .encode("a\u{e000}")
            .map_err(|e| e.to_string()),
        Err("Big5 has no '\\u{e000}' (byte 1)".to_owned())
    );
    // GBK knows é and 你; 😀 would need gb18030.
    assert_eq!(
        strict.encode(text),
        Err(TextError::Encode {
            character: '😀',
            at: 5,
            encoding: "GBK"
        })
    );
    assert_eq!(
        codec("gbk", OnError::Replace).encode(text).unwrap()[4..],
        *b"?b"
    );
    assert_eq!(
        codec("gbk", OnError::Ignore).encode(text).unwrap()[4..],
        *b"b"
    );
    let gb18030 = codec("gb18030", OnError::Strict);
    let bytes = gb18030.encode(text).unwrap().into_owned();
    assert_eq!(gb18030.decode(&bytes).unwrap(), text);
}

#[test]
fn encodings_that_hide_newlines_are_refused() {
    for label in [
        "utf-16",
        "utf-16le",
        "utf-16be",
        "iso-2022-jp",
        "replacement",
    ] {
        assert!(
            encoding_for_label(label).unwrap_err().contains("newline"),
            "{label}"
        );
    }
    assert!(
        encoding_for_label("klingon")
            .unwrap_err()
            .starts_with("unknown")
    );
}

#[test]
fn what_is_typed_is_utf8_whatever_goes_over_the_wire() {
    let typed = codec("gbk", OnError::Strict).encode_typed("你好".as_bytes());
    assert_eq!(typed.unwrap(), b"\xc4\xe3\xba\xc3");
    let bad = b"a\xffb";
    let strict = codec("gbk", OnError::Strict).encode_typed(bad);
    assert_eq!(strict.unwrap_err().to_string(), "not UTF-8 at byte 1");
    let replaced = codec("gb18030", OnError::Replace).encode_typed(bad);
    assert_eq!(replaced.unwrap(), b"a\x84\x31\xa4\x37b");
    let left_out = codec("utf-8", OnError::Ignore).encode_typed(bad);
    assert_eq!(left_out.unwrap(), b"ab");
}

#[test]
fn the_limit_of_what_is_typed_is_about_its_encoded_bytes() {
    assert_eq!(codec("utf-8", OnError::Strict).input_limit(100), 100);
    // 100 bytes of windows-1252 may be 100 times €, which has three in UTF-8.
    let euros = codec("windows-1252", OnError::Strict);
    assert_eq!(euros.input_limit(100), 300);
    assert_eq!(
        euros
            .encode_typed(&"€".repeat(100).into_bytes())
            .unwrap()
            .len(),
        100
    );
}
