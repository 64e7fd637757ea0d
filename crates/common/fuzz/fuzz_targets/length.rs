//! Any bytes, cut anywhere, with a length in front: the same messages, those of
//! an obvious implementation, in bounded memory, and back to the same bytes.

#![no_main]

mod cuts;

use common::frame::{FrameError, Framing};
use cuts::{Case, Outcome};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(case) = Case::read(data) else { return };
    let outcome = case.run(Framing::Length);
    assert_eq!(outcome, obvious(case.bytes, case.limit));

    let mut again = Vec::new();
    for message in &outcome.0 {
        Framing::Length.emit(message, &mut again).expect("short");
    }
    assert!(case.bytes.starts_with(&again));
    assert!(outcome.1.is_some() || again.len() == case.bytes.len());
});

/// Takes one frame after the other from the front.
fn obvious(bytes: &[u8], limit: usize) -> Outcome {
    let mut messages = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let got = bytes.len() - at;
        if got < 4 {
            return (messages, Some(FrameError::Incomplete { got, wanted: 4 }));
        }
        let count = bytes[at..at + 4]
            .iter()
            .fold(0, |count, &byte| count * 256 + usize::from(byte));
        if count > limit {
            return (messages, Some(FrameError::TooLong { limit }));
        }
        let wanted = 4 + count;
        if got < wanted {
            return (messages, Some(FrameError::Incomplete { got, wanted }));
        }
        messages.push(bytes[at + 4..at + wanted].to_vec());
        at += wanted;
    }
    (messages, None)
}
