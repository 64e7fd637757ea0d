//! The naive form: our two programs, and datagrams of anybody.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops where it fails, helpers too"
)]

use std::net::UdpSocket;

use checker::program::{Program, datagrams};

fn server(args: &[&str]) -> Program {
    let all = [&["--plain", "--listen", "127.0.0.1:0"], args].concat();
    Program::start(env!("CARGO_BIN_EXE_udp-chat-server"), &all)
}

fn client(args: &[&str]) -> Program {
    let all = [&["--plain"], args].concat();
    Program::start(env!("CARGO_BIN_EXE_udp-chat-client"), &all)
}

/// A bare socket that talks to `address`, with a time limit on every receive.
fn socket(address: &str) -> UdpSocket {
    let socket = datagrams::socket();
    socket.connect(address).unwrap();
    socket
}

fn receive(socket: &UdpSocket) -> String {
    String::from_utf8_lossy(&datagrams::receive(socket).0).into_owned()
}

/// Says something and waits until the server has taken it.
fn say(server: &Program, socket: &UdpSocket, text: &str) {
    socket.send(text.as_bytes()).unwrap();
    let from = format!("{} {text}", socket.local_addr().unwrap());
    server.expect_line(|line| line == from);
}

#[test]
fn what_one_says_goes_as_it_is_to_all_others_who_have_spoken() {
    let server = server(&[]);
    let address = server.address();
    let [ada, bo, cy] = [(); 3].map(|()| socket(&address));
    say(&server, &ada, "ada : 你好");
    say(&server, &bo, "bo : hi");
    assert_eq!(receive(&ada), "bo : hi");
    // Any bytes, and nobody looks whose name it is.
    let bytes = b"ada : \xff\x00 I owe bo ten coins";
    cy.send(bytes).unwrap();
    for member in [&ada, &bo] {
        let mut buffer = [0; 100];
        let count = member.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..count], bytes);
    }
    // Who left gets nothing more, and who said nothing never did.
    bo.send(b"q").unwrap();
    let left = format!("{} left", bo.local_addr().unwrap());
    server.expect_line(|line| line == left);
    say(&server, &ada, "ada : is bo there?");
    assert_eq!(receive(&cy), "ada : is bo there?");
    say(&server, &bo, "bo : again");
    assert_eq!(receive(&ada), "bo : again");
    bo.set_nonblocking(true).unwrap();
    assert!(bo.recv(&mut [0]).is_err(), "bo had left before");
}

#[test]
fn there_is_no_place_for_more_than_max_members() {
    let server = server(&["--max-members", "2"]);
    let address = server.address();
    let [ada, bo, cy] = [(); 3].map(|()| socket(&address));
    say(&server, &ada, "ada : 1");
    say(&server, &bo, "bo : 2");
    assert_eq!(receive(&ada), "bo : 2");
    cy.send(b"cy : let me in").unwrap();
    say(&server, &bo, "bo : 3");
    assert_eq!(receive(&ada), "bo : 3", "cy's was not sent on");
    ada.send(b"q\n").unwrap();
    let left = format!("{} left", ada.local_addr().unwrap());
    server.expect_line(|line| line == left);
    say(&server, &cy, "cy : now");
    assert_eq!(receive(&bo), "cy : now");
}

#[test]
fn our_clients_talk_and_a_bare_q_leaves() {
    let mut server = server(&[]);
    let address = server.address();
    let [mut ada, mut bo] =
        ["ada", "bo"].map(|name| client(&["--connect", &address, "--name", name]));
    ada.write(b"hello\n");
    server.expect_line(|line| line.ends_with(" ada : hello"));
    bo.write("你好\n".as_bytes());
    ada.expect_line(|line| line == "bo : 你好");
    ada.write(b"Q\nquit\n");
    bo.expect_line(|line| line == "ada : Q");
    bo.expect_line(|line| line == "ada : quit");
    // As a whole line it leaves, and nobody is told: that is all there is.
    ada.write(b"q\n");
    assert_eq!(ada.wait(), 0);
    server.expect_line(|line| line.ends_with(" left"));
    bo.write(b"anybody?\n");
    server.expect_line(|line| line.ends_with(" bo : anybody?"));
    bo.end_input();
    assert_eq!(bo.wait(), 0);
    let said = server.printed();
    let last = said.lines().find(|line| line.ends_with(" bo : anybody?"));
    let left = last.unwrap().replace("bo : anybody?", "left");
    server.expect_line(|line| line == left);
    stop(&mut server);
    assert_eq!(
        server.stderr(),
        "served: datagrams: 7, sent on: 3, turned away: 0\n"
    );
}

