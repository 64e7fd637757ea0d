//! Any bytes, cut anywhere, as lines: the same messages, those of an obvious
//! implementation, in bounded memory.

#![no_main]

mod cuts;

use common::frame::{FrameError, Framing};
use cuts::{Case, Outcome};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(case) = Case::read(data) else { return };
    let outcome = case.run(Framing::Lines);
    assert_eq!(outcome, obvious(case.bytes, case.limit));

    let mut again = Vec::new();
    for message in &outcome.0 {
        // A line within the limit of the fuzzer is within that of the protocol.
        Framing::Lines
            .emit(message, &mut again)
            .expect("it was a line");
    }
    assert_eq!(
        again.iter().filter(|&&byte| byte == b'\n').count(),
        outcome.0.len()
    );
});

/// Splits at every LF, checks the limit, drops one CR.
fn obvious(bytes: &[u8], limit: usize) -> Outcome {
    let mut messages = Vec::new();
    for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
        let line = piece.strip_suffix(b"\n");
        let text = line.unwrap_or(piece);
        if text.len() > limit {
            return (messages, Some(FrameError::TooLong { limit }));
        }
        let text = line
            .and_then(|line| line.strip_suffix(b"\r"))
            .unwrap_or(text);
        messages.push(text.to_vec());
    }
    (messages, None)
}
