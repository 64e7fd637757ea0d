//! Server and client over real sockets: what one program alone cannot show.

mod talk;

use std::{
    net::UdpSocket,
    process::{Command, Stdio},
    time::Duration,
};

use checker::program::{Program, SOON};
use talk::{SERVER, ask, client, join, receive, server, socket};

/// Runs a client to its end: standard output, standard error, and exit code.
fn run(address: &str, name: &str, args: &[&str], input: &[u8]) -> (String, String, i32) {
    let mut client = client(address, name, args);
    client.write(input);
    client.end_input();
    let code = client.wait();
    (client.stdout(), client.stderr(), code)
}

#[test]
fn three_talk_over_every_family() {
    let mut args = vec!["--listen", "127.0.0.1:0"];
    if UdpSocket::bind("[::1]:0").is_ok() {
        args.extend(["--listen", "[::1]:0"]);
    }
    let server = Program::start(SERVER, &args);
    let addresses = server.addresses(args.len() / 2);
    let at = |n: usize| addresses[n % addresses.len()].as_str();
    let mut ada = client(at(0), "Ada", &[]);
    ada.expect_line(|line| line == "* you are Ada, 1 here");
    let mut bo = client(at(1), "小明", &[]);
    ada.expect_line(|line| line == "* 小明 joined");
    let (printed, errors, code) = run(at(0), "Cy", &[], "hello\n你好 \x1b[2J\u{202e}\n".as_bytes());
    assert_eq!((errors.as_str(), code), ("", 0));
    assert_eq!(printed, "* you are Cy, 3 here\n");
    let seen = [
        "* Cy joined",
        "Cy: hello",
        "Cy: 你好 \\x1b[2J\\u{202e}",
        "* Cy left",
    ];
    for member in [&ada, &bo] {
        member.expect_line(|line| line == seen[3]);
        assert!(
            member
                .printed()
                .ends_with(&format!("{}\n", seen.join("\n")))
        );
    }
    bo.write(b"bye\nq\nnever said\n");
    assert_eq!((bo.wait(), bo.stderr().as_str()), (0, ""));
    ada.expect_line(|line| line == "* 小明 left");
    ada.end_input();
    assert_eq!(ada.wait(), 0);
    let ended = ada.stdout();
    assert!(
        ended.contains("小明: bye\n") && !ended.contains("never"),
        "{ended}"
    );
    server.expect_line(|line| line.contains("小明: bye"));
    server.expect_line(|line| line.ends_with(" Ada left, 0 here"));
    assert!(server.printed().contains("Cy: 你好 \\x1b[2J\\u{202e}\n"));
}

#[test]
fn every_line_arrives_in_order() {
    let server = server(&["--rate", "0"]);
    let address = server.address();
    let ada = client(&address, "Ada", &[]);
    ada.expect_line(|line| line.starts_with("* you are"));
    let lines: Vec<String> = (0..500).map(|n| format!("line {n} 世界")).collect();
    let (_, errors, code) = run(&address, "Bo", &[], lines.join("\n\n").as_bytes());
    assert_eq!((errors.as_str(), code), ("", 0));
    ada.expect_line(|line| line == "* Bo left");
    let printed = ada.printed();
    let heard: Vec<&str> = printed
        .lines()
        .filter_map(|l| l.strip_prefix("Bo: "))
        .collect();
    assert_eq!(heard, lines, "without the empty lines");
    // A limit on the rate makes it slower and loses nothing.
    let slow = Program::start(SERVER, &["--listen", "127.0.0.1:0", "--rate", "20"]);
    let address = slow.address();
    let ada = client(&address, "Ada", &[]);
    ada.expect_line(|line| line.starts_with("* you are"));
    let (_, errors, code) = run(&address, "Bo", &[], lines[..60].join("\n").as_bytes());
    assert_eq!((errors.as_str(), code), ("", 0));
    ada.expect_line(|line| line == "* Bo left");
    assert_eq!(ada.printed().matches("Bo: line").count(), 60);
}

