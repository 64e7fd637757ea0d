//! Server and client over real sockets: what one program alone cannot show.

#[path = "pair/ending.rs"]
mod ending;
#[path = "pair/everybody.rs"]
mod everybody;
#[path = "pair/mistakes.rs"]
mod mistakes;
mod talk;

use std::net::UdpSocket;

use checker::program::{
    Program,
    datagrams::{LARGEST_SENT, exchange, socket},
};
use ending::stop;
use talk::{PAIR, talk};

#[test]
fn every_family_and_every_line() {
    let mut args = vec!["--listen", "127.0.0.1:0"];
    if UdpSocket::bind("[::1]:0").is_ok() {
        args.extend(["--listen", "[::1]:0"]);
    }
    let server = Program::start(PAIR.server, &args);
    for address in server.addresses(args.len() / 2) {
        let lines: Vec<String> = (0..200).map(|n| format!("line {n} 世界")).collect();
        let (printed, errors, code) = talk(&address, &["--wait", "10"], &lines.join("\n"));
        assert_eq!(printed.lines().collect::<Vec<_>>(), lines, "{address}");
        assert_eq!((errors.as_str(), code), ("", 0));
        assert_eq!(talk(&address, &[], "\n\na\n").0, "\n\na\n");
        assert_eq!(talk(&address, &[], ""), (String::new(), String::new(), 0));
    }
}

#[test]
fn any_bytes_come_back_whole_from_where_they_were_sent() {
    let server = PAIR.server(&[]);
    let (address, socket) = (server.address(), socket());
    let all: Vec<u8> = (0..=255).collect();
    for bytes in [
        &b""[..],
        b"\xff\0\n",
        &all,
        &[b'x'; 1472],
        &[0; LARGEST_SENT],
    ] {
        assert!(
            exchange(&socket, &address, bytes) == bytes,
            "{}",
            bytes.len()
        );
    }
    // Twice the same is answered twice: the server keeps nothing.
    for _ in 0..2 {
        assert_eq!(exchange(&socket, &address, b"1 again"), b"1 again");
    }
}

#[test]
fn a_datagram_that_does_not_fit_is_noticed_and_never_answered_in_part() {
    let mut server = PAIR.server(&["--buffer", "64"]);
    let (address, socket) = (server.address(), socket());
    for size in [65, 1472, LARGEST_SENT] {
        socket.send_to(&vec![b'x'; size], &address).unwrap();
        // The answer to the next one is the next answer: there was none before.
        assert_eq!(exchange(&socket, &address, &[b'y'; 64]), [b'y'; 64]);
    }
    stop(&mut server);
    let errors = server.stderr();
    let warning = "warning: not answered: a datagram has more than 64 bytes";
    assert_eq!(errors.matches(warning).count(), 3, "{errors}");
    assert!(
        errors.contains("datagrams: 3, bytes: 192, too large: 3"),
        "{errors}"
    );
}

#[test]
fn replies_of_every_kind() {
    let server = PAIR.server(&["--prefix", "收到了 "]);
    let args = ["--no-sequence", "--message", "a", "--message", "b"];
    let (printed, errors, code) = talk(&server.address(), &args, "");
    assert_eq!(
        (printed.as_str(), errors.as_str(), code),
        ("收到了 a\n收到了 b\n", "", 0)
    );
    // With numbers the changed answer is none, and the client says what to do.
    let args = ["--message", "a", "--retries", "0", "--wait", "1"];
    let (printed, errors, code) = talk(&server.address(), &args, "");
    assert_eq!((printed.as_str(), code), ("", 1));
    assert!(errors.contains("--no-sequence"), "{errors}");
}

#[test]
fn one_way_and_once() {
    let mut server = PAIR.server(&["--receive-only", "--once"]);
    let (printed, errors, code) = talk(&server.address(), &["--send-only"], "hello\n");
    assert_eq!((printed.as_str(), errors.as_str(), code), ("", "", 0));
    server.expect_line(|line| line.ends_with(": 1 hello"));
    assert_eq!(server.wait(), 0);
}

#[test]
fn every_address_of_a_name_is_tried() {
    let server = PAIR.server(&[]);
    let address = server.address().replace("127.0.0.1", "localhost");
    assert_eq!(
        talk(&address, &["--wait", "10"], "hi\n"),
        ("hi\n".to_owned(), String::new(), 0)
    );
}

#[test]
fn a_client_that_is_gone_when_its_answer_comes_ends_nothing() {
    let server = PAIR.server(&[]);
    let address = server.address();
    for _ in 0..20 {
        socket().send_to(b"gone", &address).unwrap();
    }
    assert_eq!(talk(&address, &["--wait", "10"], "next\n").0, "next\n");
}

#[test]
fn hostile_text_does_not_reach_the_operators_terminal() {
    let server = PAIR.server(&[]);
    let (address, socket) = (server.address(), socket());
    exchange(&socket, &address, b"\x1b]0;title\x07\xc2\x9b\xff");
    server.expect_line(|line| line.ends_with(": \\x1b]0;title\\x07\\x9b\\xff"));
    exchange(&socket, &address, "\x1b[2J你\u{202e}".as_bytes());
    server.expect_line(|line| line.ends_with(": \\x1b[2J你\\u{202e}"));
    assert!(!server.printed().contains('\x1b'));
}

#[test]
fn two_encodings_are_only_shown_differently() {
    let utf8 = PAIR.server(&[]);
    let gbk = PAIR.server(&["--encoding", "gbk"]);
    let args = ["--encoding", "gbk", "--message", "你好", "--wait", "10"];
    for (server, shown) in [(&gbk, ": 1 你好"), (&utf8, ": 1 \\xc4\\xe3\\xba\\xc3")] {
        assert_eq!(talk(&server.address(), &args, "").0, "你好\n");
        server.expect_line(|line| line.ends_with(shown));
    }
}

#[test]
fn the_wire_view_shows_every_datagram() {
    let server = PAIR.server(&[]);
    let (_, shown, _) = talk(&server.address(), &["--wire", "--message", "hi"], "");
    let dump = "00000000  31 20 68 69                                       1 hi\n";
    assert_eq!(shown.matches(dump).count(), 2, "{shown}");
    assert!(shown.contains("-> 4 bytes to 127.0.0.1:"), "{shown}");
    assert!(shown.contains("<- 4 bytes from 127.0.0.1:"), "{shown}");
}
