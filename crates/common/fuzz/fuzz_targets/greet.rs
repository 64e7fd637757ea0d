//! Any name of lesson 2 in any answer: a marker, a name that is the message, or a
//! refusal; and the answer is the template with the name at its first place.

#![no_main]

use common::{ending::MARKERS, text::TextCodec};
use libfuzzer_sys::fuzz_target;
use tcp_threaded::protocol::{Request, Template, parse};

// Layout: the answer's text, a line feed, the name.
fuzz_target!(|data: &[u8]| {
    let at = data.iter().position(|&byte| byte == b'\n');
    let (text, message) = data.split_at(at.unwrap_or(data.len()));
    let message = message.get(1..).unwrap_or_default();
    let utf8 = TextCodec::default();
    let Ok(request) = parse(message, &utf8) else {
        assert!(str::from_utf8(message).is_err());
        return;
    };
    let Request::Greet(name) = request else {
        assert!(MARKERS.contains(&message));
        return;
    };
    assert!(!MARKERS.contains(&message));
    assert_eq!(name.as_bytes(), message);

    let Ok(text) = str::from_utf8(text) else {
        return;
    };
    // What was in the buffer before is gone.
    let mut answer = b"before".to_vec();
    let template = Template::new(text, &utf8).expect("every text is UTF-8");
    template.fill(message, &mut answer);
    assert_eq!(answer, text.replacen("{}", &name, 1).into_bytes());
});
