//! Server and client over real sockets: what one program alone cannot show.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, TcpStream},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use checker::program::{Program, SOON};

fn server(args: &[&str]) -> Program {
    Program::start(
        env!("CARGO_BIN_EXE_tcp-basics-server"),
        &[&["--listen", "127.0.0.1:0"], args].concat(),
    )
}

fn client(address: &str, args: &[&str]) -> Program {
    Program::start(
        env!("CARGO_BIN_EXE_tcp-basics-client"),
        &[&["--connect", address], args].concat(),
    )
}

/// Runs a client to its end: standard output and exit code.
fn talk(address: &str, args: &[&str], input: &str) -> (String, i32) {
    let mut client = client(address, args);
    client.write(input.as_bytes());
    client.end_input();
    let code = client.wait();
    (client.stdout(), code)
}

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
        let mut server = Program::start(env!("CARGO_BIN_EXE_tcp-basics-server"), &args);
        let sockets = args.iter().filter(|arg| **arg == "--listen").count();
        for address in &server.addresses(sockets) {
            let (printed, code) = talk(address, &["--framing", framing], "你好\n");
            assert_eq!(
                (printed.as_str(), code),
                ("你好\n", 0),
                "{framing} {address}"
            );
        }
        #[cfg(unix)]
        {
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
    let server = server(&[]);
    let lines: Vec<String> = (0..5000).map(|n| format!("line {n} 世界")).collect();
    let (printed, code) = talk(&server.address(), &[], &lines.join("\n"));
    assert_eq!(printed.lines().collect::<Vec<_>>(), lines);
    assert_eq!(code, 0);
}

#[test]
fn an_empty_line_from_a_pipe_is_a_message() {
    let server = server(&[]);
    assert_eq!(
        talk(&server.address(), &[], "\n\na\n"),
        ("\n\na\n".to_owned(), 0)
    );
    assert_eq!(talk(&server.address(), &[], ""), (String::new(), 0));
}

#[test]
fn a_marker_ends_the_conversation_and_not_the_server() {
    let server = server(&[]);
    let address = server.address();
    for marker in ["exit", "end", "q"] {
        let input = format!("one\n{marker}\nlost\n");
        assert_eq!(
            talk(&address, &[], &input),
            ("one\n".to_owned(), 0),
            "{marker}"
        );
    }
}

#[test]
fn replies_of_every_kind() {
    let fixed = server(&["--reply", "tcp的服务器的数据"]);
    let (printed, _) = talk(&fixed.address(), &["--message", "a", "--message", "b"], "");
    assert_eq!(printed, "tcp的服务器的数据\ntcp的服务器的数据\n");

    let none = server(&["--reply", "none", "--once"]);
    assert_eq!(
        talk(&none.address(), &["--send-only"], "a\nb\n"),
        (String::new(), 0)
    );
    none.expect_line(|line| line.ends_with(": b"));

    let mut ask = server(&["--reply", "ask"]);
    let address = ask.address();
    let mut asker = client(&address, &[]);
    asker.write(b"how are you?\n");
    ask.expect_line(|line| line.ends_with(": how are you?"));
    ask.write("很好\nq\n".as_bytes());
    asker.expect_line(|line| line == "很好");
    asker.write(b"and then?\n");
    assert_eq!(asker.wait(), 1, "the operator left with an answer due");
    ask.expect_line(|line| line.ends_with("left: the operator said so"));
}

#[test]
fn an_answer_that_is_missing_is_an_error() {
    let server = server(&["--reply", "none"]);
    let mut client = client(&server.address(), &["--timeout", "0.2"]);
    client.write(b"hello\n");
    assert_eq!(client.wait(), 1);
    assert_eq!(
        client.stderr(),
        "error: no answer: nothing came for 0.2 s\n"
    );
}

#[test]
fn nobody_there_is_an_error_with_a_next_step() {
    let server = server(&[]);
    let address = server.address();
    drop(server);
    let mut client = client(&address, &["--message", "x"]);
    assert_eq!(client.wait(), 1);
    let error = client.stderr();
    assert!(
        error.starts_with(&format!(
            "error: cannot connect to {address}: connection refused ("
        )),
        "{error}"
    );
    assert!(
        error.contains("cargo run --bin tcp-basics-server") && error.lines().count() == 1,
        "{error}"
    );
}

