//! Any datagram, as a request of lesson 3 and as an answer to one: whatever
//! parses has one spelling, and only the same bytes are the answer.

#![no_main]

use libfuzzer_sys::fuzz_target;
use udp_basics::protocol::{Request, Verdict, parse};

fuzz_target!(|data: &[u8]| {
    if let Some((number, text)) = parse(data) {
        assert!(number > 0);
        if let Ok(request) = Request::numbered(number, text) {
            assert_eq!(request.bytes(), data);
            assert_eq!(request.judge(data), Verdict::Answer(text));
        }
    }
    // Bytes that are judged against a request made of the rest of them.
    let (number, rest) = data.split_first().unwrap_or((&0, &[]));
    let (text, datagram) = rest.split_at(rest.len() / 2);
    let number = u64::from(*number) + 1;
    let Ok(request) = Request::numbered(number, text) else {
        return;
    };
    match request.judge(datagram) {
        Verdict::Answer(_) => assert_eq!(datagram, request.bytes()),
        Verdict::Late(earlier) => assert!(earlier < number),
        Verdict::Other => assert_ne!(datagram, request.bytes()),
    }
});
