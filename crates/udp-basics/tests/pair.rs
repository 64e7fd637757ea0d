//! Server and client over real sockets: what one program alone cannot show.

mod talk;

use std::{
    io::{BufRead as _, BufReader},
    net::UdpSocket,
    process::{Command, Stdio},
};

use checker::program::Program;
use talk::{SERVER, client, receive, server, socket, talk};

/// Sends to the server and gives the next datagram that comes from it.
fn exchange(socket: &UdpSocket, server: &str, bytes: &[u8]) -> Vec<u8> {
    socket.send_to(bytes, server).expect("send");
    let (answer, from) = receive(socket);
    assert_eq!(from.to_string(), server, "an answer from elsewhere");
    answer
}

#[test]
fn every_family_and_every_line() {
    let mut args = vec!["--listen", "127.0.0.1:0"];
    if UdpSocket::bind("[::1]:0").is_ok() {
        args.extend(["--listen", "[::1]:0"]);
    }
    let server = Program::start(SERVER, &args);
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
    let server = server(&[]);
    let (address, socket) = (server.address(), socket());
    let all: Vec<u8> = (0..=255).collect();
    for bytes in [&b""[..], b"\xff\0\n", &all, &[b'x'; 1472], &[0; 65_507]] {
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
    let mut server = server(&["--buffer", "64"]);
    let (address, socket) = (server.address(), socket());
    for size in [65, 1472, 65_507] {
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
    let server = server(&["--prefix", "收到了 "]);
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
    let mut server = server(&["--receive-only", "--once"]);
    let (printed, errors, code) = talk(&server.address(), &["--send-only"], "hello\n");
    assert_eq!((printed.as_str(), errors.as_str(), code), ("", "", 0));
    server.expect_line(|line| line.ends_with(": 1 hello"));
    assert_eq!(server.wait(), 0);
}

#[test]
fn every_address_of_a_name_is_tried() {
    let server = server(&[]);
    let address = server.address().replace("127.0.0.1", "localhost");
    assert_eq!(
        talk(&address, &["--wait", "10"], "hi\n"),
        ("hi\n".to_owned(), String::new(), 0)
    );
}

#[test]
fn a_client_that_is_gone_when_its_answer_comes_ends_nothing() {
    let server = server(&[]);
    let address = server.address();
    for _ in 0..20 {
        socket().send_to(b"gone", &address).unwrap();
    }
    assert_eq!(talk(&address, &["--wait", "10"], "next\n").0, "next\n");
}

#[test]
fn hostile_text_does_not_reach_the_operators_terminal() {
    let server = server(&[]);
    let (address, socket) = (server.address(), socket());
    exchange(&socket, &address, b"\x1b]0;title\x07\xc2\x9b\xff");
    server.expect_line(|line| line.ends_with(": \\x1b]0;title\\x07\\x9b\\xff"));
    exchange(&socket, &address, "\x1b[2J你\u{202e}".as_bytes());
    server.expect_line(|line| line.ends_with(": \\x1b[2J你\\u{202e}"));
    assert!(!server.printed().contains('\x1b'));
}

#[test]
fn two_encodings_are_only_shown_differently() {
    let utf8 = server(&[]);
    let gbk = server(&["--encoding", "gbk"]);
    let args = ["--encoding", "gbk", "--message", "你好", "--wait", "10"];
    for (server, shown) in [(&gbk, ": 1 你好"), (&utf8, ": 1 \\xc4\\xe3\\xba\\xc3")] {
        assert_eq!(talk(&server.address(), &args, "").0, "你好\n");
        server.expect_line(|line| line.ends_with(shown));
    }
}

#[test]
fn a_group_is_asked_and_every_member_listed() {
    if let Err(error) = multicast_on_loopback() {
        eprintln!("skipped: no multicast on the loopback interface here: {error}");
        return;
    }
    let group = "239.192.0.3";
    let mut server = server(&["--multicast", group]);
    let sockets = if cfg!(windows) { 1 } else { 2 };
    let own = server.addresses(sockets).remove(0);
    let port = own.rsplit_once(':').unwrap().1;
    let args = [
        "--bind",
        "127.0.0.1:0",
        "--message",
        "who is there?",
        "--wait",
        "1",
    ];
    let (printed, errors, code) = talk(&format!("{group}:{port}"), &args, "");
    assert_eq!(
        (printed, code),
        (format!("127.0.0.1:{port}: who is there?\n"), 0),
        "{errors}"
    );
    // Its own address still works, and a stop reaches both sockets.
    assert_eq!(talk(&own, &["--wait", "10"], "hi\n").0, "hi\n");
    // Only Linux has all of 127.0.0.0/8 for its own.
    if cfg!(target_os = "linux") {
        let other = format!("127.0.0.2:{port}");
        let member = ["--listen", &other, "--multicast", group];
        let member = Program::start(SERVER, &member);
        member.addresses(2);
        let (printed, errors, code) = talk(&format!("{group}:{port}"), &args, "");
        let mut lines: Vec<&str> = printed.lines().collect();
        lines.sort_unstable();
        let expected = [own, other].map(|address| format!("{address}: who is there?"));
        assert_eq!(
            (lines, code),
            (expected.each_ref().map(String::as_str).to_vec(), 0),
            "{errors}"
        );
    }
    stop(&mut server);
}

/// What the test above needs, without our programs.
fn multicast_on_loopback() -> std::io::Result<()> {
    let (group, interface) = ([239, 192, 0, 4].into(), [127, 0, 0, 1].into());
    let member = UdpSocket::bind("0.0.0.0:0")?;
    member.join_multicast_v4(&group, &interface)?;
    member.set_read_timeout(Some(std::time::Duration::from_secs(2)))?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;
    socket2::SockRef::from(&sender).set_multicast_if_v4(&interface)?;
    sender.send_to(b"?", (group, member.local_addr()?.port()))?;
    member.recv(&mut [0; 10]).map(drop)
}

#[test]
fn broadcast_needs_to_be_asked_for() {
    let (_, errors, code) = talk("255.255.255.255:9", &["--message", "x"], "");
    assert_eq!(code, 1, "{errors}");
    if !cfg!(target_os = "linux") {
        // Only Linux has a broadcast address on the loopback interface.
        return;
    }
    let server = Program::start(SERVER, &["--listen", "0.0.0.0:0"]);
    let port = server.address().rsplit_once(':').unwrap().1.to_owned();
    let everybody = format!("127.255.255.255:{port}");
    let (printed, errors, code) = talk(
        &everybody,
        &["--broadcast", "--message", "x", "--wait", "1"],
        "",
    );
    assert_eq!(
        (printed, code),
        (format!("127.0.0.1:{port}: x\n"), 0),
        "{errors}"
    );
}

#[cfg(unix)]
fn stop(server: &mut Program) {
    server.signal(checker::program::Signal::Terminate);
    assert_eq!(server.wait(), 0);
}

#[cfg(not(unix))]
fn stop(_: &mut Program) {}

#[cfg(unix)]
#[test]
fn a_stop_reaches_a_server_that_waits_and_a_client_that_waits() {
    use checker::program::Signal;

    for signal in [Signal::Interrupt, Signal::Terminate] {
        let mut server = Program::start(
            SERVER,
            &["--listen", "127.0.0.1:0", "--listen", "0.0.0.0:0"],
        );
        let address = server.addresses(2).remove(0);
        assert_eq!(exchange(&socket(), &address, b"hello"), b"hello");
        server.signal(signal);
        assert_eq!(server.wait(), 0);
        let totals = "served: datagrams: 1, bytes: 5, too large: 0, answers not delivered: 0\n";
        assert!(server.stderr().ends_with(totals), "{}", server.stderr());
        // At once, and without SO_REUSEADDR: there is nothing to wait for.
        let again = Program::start(SERVER, &["--listen", &address]);
        assert_eq!(again.address(), address);

        let silent = socket();
        let mut client = client(
            &silent.local_addr().unwrap().to_string(),
            &["--message", "x", "--wait", "1000"],
        );
        receive(&silent);
        client.signal(signal);
        assert_eq!(client.wait(), 0);
        assert!(
            client
                .stderr()
                .starts_with("stopped: requests: 1, answered: 0")
        );
    }
}

#[test]
fn a_second_server_cannot_have_the_same_address() {
    let first = server(&[]);
    let address = first.address();
    let second = Program::start(SERVER, &["--listen", &address]);
    let error = second.first_words();
    assert!(
        error.starts_with(&format!(
            "error: cannot listen on {address}: address already in use"
        )),
        "{error}"
    );
}

#[test]
fn the_wire_view_shows_every_datagram() {
    let server = server(&[]);
    let (_, shown, _) = talk(&server.address(), &["--wire", "--message", "hi"], "");
    let dump = "00000000  31 20 68 69                                       1 hi\n";
    assert_eq!(shown.matches(dump).count(), 2, "{shown}");
    assert!(shown.contains("-> 4 bytes to 127.0.0.1:"), "{shown}");
    assert!(shown.contains("<- 4 bytes from 127.0.0.1:"), "{shown}");
}

#[test]
fn wrong_usage_is_one_line_and_exit_code_2() {
    for (args, part) in [
        (&["--nonsense"][..], "unexpected argument '--nonsense'"),
        (&["--listen", "unix:/tmp/s"], "datagrams go over UDP"),
        (&["--buffer", "65528"], "65528 is not in"),
        (&["--multicast", "127.0.0.1"], "224.0.0.0"),
        (&["--prefix", "x", "--receive-only"], "cannot be used with"),
    ] {
        let mut server = Program::start(SERVER, args);
        assert_eq!(server.wait(), 2, "{args:?}");
        let error = server.stderr();
        assert!(
            error.starts_with("error: ") && error.contains(part),
            "{error}"
        );
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    for (args, part) in [
        (&["--wait", "0"][..], "above 0"),
        (&["--interval", "1"], "--ping"),
        (&["--ping", "0"], "1..="),
        (
            &["--ping", "1", "--connect", "239.1.2.3:9"],
            "address of many",
        ),
    ] {
        let (_, error, code) = talk("127.0.0.1:9", args, "");
        assert_eq!(code, 2, "{error}");
        assert!(
            error.contains(part) && error.lines().count() == 1,
            "{error}"
        );
    }
}

#[test]
fn a_closed_output_ends_the_server_quietly() {
    let mut server = Command::new(SERVER)
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
    socket().send_to(b"x", address).unwrap();
    let output = server.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stderr, b"");
}

#[test]
fn a_line_too_long_to_send_is_refused_here() {
    let server = server(&[]);
    let fits = "x".repeat(1470);
    let (printed, errors, code) = talk(
        &server.address(),
        &["--wait", "10"],
        &format!("{fits}\n{fits}x\n"),
    );
    assert_eq!((printed, code), (format!("{fits}\n"), 1));
    assert_eq!(
        errors,
        "error: cannot send line 2: the request has 1473 bytes, more than 1472\n"
    );
}
