//! Any bytes in any encoding under any policy: no panic, offsets that are right,
//! no line feed out of nowhere, and nothing that drives a terminal.

#![no_main]

use common::{
    escape::escape,
    text::{OnError, TextCodec, TextError, encoding_for_label},
};
use libfuzzer_sys::fuzz_target;

/// One label for each encoding of the standard that can be used in lines.
const LABELS: [&str; 36] = [
    "utf-8",
    "ibm866",
    "iso-8859-2",
    "iso-8859-3",
    "iso-8859-4",
    "iso-8859-5",
    "iso-8859-6",
    "iso-8859-7",
    "iso-8859-8",
    "iso-8859-8-i",
    "iso-8859-10",
    "iso-8859-13",
    "iso-8859-14",
    "iso-8859-15",
    "iso-8859-16",
    "koi8-r",
    "koi8-u",
    "macintosh",
    "windows-874",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "x-mac-cyrillic",
    "gbk",
    "gb18030",
    "big5",
    "euc-jp",
    "shift_jis",
    "euc-kr",
    "x-user-defined",
];

fuzz_target!(|data: &[u8]| {
    let [which, bytes @ ..] = data else { return };
    let encoding = encoding_for_label(LABELS[usize::from(*which) % LABELS.len()]).expect("known");
    let strict = TextCodec::new(encoding, OnError::Strict);
    let replace = TextCodec::new(encoding, OnError::Replace);
    let ignore = TextCodec::new(encoding, OnError::Ignore);

    let replaced = replace.decode(bytes).expect("never strict");
    let ignored = ignore.decode(bytes).expect("never strict");
    match strict.decode(bytes) {
        Ok(text) => {
            assert_eq!(text, replaced);
            assert_eq!(text, ignored);
        }
        Err(TextError::Decode { at, .. }) => {
            assert!(at < bytes.len());
            // What stands before the offset is text, so it is the first.
            let before = strict.decode(&bytes[..at]).expect("text");
            assert!(replaced.starts_with(&*before));
            assert!(ignored.starts_with(&*before));
        }
        Err(other) => panic!("{other}"),
    }
    if !bytes.contains(&b'\n') {
        assert!(!replaced.contains('\n') && !ignored.contains('\n'));
    }
    assert!(!escape(&replaced).chars().any(char::is_control));

    let text = String::from_utf8_lossy(bytes);
    let questioned = replace.encode(&text).expect("never strict");
    let shortened = ignore.encode(&text).expect("never strict");
    match strict.encode(&text) {
        Ok(encoded) => {
            assert_eq!(encoded, questioned);
            assert_eq!(encoded, shortened);
        }
        Err(TextError::Encode { character, at, .. }) => {
            assert!(text[at..].starts_with(character));
            let before = strict.encode(&text[..at]).expect("encodable");
            assert!(questioned.starts_with(&before));
            assert!(shortened.starts_with(&before));
        }
        Err(other) => panic!("{other}"),
    }
    if !text.contains('\n') {
        assert!(!questioned.contains(&b'\n') && !shortened.contains(&b'\n'));
    }
});