#[test]
fn a_long_line_is_said_in_pieces() {
    let server = server(&[]);
    let address = server.address();
    let ada = client(&address, "Ada", &[]);
    ada.expect_line(|line| line.starts_with("* you are"));
    let long = "word ".repeat(450);
    let (shown, errors, code) = run(&address, "Bo", &[], format!("{long}\nend\n").as_bytes());
    assert_eq!((errors.as_str(), code), ("", 0));
    assert_eq!(
        shown,
        "* you are Bo, 2 here\n* line 1 has 2250 bytes and goes as 3 messages\n"
    );
    ada.expect_line(|line| line == "Bo: end");
    let printed = ada.printed();
    let heard: String = printed
        .lines()
        .filter_map(|l| l.strip_prefix("Bo: "))
        .collect();
    assert_eq!(heard, format!("{long}end"));
}

#[test]
fn what_cannot_be_said_ends_it_after_what_can() {
    let server = server(&[]);
    let address = server.address();
    let ada = client(&address, "Ada", &[]);
    ada.expect_line(|line| line.starts_with("* you are"));
    for (input, complaint) in [
        (
            &b"one\nab\xff\nthree\n"[..],
            "error: cannot say line 2: it is not UTF-8 at byte 2\n",
        ),
        (
            &[b"one\n", &[b'x'; 70_000][..]].concat(),
            "error: cannot say line 2: ",
        ),
    ] {
        let (_, errors, code) = run(&address, "Bo", &[], input);
        assert_eq!(code, 1);
        assert!(
            errors.starts_with(complaint) && errors.lines().count() == 1,
            "{errors}"
        );
    }
    ada.expect_line(|line| line == "* Bo left");
    assert!(!ada.printed().contains("three"));
}

#[test]
fn refusals_and_mistakes_are_one_line() {
    let server = server(&["--max-members", "1"]);
    let address = server.address();
    let bare = socket();
    join(&bare, &address, "Ada");
    let nobody = socket().local_addr().unwrap().to_string();
    let silent = socket();
    let silent_at = silent.local_addr().unwrap().to_string();
    let no_answer = format!(
        "error: cannot join: {silent_at} does not answer \
         (is it the address of a udp-chat-server?)\n"
    );
    let gone = format!(
        "error: cannot reach {nobody}: nobody listens there \
         (start the server first: cargo run --bin udp-chat-server)\n"
    );
    for (to, name, args, complaint, code) in [
        (
            &address,
            "ADA",
            &[][..],
            "error: cannot join: another member has that name (choose another --name)\n",
            1,
        ),
        (
            &address,
            "Bo",
            &[],
            "error: cannot join: the room is full (try again later)\n",
            1,
        ),
        (&nobody, "Bo", &[], gone.as_str(), 1),
        (
            &silent_at,
            "Bo",
            &["--timeout", "0.3"],
            no_answer.as_str(),
            1,
        ),
        (&address, "", &[], "at least one character", 2),
        (&address, "a b", &[], "a name has no blank in it", 2),
        (&address, "a\u{202e}b", &[], "a name has no U+202E in it", 2),
        (&address, &"x".repeat(33), &[], "at most 32 characters", 2),
    ] {
        let (printed, errors, ended) = run(to, name, args, b"hello\n");
        assert_eq!((printed.as_str(), ended), ("", code), "{name}: {errors}");
        assert!(
            errors.contains(complaint) && errors.lines().count() == 1,
            "{errors}"
        );
    }
    let second = Command::new(SERVER)
        .args(["--listen", &address])
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(1));
    let complaint = String::from_utf8(second.stderr).unwrap();
    assert!(complaint.contains("choose another --listen"), "{complaint}");
}