#[test]
fn an_operator_answers_each() {
    let mut server = server(&["--reply", "ask"]);
    let address = server.address();
    let [ada, bo] = [(); 2].map(|()| socket(&address));
    say(&server, &ada, "ada : anybody there?");
    server.write("有\n".as_bytes());
    assert_eq!(receive(&ada), "有");
    say(&server, &bo, "bo : me too");
    server.write(b"q\n");
    assert_eq!(server.wait(), 0);
    for socket in [&ada, &bo] {
        socket.set_nonblocking(true).unwrap();
        assert!(socket.recv(&mut [0]).is_err(), "q is no answer");
    }
}

#[test]
fn two_clients_talk_without_a_server() {
    // Both ports must be known beforehand, so they are taken and given back.
    let ports = [(); 2].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
    let [one, two] = ports.map(|socket| socket.local_addr().unwrap().to_string());
    let start = |name, own, other| client(&["--name", name, "--bind", own, "--peer", other]);
    let mut ada = start("ada", &one, &two);
    ada.write(b"too early\n");
    ada.expect_line(|line| line.starts_with("* nobody listens at ") && line.ends_with("is lost"));
    let mut bo = start("bo", &two, &one);
    bo.write(b"hello\n");
    ada.expect_line(|line| line == "bo : hello");
    ada.write(b"there you are\n");
    bo.expect_line(|line| line == "ada : there you are");
    bo.end_input();
    assert_eq!(bo.wait(), 0);
    let left = format!("{two} left");
    ada.expect_line(|line| line == left);
    ada.end_input();
    assert_eq!(ada.wait(), 0);
}

#[test]
fn a_server_that_is_not_there_is_an_error_with_a_next_step() {
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap().to_string();
    drop(nobody);
    let mut ada = client(&["--connect", &address, "--name", "ada"]);
    ada.write(b"hello\n");
    assert_eq!(ada.wait(), 1);
    let error = ada.stderr();
    assert!(
        error.starts_with(&format!("error: cannot reach {address}: "))
            && error.contains("udp-chat-server -- --plain"),
        "{error}"
    );
}

#[test]
fn nothing_that_is_sent_drives_a_terminal() {
    let server = server(&[]);
    let address = server.address();
    let mut ada = client(&["--connect", &address, "--name", "ada"]);
    ada.write(b"hello\n");
    server.expect_line(|line| line.ends_with("ada : hello"));
    let evil = socket(&address);
    evil.send(b"\x1b]0;owned\x07e : \x1b[2J\xe2\x80\xae")
        .unwrap();
    let shown = "\\x1b]0;owned\\x07e : \\x1b[2J\\u{202e}";
    ada.expect_line(|line| line == shown);
    server.expect_line(|line| line.ends_with(shown));
}

#[test]
fn what_is_too_large_is_told_like_everything_else() {
    let own = datagrams::socket();
    let own_at = own.local_addr().unwrap().to_string();
    let mut bo = client(&["--connect", &own_at, "--name", "bo"]);
    bo.write(b"hello\n");
    let (_, from) = datagrams::receive(&own);
    own.send_to(&[b'x'; 1201], from).unwrap();
    own.send_to(b"cy : short", from).unwrap();
    bo.expect_line(|line| line == "cy : short");
    bo.end_input();
    assert_eq!((bo.wait(), bo.stderr().as_str()), (0, ""));
    assert!(
        bo.stdout()
            .starts_with("* a datagram has more than 1200 bytes")
    );
}

#[test]
fn names_have_colours_when_asked_for() {
    let server = server(&[]);
    let address = server.address();
    let mut ada = client(&["--connect", &address, "--name", "ada", "--color", "always"]);
    ada.write(b"hello\n");
    server.expect_line(|line| line.ends_with("ada : hello"));
    socket(&address).send(b"bo : hi").unwrap();
    ada.expect_line(|line| line.starts_with("\x1b[") && line.ends_with("bo\x1b[0m : hi"));
}

#[cfg(unix)]
fn stop(program: &mut Program) {
    use checker::program::Signal;
    program.signal(Signal::Terminate);
    assert_eq!(program.wait(), 0);
}

#[cfg(not(unix))]
fn stop(_: &mut Program) {}
