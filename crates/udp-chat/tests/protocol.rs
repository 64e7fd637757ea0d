//! Golden bytes, every cut, any bytes.

use proptest::prelude::*;
use udp_chat::{
    numbered::Numbered,
    protocol::{Bad, Change, Code, MAX_DATAGRAM, MAX_TEXT, Reply, Request},
};

const REQUESTS: [(&[u8], Request<'_>); 8] = [
    (
        &[0x4a, 0x4f, 0x49, 0x4e, 0x20, 0x42, 0x6f],
        Request::Join {
            name: "Bo",
            cookie: None,
        },
    ),
    (
        b"JOIN Bo AbCdEfGhIjk",
        Request::Join {
            name: "Bo",
            cookie: Some("AbCdEfGhIjk"),
        },
    ),
    // `SAY 1 ` and 你好.
    (
        &[
            0x53, 0x41, 0x59, 0x20, 0x31, 0x20, 0xe4, 0xbd, 0xa0, 0xe5, 0xa5, 0xbd,
        ],
        Request::Say {
            id: 1,
            text: "你好",
        },
    ),
    (
        b"SAY 4294967295  a  b ",
        Request::Say {
            id: u32::MAX,
            text: " a  b ",
        },
    ),
    (
        b"SAY 7 \x1b\0",
        Request::Say {
            id: 7,
            text: "\x1b\0",
        },
    ),
    (b"ACK 10", Request::Ack(10)),
    (&[0x50, 0x49, 0x4e, 0x47], Request::Ping),
    (b"QUIT", Request::Quit),
];

const REPLIES: [(&[u8], Reply<'_>); 10] = [
    (b"COOKIE AbCdEf-h_jk", Reply::Cookie("AbCdEf-h_jk")),
    (
        b"WELCOME Bo 2",
        Reply::Welcome {
            name: "Bo",
            count: 2,
        },
    ),
    (b"ACK 1", Reply::Ack(1)),
    // `MSG 2 Bo ` and 你好.
    (
        &[
            0x4d, 0x53, 0x47, 0x20, 0x32, 0x20, 0x42, 0x6f, 0x20, 0xe4, 0xbd, 0xa0, 0xe5, 0xa5,
            0xbd,
        ],
        Reply::Msg {
            id: 2,
            from: "Bo",
            text: "你好",
        },
    ),
    (
        b"NOTE 1 joined Bo",
        Reply::Note {
            id: 1,
            change: Change::Joined,
            name: "Bo",
        },
    ),
    (
        b"NOTE 30 lost Bo",
        Reply::Note {
            id: 30,
            change: Change::Lost,
            name: "Bo",
        },
    ),
    (b"PONG", Reply::Pong),
    (b"BYE", Reply::Bye),
    (
        b"ERR NOJOIN 0",
        Reply::Err {
            code: Code::NoJoin,
            id: 0,
            text: "",
        },
    ),
    (
        b"ERR BAD 12 too long",
        Reply::Err {
            code: Code::Bad,
            id: 12,
            text: "too long",
        },
    ),
];

#[test]
fn golden_bytes() {
    for (bytes, request) in REQUESTS {
        assert_eq!(Request::parse(bytes), Ok(request));
        assert_eq!(request.to_string().as_bytes(), bytes);
    }
    for (bytes, reply) in REPLIES {
        assert_eq!(Reply::parse(bytes), Some(reply));
        assert_eq!(reply.to_string().as_bytes(), bytes);
    }
    for code in ["NOJOIN", "NAME", "TAKEN", "FULL", "BAD", "COOKIE"] {
        let line = format!("ERR {code} 3");
        let reply = Reply::parse(line.as_bytes()).unwrap();
        assert_eq!(reply.to_string(), line);
    }
    let left = Reply::parse(b"NOTE 9 left Ada").unwrap();
    assert_eq!(left.to_string(), "NOTE 9 left Ada");
}

#[test]
fn one_line_end_is_dropped() {
    for (bytes, request) in REQUESTS {
        for end in [&b"\n"[..], b"\r\n"] {
            assert_eq!(Request::parse(&[bytes, end].concat()), Ok(request));
        }
    }
    let say = |text| Ok(Request::Say { id: 1, text });
    assert_eq!(Request::parse(b"SAY 1 a\n\n"), say("a\n"));
    assert_eq!(Request::parse(b"SAY 1 a\r"), say("a\r"));
    assert_eq!(Request::parse(b"PING\n\n"), Err(Bad { id: 0 }));
}

#[test]
fn a_text_keeps_its_own_line_end() {
    for text in ["a\n", "a\r\n", "a\r", "a", "\n", "a\n\n"] {
        let mut datagram = String::new();
        Numbered::msg("Bo", text).emit(5, &mut datagram);
        let msg = Reply::Msg {
            id: 5,
            from: "Bo",
            text,
        };
        assert_eq!(Reply::parse(datagram.as_bytes()), Some(msg), "{text:?}");
        Numbered::say(text).emit(5, &mut datagram);
        let say = Request::Say { id: 5, text };
        assert_eq!(Request::parse(datagram.as_bytes()), Ok(say), "{text:?}");
    }
}

#[test]
fn what_is_no_request() {
    for (bytes, id) in [
        (&b""[..], 0),
        (b" ", 0),
        (b"ping", 0),
        (b"PING ", 0),
        (b"PING 1", 0),
        (b"QUIT now", 0),
        (b"JOIN", 0),
        (b"ACK", 0),
        (b"ACK ", 0),
        (b"ACK 0", 0),
        (b"ACK 01", 0),
        (b"ACK +1", 0),
        (b"ACK -1", 0),
        (b"ACK 1 ", 0),
        (b"ACK 4294967296", 0),
        (b"SAY", 0),
        (b"SAY ", 0),
        (b"SAY 0 a", 0),
        (b"SAY 01 a", 0),
        (b"SAY one a", 0),
        (b"SAY 4\n2 a", 0),
        (b"SAY 4\r\n a", 0),
        // It cannot be taken, but its place is known.
        (b"SAY 3", 3),
        (b"SAY 3\r\n", 3),
        (b"SAY 3 ", 3),
        (b"SAY 3 \n", 3),
        (b"SAY 3 \xff", 3),
        (b"SAY 3 a\xe4\xbd", 3),
        (b" SAY 3 a", 0),
        (b"\xff", 0),
        (b"WELCOME Bo 2", 0),
    ] {
        assert_eq!(Request::parse(bytes), Err(Bad { id }), "{bytes:?}");
    }
}

#[test]
fn what_is_no_reply() {
    for bytes in [
        &b""[..],
        b"PONG 1",
        b"COOKIE",
        b"COOKIE AbCdEfGhIj",
        b"COOKIE AbCdEfGhIjkl",
        b"COOKIE AbCdEfGhIj+",
        b"COOKIE AbCdEfGhIjk ",
        b"WELCOME Bo",
        b"WELCOME Bo 0",
        b"WELCOME  2",
        b"ACK 0",
        b"MSG 1 Bo",
        b"MSG 1 Bo ",
        b"MSG 1  text",
        b"MSG 0 Bo text",
        b"MSG Bo text",
        b"NOTE 1 joined",
        b"NOTE 1 joined ",
        b"NOTE 1 went Bo",
        b"NOTE 1 joined Bo Bo",
        b"ERR BAD",
        b"ERR BAD 00",
        b"ERR WHAT 1",
        b"JOIN Bo",
        b"BYE\xff",
    ] {
        assert_eq!(Reply::parse(bytes), None, "{bytes:?}");
    }
}

#[test]
fn limits_and_one_past_them() {
    let say = |bytes: usize| format!("SAY 1 {}", "x".repeat(bytes));
    assert!(Request::parse(say(MAX_TEXT).as_bytes()).is_ok());
    assert_eq!(
        Request::parse(say(MAX_TEXT + 1).as_bytes()),
        Err(Bad { id: 1 })
    );
    let msg = |bytes: usize| format!("MSG 1 Bo {}", "x".repeat(bytes));
    assert!(Reply::parse(msg(MAX_TEXT).as_bytes()).is_some());
    assert!(Reply::parse(msg(MAX_TEXT + 1).as_bytes()).is_none());
    let err = |bytes: usize| format!("ERR BAD 0 {}", "x".repeat(bytes - 10));
    assert!(Reply::parse(err(MAX_DATAGRAM).as_bytes()).is_some());
    assert!(Reply::parse(err(MAX_DATAGRAM + 1).as_bytes()).is_none());
    // The longest there can be fits.
    let mut datagram = String::new();
    Numbered::msg(&"é".repeat(32), &"x".repeat(MAX_TEXT)).emit(u32::MAX, &mut datagram);
    assert!(datagram.len() <= MAX_DATAGRAM);
    assert!(Reply::parse(datagram.as_bytes()).is_some());
}

#[test]
fn every_cut_is_something_shorter_or_nothing() {
    for (bytes, request) in REQUESTS {
        for cut in 0..bytes.len() {
            assert_ne!(Request::parse(&bytes[..cut]), Ok(request));
        }
    }
    for (bytes, reply) in REPLIES {
        for cut in 0..bytes.len() {
            assert_ne!(Reply::parse(&bytes[..cut]), Some(reply));
        }
    }
}

/// Bytes, many of them nearly a datagram of this protocol.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let golden: Vec<&[u8]> = REQUESTS
        .iter()
        .map(|(bytes, _)| *bytes)
        .chain(REPLIES.iter().map(|(bytes, _)| *bytes))
        .collect();
    let changed =
        (proptest::sample::select(golden), any::<(usize, u8)>()).prop_map(|(bytes, (at, byte))| {
            let mut bytes = bytes.to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes
        });
    prop_oneof![changed, proptest::collection::vec(any::<u8>(), 0..1300)]
}

proptest! {
    /// Whatever parses has one spelling, but for a line end.
    #[test]
    fn any_bytes(bytes in nearly()) {
        let line = bytes.strip_suffix(b"\n").map_or(&bytes[..], |line| line.strip_suffix(b"\r").unwrap_or(line));
        if let Ok(request) = Request::parse(&bytes) {
            let again = request.to_string();
            prop_assert_eq!(again.as_bytes(), line);
        }
        if let Some(reply) = Reply::parse(&bytes) {
            let again = reply.to_string();
            let spare = matches!(reply, Reply::Err { text: "", .. }) && line.ends_with(b" ");
            prop_assert!(again.as_bytes() == line || spare);
        }
    }
}