#[test]
fn two_encodings_must_agree() {
    let utf8 = server(&[]);
    let gbk = ["--encoding", "gbk", "--message", "你好"];
    assert_eq!(
        talk(&utf8.address(), &gbk, "").0,
        "ERR not text at byte 0\n"
    );

    let server = server(&["--encoding", "gbk"]);
    assert_eq!(talk(&server.address(), &gbk, ""), ("你好\n".to_owned(), 0));
    server.expect_line(|line| line.ends_with(": 你好"));
}

#[test]
fn policies_are_about_showing_and_never_about_the_bytes() {
    for (policy, shown) in [("replace", ": a\u{fffd}b"), ("ignore", ": ab")] {
        let server = server(&["--on-error", policy]);
        let mut stream = raw(&server.address());
        stream.write_all(b"a\xffb\n").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(read_to_end(&stream), b"a\xffb\n");
        server.expect_line(|line| line.ends_with(shown));
    }
}

#[test]
fn hostile_clients_cost_only_their_own_conversation() {
    let server = server(&["--timeout", "1", "--idle-timeout", "1"]);
    let address = server.address();
    let hostile: [(&[u8], &str); 6] = [
        (b"\xff\n", "ERR not text at byte 0"),
        (&[b'x'; 70_000], "ERR too long"),
        (b"begun", "not ended within 1 s"),
        (b"", "nothing came for 1 s"),
        (b"\x1b]0;title\x07\xc2\x9b\n", "nothing came"),
        (b"exit\nand a lot that nobody reads", "marker"),
    ];
    for (bytes, reason) in hostile {
        let mut stream = raw(&address);
        stream.write_all(bytes).unwrap();
        server.expect_line(|line| line.contains(" left: ") && line.contains(reason));
        drop(stream);
        assert_eq!(talk(&address, &[], "next\n"), ("next\n".to_owned(), 0));
    }
    assert!(server.printed().contains(": \\x1b]0;title\\x07\\x9b\n"));
    assert!(!server.printed().contains('\x1b'));
}

#[test]
fn a_client_that_resets_in_the_middle_does_not_stop_the_server() {
    let server = server(&[]);
    let address = server.address();
    let mut stream = raw(&address);
    stream.write_all(b"half a mess").unwrap();
    server.expect_line(|line| line.ends_with("connected"));
    socket2::SockRef::from(&stream)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(stream);
    server.expect_line(|line| line.contains("left: connection reset"));
    assert_eq!(talk(&address, &[], "next\n").1, 0);
}