#[test]
fn an_output_that_is_closed_ends_it_quietly() {
    let server = server(&[]);
    let address = server.address();
    let bare = socket();
    join(&bare, &address, "Ada");
    let mut bo = Command::new(env!("CARGO_BIN_EXE_udp-chat-client"))
        .args(["--connect", &address, "--name", "Bo"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert_eq!(receive(&bare).0, "NOTE 1 joined Bo");
    ask(&bare, &address, "PING");
    drop(bo.stdout.take());
    assert_eq!(ask(&bare, &address, "SAY 1 into nothing"), "ACK 1");
    let code = bo.wait().unwrap().code();
    let mut errors = String::new();
    std::io::Read::read_to_string(&mut bo.stderr.take().unwrap(), &mut errors).unwrap();
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    server.expect_line(|line| line.contains(" Bo left,"));
}

#[cfg(unix)]
#[test]
fn both_ends_can_be_stopped() {
    use checker::program::Signal;

    let mut server = server(&[]);
    let address = server.address();
    let mut ada = client(&address, "Ada", &[]);
    ada.expect_line(|line| line.starts_with("* you are"));
    let mut bo = client(&address, "Bo", &[]);
    ada.expect_line(|line| line == "* Bo joined");
    bo.signal(Signal::Interrupt);
    assert_eq!(
        (bo.wait(), bo.stderr().as_str()),
        (0, "stopped: you have left\n")
    );
    ada.expect_line(|line| line == "* Bo left");
    server.signal(Signal::Terminate);
    assert_eq!(server.wait(), 0);
    let served = server.stderr();
    assert!(
        served.starts_with("served: joined: 2, left: 1, lost: 0, messages: 0, delivered: 2,"),
        "{served}"
    );
    assert_eq!(ada.wait(), 1);
    assert_eq!(
        ada.stderr(),
        "error: the chat is over: the server has closed the room\n"
    );
    // A server that is gone without a word: the system says so.
    let address = {
        let server = talk::server(&[]);
        let address = server.address();
        ada = client(&address, "Ada", &[]);
        ada.expect_line(|line| line.starts_with("* you are"));
        address
    };
    ada.write(b"hello?\n");
    assert_eq!(ada.wait(), 1);
    assert!(
        ada.stderr()
            .starts_with(&format!("error: cannot reach {address}: nobody listens"))
    );
}

#[cfg(unix)]
#[test]
fn a_stop_does_not_wait_for_a_server_that_is_silent() {
    use checker::program::{Signal, datagrams::fake};

    let address = fake(|socket, bytes, from| {
        let answer: &[u8] = match bytes {
            b"JOIN Bo" => b"COOKIE AbCdEfGhIjk",
            b"JOIN Bo AbCdEfGhIjk" => b"WELCOME Bo 1",
            _ => return,
        };
        socket.send_to(answer, from).unwrap();
    });
    let mut bo = client(&address, "Bo", &[]);
    bo.expect_line(|line| line == "* you are Bo, 1 here");
    bo.signal(Signal::Interrupt);
    let ended = (bo.wait(), bo.stderr());
    assert_eq!(ended, (0, "stopped: you have left\n".to_owned()));
}

#[test]
fn bytes_of_any_kind_do_not_end_the_server() {
    let server = server(&["--wire"]);
    let (address, ada, stranger) = (server.address(), socket(), socket());
    join(&ada, &address, "Ada");
    let all: Vec<u8> = (0..=255).collect();
    for bytes in [
        &b""[..],
        b"\xff\0\n",
        &all,
        &[b'x'; 1201],
        &[0; 65_507],
        b"SAY 1 \xff",
    ] {
        stranger.send_to(bytes, &address).unwrap();
        assert_eq!(ask(&stranger, &address, "PING"), "ERR NOJOIN 0");
        ada.send_to(bytes, &address).unwrap();
        assert!(receive(&ada).0.starts_with("ERR BAD "), "{bytes:?}");
    }
    assert_eq!(ask(&ada, &address, "PING\r\n"), "PONG");
    assert_eq!(ask(&ada, &address, "SAY 2 still here"), "ACK 2");
    nothing_comes(&ada);
    // Typed by hand, with netcat: a line end behind everything.
    let cookie = ask(&stranger, &address, "JOIN nc\n");
    let cookie = cookie.strip_prefix("COOKIE ").unwrap();
    let welcome = ask(&stranger, &address, &format!("JOIN nc {cookie}\n"));
    assert_eq!(welcome, "WELCOME nc 2");
    assert_eq!(receive(&ada).0, "NOTE 1 joined nc");
    assert_eq!(ask(&stranger, &address, "QUIT\n"), "BYE");
    // The wire view shows what came too, not only what was sent.
    server.expect_complaint(|line| line.contains("<- 5 bytes from 127.0.0.1:"));
}

/// A moment in which nothing is expected to come.
fn nothing_comes(socket: &UdpSocket) {
    socket
        .set_read_timeout(Some(Duration::from_millis(50)))
        .expect("limit");
    let mut buffer = [0; 2000];
    let came = socket.recv_from(&mut buffer);
    assert!(
        came.is_err(),
        "{:?}",
        came.map(|(n, _)| buffer[..n].to_vec())
    );
    socket.set_read_timeout(Some(SOON)).expect("limit");
}
