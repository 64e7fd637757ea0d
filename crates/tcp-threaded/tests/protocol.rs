//! What messages mean, and the golden bytes of whole conversations.

use common::{
    ending::{not_text, too_long},
    frame::{Decoder, Framing},
    text::TextCodec,
};
use tcp_threaded::protocol::{Request, TEMPLATE, Template, parse};

/// What the server would answer to `input`, without a socket: the pure parts
/// put together.
fn answers(chunks: &[&[u8]]) -> Vec<u8> {
    let codec = TextCodec::default();
    let template = Template::new(TEMPLATE, &codec).expect("ASCII");
    let mut decoder = Decoder::new(Framing::Lines);
    let (mut out, mut answer) = (Vec::new(), Vec::new());
    for input in chunks.iter().copied().map(Some).chain([None]) {
        match input {
            Some(chunk) => decoder.push(chunk),
            None => decoder.end(),
        }
        loop {
            let refusal = match decoder.next() {
                Ok(None) => break,
                Ok(Some(name)) => match parse(name, &codec) {
                    Ok(Request::Greet(_)) => {
                        template.fill(name, &mut answer);
                        match Framing::Lines.emit(&answer, &mut out) {
                            Ok(()) => continue,
                            Err(error) => too_long(&error).unwrap_or_default().to_owned(),
                        }
                    }
                    Ok(Request::End) => return out,
                    Err(error) => not_text(&error),
                },
                Err(error) => too_long(&error).unwrap_or_default().to_owned(),
            };
            Framing::Lines
                .emit(refusal.as_bytes(), &mut out)
                .expect("short");
            return out;
        }
    }
    out
}

#[test]
fn golden_conversations() {
    let cases: [(&[u8], &[u8]); 8] = [
        (b"Ada\n", b"Hello, Ada!\n"),
        ("李\r\n".as_bytes(), "Hello, 李!\n".as_bytes()),
        (b"\n", b"Hello, !\n"),
        (b"A\nB", b"Hello, A!\nHello, B!\n"),
        (b"A\nq\nB\n", b"Hello, A!\n"),
        (
            b" exit\nEnd\nquit\nend",
            b"Hello,  exit!\nHello, End!\nHello, quit!\n",
        ),
        (b" a \r\r\n", b"Hello,  a \r!\n"),
        (
            b"ok\nab\xffcd\nlater\n",
            b"Hello, ok!\nERR not text at byte 2\n",
        ),
    ];
    for (sent, expected) in cases {
        assert_eq!(answers(&[sent]), expected, "{sent:?}");
        for at in 0..=sent.len() {
            let (head, tail) = sent.split_at(at);
            assert_eq!(answers(&[head, tail]), expected, "{sent:?} cut at {at}");
        }
        let bytes: Vec<&[u8]> = sent.chunks(1).collect();
        assert_eq!(answers(&bytes), expected, "{sent:?} byte by byte");
    }
}

#[test]
fn a_name_whose_answer_would_be_too_long_is_refused() {
    let longest = 65_536 - "Hello, !".len();
    let named = |length: usize| [vec![b'x'; length], b"\n".to_vec()].concat();
    assert_eq!(answers(&[&named(longest)]).len(), 65_537);
    for length in [longest + 1, 65_536, 65_537] {
        assert_eq!(answers(&[&named(length)]), b"ERR too long\n");
    }
}

#[test]
fn a_template_has_one_place_for_the_name_or_none() {
    let codec = TextCodec::default();
    let filled = |template: &str| {
        let mut answer = b"what was there before".to_vec();
        Template::new(template, &codec)
            .unwrap()
            .fill(b"X", &mut answer);
        String::from_utf8(answer).unwrap()
    };
    assert_eq!(filled("Server {}"), "Server X");
    assert_eq!(filled("{}{}"), "X{}");
    assert_eq!(filled("没有"), "没有");
    assert_eq!(filled(""), "");
}
