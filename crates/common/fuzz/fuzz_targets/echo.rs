//! Any message of lesson 1, in any encoding: a marker, text that is the message,
//! or a refusal that names the right byte; and its answer is one line.

#![no_main]

use common::{
    ending::{MARKERS, not_text},
    frame::Framing,
    text::{OnError, TextCodec, encoding_for_label},
};
use libfuzzer_sys::fuzz_target;
use tcp_basics::protocol::{Request, parse};

fuzz_target!(|data: &[u8]| {
    let utf8 = TextCodec::default();
    match parse(data, &utf8) {
        Ok(Request::End) => assert!(MARKERS.contains(&data)),
        Ok(Request::Say(text)) => {
            assert!(!MARKERS.contains(&data));
            assert_eq!(text.as_bytes(), data);
        }
        Err(error) => {
            let at = str::from_utf8(data).expect_err("no text").valid_up_to();
            let told = not_text(&error);
            assert_eq!(told, format!("ERR not text at byte {at}"));
            Framing::Lines
                .emit(told.as_bytes(), &mut Vec::new())
                .expect("one line");
        }
    }
    // A marker is one in every encoding; nothing else ends a conversation.
    for label in ["gbk", "shift_jis", "windows-1252"] {
        let encoding = encoding_for_label(label).expect("known");
        let replace = TextCodec::new(encoding, OnError::Replace);
        let is_end = parse(data, &replace).expect("never strict") == Request::End;
        assert_eq!(is_end, MARKERS.contains(&data));
    }
});
