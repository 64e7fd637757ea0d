//! What messages mean, and the golden bytes of whole conversations.

use common::{
    ending::{is_marker, not_text, too_long},
    frame::{Decoder, FrameError, Framing},
    text::TextCodec,
};
use tcp_basics::protocol::{Request, parse};

/// What the server would answer to `input`, without a socket: the pure parts
/// put together.
fn answers(framing: Framing, chunks: &[&[u8]]) -> Vec<u8> {
    let codec = TextCodec::default();
    let mut decoder = Decoder::new(framing);
    let mut out = Vec::new();
    let inputs = chunks.iter().copied().map(Some).chain([None]);
    for input in inputs {
        match input {
            Some(chunk) => decoder.push(chunk),
            None => decoder.end(),
        }
        loop {
            let refusal = match decoder.next() {
                Ok(None) => break,
                Ok(Some(message)) => match parse(message, &codec) {
                    Ok(Request::Say(_)) => {
                        framing.emit(message, &mut out).expect("it was received so");
                        continue;
                    }
                    Ok(Request::End) => return out,
                    Err(error) => not_text(&error),
                },
                Err(error) => too_long(&error).unwrap_or_default().to_owned(),
            };
            framing.emit(refusal.as_bytes(), &mut out).expect("short");
            return out;
        }
    }
    out
}

#[test]
fn golden_conversations() {
    let cases: [(&[u8], &[u8]); 10] = [
        (b"hello\n", b"hello\n"),
        ("你好\r\n".as_bytes(), "你好\n".as_bytes()),
        (b"\n", b"\n"),
        (b"a\nb", b"a\nb\n"),
        (b"a\nq\nb\n", b"a\n"),
        (b"exit\n", b""),
        (
            b" exit\nExit\nexit now\nquit\nend",
            b" exit\nExit\nexit now\nquit\n",
        ),
        (b" a \r\r\n", b" a \r\n"),
        (b"ok\nab\xffcd\nlater\n", b"ok\nERR not text at byte 2\n"),
        (b"\0\x1b[31m\n", b"\0\x1b[31m\n"),
    ];
    for (sent, expected) in cases {
        assert_eq!(answers(Framing::Lines, &[sent]), expected, "{sent:?}");
        for at in 0..=sent.len() {
            let (head, tail) = sent.split_at(at);
            assert_eq!(
                answers(Framing::Lines, &[head, tail]),
                expected,
                "{sent:?} cut at {at}"
            );
        }
        let bytes: Vec<&[u8]> = sent.chunks(1).collect();
        assert_eq!(
            answers(Framing::Lines, &bytes),
            expected,
            "{sent:?} byte by byte"
        );
    }
}

#[test]
fn golden_lengths() {
    let sent = b"\0\0\0\x02\r\n\0\0\0\0\0\0\0\x01q\0\0\0\x01x";
    assert_eq!(answers(Framing::Length, &[sent]), b"\0\0\0\x02\r\n\0\0\0\0");
}

#[test]
fn a_line_one_byte_too_long_is_refused() {
    let fits = [vec![b'x'; 65_536], b"\n".to_vec()].concat();
    assert_eq!(answers(Framing::Lines, &[&fits]), fits);
    let too_long = [vec![b'x'; 65_537], b"\n".to_vec()].concat();
    assert_eq!(answers(Framing::Lines, &[&too_long]), b"ERR too long\n");
}

#[test]
fn markers_are_whole_and_exact() {
    for marker in [&b"exit"[..], b"end", b"q"] {
        assert!(is_marker(marker));
        assert!(!is_marker(&marker.to_ascii_uppercase()));
        for longer in [
            [marker, b" "].concat(),
            [b" ", marker].concat(),
            [marker, b"\r"].concat(),
        ] {
            assert!(!is_marker(&longer), "{longer:?}");
        }
    }
    assert!(!is_marker(b""));
}

#[test]
fn only_long_lines_are_answered_with_too_long() {
    assert!(too_long(&FrameError::TooLong { limit: 1 }).is_some());
    assert!(too_long(&FrameError::Incomplete { got: 1, wanted: 4 }).is_none());
}