#[test]
fn a_client_that_never_reads_is_dropped_after_the_time_limit() {
    let server = server(&["--timeout", "0.3"]);
    let address = server.address();
    let mut stream = raw(&address);
    stream.set_write_timeout(Some(SOON)).unwrap();
    let line = [[b'x'; 60_000].as_slice(), b"\n"].concat();
    // Until the server has given up: it stops reading when nobody takes its answers.
    while stream.write_all(&line).is_ok() {}
    server.expect_line(|line| line.contains("left: the peer does not read"));
    drop(stream);
    assert_eq!(talk(&address, &[], "next\n").1, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_the_limit_and_not_the_line() {
    let server = server(&[]);
    let address = server.address();
    talk(&address, &[], "warm up\n");
    let before = server.peak_memory();
    for _ in 0..3 {
        let mut stream = raw(&address);
        // It stops reading after the limit, and for a second drains the rest.
        let line = vec![b'x'; 1 << 20];
        while stream.write_all(&line).is_ok() {}
    }
    let grown = server.peak_memory() - before;
    assert!(grown < 1 << 20, "{grown} bytes more after 3 endless lines");
}

#[test]
fn the_second_client_waits_its_turn() {
    let server = server(&[]);
    let address = server.address();
    let mut first = client(&address, &[]);
    first.write(b"first\n");
    first.expect_line(|line| line == "first");
    let mut second = client(&address, &["--timeout", "0"]);
    second.write(b"second\n");
    first.write(b"again\n");
    first.expect_line(|line| line == "again");
    assert!(!server.printed().contains("second"), "one at a time");
    first.end_input();
    second.expect_line(|line| line == "second");
}

#[cfg(unix)]
#[test]
fn a_stop_lets_the_client_go_at_once_and_says_what_was_done() {
    for signal in [
        checker::program::Signal::Interrupt,
        checker::program::Signal::Terminate,
    ] {
        let mut server = server(&[]);
        let mut client = client(&server.address(), &[]);
        client.write(b"hello\n");
        client.expect_line(|line| line == "hello");
        let begun = Instant::now();
        server.signal(signal);
        assert_eq!(server.wait(), 0);
        assert!(begun.elapsed() < Duration::from_secs(1));
        assert_eq!(server.stderr(), "served: clients: 1, messages: 1\n");
        assert_eq!(client.wait(), 0, "nothing was due");
    }
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_at_once() {
    // Answers of 60 MB that nobody reads: the first signal waits for the grace.
    let reply = "x".repeat(60_000);
    let mut server = server(&["--grace", "60", "--timeout", "60", "--reply", &reply]);
    let mut stream = raw(&server.address());
    stream.write_all(&b"?\n".repeat(1000)).unwrap();
    server.expect_line(|line| line.ends_with(": ?"));
    assert_eq!(
        server.signal_until_it_ends(checker::program::Signal::Terminate),
        143
    );
}

#[cfg(unix)]
#[test]
fn an_address_can_be_listened_on_again_at_once_unless_told_otherwise() {
    let restart = |args: &[&str]| {
        let server = server(args);
        let address = server.address();
        // A marker: the server closes first, and TIME-WAIT is on its side.
        assert_eq!(talk(&address, &[], "exit\n").1, 0);
        server.expect_line(|line| line.contains("left"));
        drop(server);
        let again = Program::start(
            env!("CARGO_BIN_EXE_tcp-basics-server"),
            &[&["--listen", &address], args].concat(),
        );
        again.first_words()
    };
    assert!(restart(&[]).starts_with("listening on"));
    let error = restart(&["--no-reuse"]);
    assert!(
        error.starts_with("error: cannot listen on 127.0.0.1:"),
        "{error}"
    );
    assert!(
        error.contains("address already in use (") && error.lines().count() == 1,
        "{error}"
    );
}

#[test]
fn the_wire_view_shows_every_chunk() {
    let server = server(&[]);
    let mut client = client(&server.address(), &["--wire", "--message", "hi"]);
    assert_eq!(client.wait(), 0);
    let shown = client.stderr();
    let dump = "00000000  68 69 0a                                          hi.\n";
    assert_eq!(shown.matches(dump).count(), 2, "{shown}");
    assert!(shown.contains("-> 3 bytes to 127.0.0.1:"), "{shown}");
    assert!(shown.contains("<- 3 bytes from 127.0.0.1:"), "{shown}");
}

#[test]
fn wrong_usage_is_one_line_and_exit_code_2() {
    for (args, part) in [
        (&["--nonsense"][..], "unexpected argument '--nonsense'"),
        (&["--listen", "nowhere"], "the port is missing"),
        (&["--encoding", "utf-16"], "newline"),
        (&["--timeout", "-1"], "write seconds"),
        (&["--reply", "two\nlines"], "--reply"),
    ] {
        let mut server = Program::start(env!("CARGO_BIN_EXE_tcp-basics-server"), args);
        assert_eq!(server.wait(), 2, "{args:?}");
        let error = server.stderr();
        assert!(
            error.starts_with("error: ") && error.contains(part),
            "{error}"
        );
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn a_closed_output_ends_the_server_quietly() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_tcp-basics-server"))
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    // As `| head -1` does: takes the first line and leaves.
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap();
    let _stream = raw(address);
    let output = server.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stderr, b"");
}

#[test]
fn a_line_too_long_to_send_is_refused_here() {
    let server = server(&[]);
    let mut client = client(&server.address(), &[]);
    client.write(&[b'x'; 70_000]);
    client.end_input();
    assert_eq!(client.wait(), 1);
    let error = client.stderr();
    assert_eq!(
        error,
        "error: cannot send the line: a message has more than 65536 bytes\n"
    );
}
