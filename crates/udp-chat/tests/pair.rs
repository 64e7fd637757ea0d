//! Server and client over real sockets: what one program alone cannot show.

#[path = "pair/ending.rs"]
mod ending;
#[path = "pair/mistakes.rs"]
mod mistakes;
mod talk;

use std::{net::UdpSocket, time::Duration};

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
