//! Server and client over real sockets: what one program alone cannot show.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
};

use checker::program::{Pair, Program, SOON};

#[path = "pair/ending.rs"]
mod ending;
#[path = "pair/hostile.rs"]
mod hostile;
#[path = "pair/mistakes.rs"]
mod mistakes;
#[path = "pair/typed.rs"]
mod typed;

const PAIR: Pair = Pair {
    server: env!("CARGO_BIN_EXE_tcp-basics-server"),
    client: env!("CARGO_BIN_EXE_tcp-basics-client"),
};

/// A bare socket to the server, with a time limit on every read.
fn raw(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("connect");
    stream.set_read_timeout(Some(SOON)).expect("limit");
    stream
}

fn read_to_end(mut stream: &TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream
        .read_to_end(&mut bytes)
        .expect("an end of input, no reset");
    bytes
}

#[test]
fn every_framing_over_every_family() {
    let folder = tempfile::tempdir().unwrap();
    let unix = format!("unix:{}", folder.path().join("s").display());
    let mut args = vec!["--framing", "", "--listen", "127.0.0.1:0"];
    if std::net::TcpListener::bind("[::1]:0").is_ok() {
        args.extend(["--listen", "[::1]:0"]);
    }
    if cfg!(unix) {
        args.extend(["--listen", &unix]);
    }
    for framing in ["lines", "length", "raw"] {
        args[1] = framing;
        let server = Program::start(PAIR.server, &args);
        let sockets = args.iter().filter(|arg| **arg == "--listen").count();
        for address in &server.addresses(sockets) {
            let (printed, code) = PAIR.talk(address, &["--framing", framing], "你好\n");
            assert_eq!(
                (printed.as_str(), code),
                ("你好\n", 0),
                "{framing} {address}"
            );
        }
        #[cfg(unix)]
        {
            let mut server = server;
            server.signal(checker::program::Signal::Terminate);
            assert_eq!(server.wait(), 0);
            assert!(
                !folder.path().join("s").exists(),
                "the path is removed at the end"
            );
        }
    }
}

#[test]
fn lines_come_back_in_order_and_the_last_needs_no_end() {
    let server = PAIR.server(&[]);
    let lines: Vec<String> = (0..5000).map(|n| format!("line {n} 世界")).collect();
    let (printed, code) = PAIR.talk(&server.address(), &[], &lines.join("\n"));
    assert_eq!(printed.lines().collect::<Vec<_>>(), lines);
    assert_eq!(code, 0);
}

#[test]
fn an_empty_line_from_a_pipe_is_a_message() {
    let server = PAIR.server(&[]);
    assert_eq!(
        PAIR.talk(&server.address(), &[], "\n\na\n"),
        ("\n\na\n".to_owned(), 0)
    );
    assert_eq!(PAIR.talk(&server.address(), &[], ""), (String::new(), 0));
}

#[test]
fn a_marker_ends_the_conversation_and_not_the_server() {
    let server = PAIR.server(&[]);
    let address = server.address();
    for marker in ["exit", "end", "q"] {
        let input = format!("one\n{marker}\nlost\n");
        assert_eq!(
            PAIR.talk(&address, &[], &input),
            ("one\n".to_owned(), 0),
            "{marker}"
        );
    }
}

#[test]
fn replies_of_every_kind() {
    let fixed = PAIR.server(&["--reply", "tcp的服务器的数据"]);
    let (printed, _) = PAIR.talk(&fixed.address(), &["--message", "a", "--message", "b"], "");
    assert_eq!(printed, "tcp的服务器的数据\ntcp的服务器的数据\n");

    let mut none = PAIR.server(&["--reply", "none", "--once"]);
    assert_eq!(
        PAIR.talk(&none.address(), &["--send-only"], "a\nb\n"),
        (String::new(), 0)
    );
    none.expect_line(|line| line.ends_with(": b"));
    assert_eq!(none.wait(), 0, "after its first client");

    let mut ask = PAIR.server(&["--reply", "ask"]);
    let address = ask.address();
    let mut asker = PAIR.client(&address, &[]);
    asker.write(b"how are you?\n");
    ask.expect_line(|line| line.ends_with(": how are you?"));
    ask.write("很好\nq\n".as_bytes());
    asker.expect_line(|line| line == "很好");
    asker.write(b"and then?\n");
    assert_eq!(asker.wait(), 1, "the operator left with an answer due");
    ask.expect_line(|line| line.ends_with("left: the operator said so"));
}

#[test]
fn two_encodings_must_agree() {
    let utf8 = PAIR.server(&[]);
    let gbk = ["--encoding", "gbk", "--message", "你好"];
    assert_eq!(
        PAIR.talk(&utf8.address(), &gbk, "").0,
        "ERR not text at byte 0\n"
    );

    let server = PAIR.server(&["--encoding", "gbk"]);
    assert_eq!(
        PAIR.talk(&server.address(), &gbk, ""),
        ("你好\n".to_owned(), 0)
    );
    server.expect_line(|line| line.ends_with(": 你好"));
}

#[test]
fn policies_are_about_showing_and_never_about_the_bytes() {
    for (policy, shown) in [("replace", ": a\u{fffd}b"), ("ignore", ": ab")] {
        let server = PAIR.server(&["--on-error", policy]);
        let mut stream = raw(&server.address());
        stream.write_all(b"a\xffb\n").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(read_to_end(&stream), b"a\xffb\n");
        server.expect_line(|line| line.ends_with(shown));
    }
}

#[test]
fn the_second_client_waits_its_turn() {
    let server = PAIR.server(&[]);
    let address = server.address();
    let mut first = PAIR.client(&address, &[]);
    first.write(b"first\n");
    first.expect_line(|line| line == "first");
    // What it sends is with the server's system when this returns.
    let mut second = raw(&address);
    second.write_all(b"second\n").unwrap();
    first.write(b"again\n");
    first.expect_line(|line| line == "again");
    first.end_input();
    second.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_to_end(&second), b"second\n");
    server.expect_line(|line| line.ends_with(": second"));
    let printed = server.printed();
    let at = |wanted: &str| printed.lines().position(|line| line.contains(wanted));
    let second = format!("{} connected", second.local_addr().unwrap());
    assert!(
        at(" left: ").unwrap() < at(&second).unwrap(),
        "one at a time: {printed}"
    );
}

#[test]
fn the_wire_view_shows_every_chunk() {
    let server = PAIR.server(&[]);
    let mut client = PAIR.client(&server.address(), &["--wire", "--message", "hi"]);
    assert_eq!(client.wait(), 0);
    let shown = client.stderr();
    let dump = "00000000  68 69 0a                                          hi.\n";
    assert_eq!(shown.matches(dump).count(), 2, "{shown}");
    assert!(shown.contains("-> 3 bytes to 127.0.0.1:"), "{shown}");
    assert!(shown.contains("<- 3 bytes from 127.0.0.1:"), "{shown}");
}
