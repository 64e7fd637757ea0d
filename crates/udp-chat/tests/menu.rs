//! The menu: what comes waits until it is asked for, and nobody waits for it.

use checker::program::Program;

const MENU: &str = "1 receive, 2 send, q leave: ";

fn server() -> Program {
    Program::start(
        env!("CARGO_BIN_EXE_udp-chat-server"),
        &["--listen", "127.0.0.1:0"],
    )
}

fn member(server: &Program, name: &str, ui: &str) -> Program {
    let args = ["--connect", &server.address(), "--name", name, "--ui", ui];
    let member = Program::start(env!("CARGO_BIN_EXE_udp-chat-client"), &args);
    server.expect_line(|line| line.contains(&format!(" {name} joined")));
    member
}

/// Asks for what has come until that is there: nothing tells when.
#[track_caller]
fn receive(client: &mut Program, wanted: &str) {
    let begun = std::time::Instant::now();
    while !client.printed().contains(wanted) {
        assert!(begun.elapsed() < checker::program::SOON, "no {wanted:?}");
        // With or without a number of letters that wait.
        let menus = |client: &Program| client.printed().matches(", 2 send, ").count();
        let asked = menus(client);
        client.write(b"1\n");
        let answered = |client: &Program| menus(client) > asked;
        while !answered(client) && begun.elapsed() < checker::program::SOON {
            std::thread::yield_now();
        }
    }
}

#[test]
fn one_receives_two_sends_and_q_leaves() {
    let server = server();
    let mut ada = member(&server, "Ada", "menu");
    let mut bo = member(&server, "Bo", "line");
    bo.write("你好\nare you there?\n".as_bytes());
    server.expect_line(|line| line.ends_with("Bo: are you there?"));
    // What came is not shown before it is asked for.
    assert!(!ada.printed().contains("there?"));
    receive(&mut ada, "Bo: are you there?");
    // Perhaps with the menu between the two.
    let printed = ada.printed();
    let place = |text: &str| printed.find(text).expect(text);
    assert!(
        place("Bo: 你好\n") < place("Bo: are you there?\n"),
        "{printed}"
    );
    ada.write(b"2\nyes\n");
    bo.expect_line(|line| line == "Ada: yes");
    ada.write(b"q\n");
    assert_eq!(ada.wait(), 0);
    bo.expect_line(|line| line.ends_with("Ada left"));
    assert!(ada.stdout().ends_with(MENU), "{}", ada.stdout());
}

#[test]
fn anything_else_is_explained_and_asked_again() {
    let server = server();
    let mut ada = member(&server, "Ada", "menu");
    ada.write("7\n\n１\n\x1b[2J\n".as_bytes());
    for wrong in ["7", "", "１", "\\x1b[2J"] {
        let line = format!("'{wrong}' is none of these: 1 shows what has come");
        ada.expect_line(|printed| printed.contains(&line));
    }
    ada.write(b"q\n");
    assert_eq!(ada.wait(), 0);
    // In front of it may stand how much has come meanwhile.
    assert_eq!(ada.stdout().matches(", 2 send, q leave: ").count(), 5);
}

#[test]
fn what_is_left_unread_is_counted_and_the_end_of_input_leaves() {
    let server = server();
    let mut ada = member(&server, "Ada", "menu");
    receive(&mut ada, "you are Ada");
    let mut bo = member(&server, "Bo", "line");
    bo.write(b"1\n2\n");
    bo.end_input();
    assert_eq!(bo.wait(), 0);
    receive(&mut ada, "Bo left");
    let mut cy = member(&server, "Cy", "line");
    // Shown as waiting before the next choice, and not counted twice.
    let begun = std::time::Instant::now();
    while !ada
        .printed()
        .contains("1 receive (1 waiting), 2 send, q leave: ")
    {
        assert!(begun.elapsed() < checker::program::SOON, "nothing waits");
        ada.write(b"x\n");
        std::thread::yield_now();
    }
    ada.end_input();
    assert_eq!(ada.wait(), 0);
    assert_eq!(ada.stderr(), "note: left unread: 1\n");
    cy.end_input();
    assert_eq!(cy.wait(), 0);
}

#[test]
fn the_plain_form_has_it_too() {
    let server = Program::start(
        env!("CARGO_BIN_EXE_udp-chat-server"),
        &["--plain", "--listen", "127.0.0.1:0"],
    );
    let args = [
        "--plain",
        "--ui",
        "menu",
        "--connect",
        &server.address(),
        "--name",
        "ada",
    ];
    let mut ada = Program::start(env!("CARGO_BIN_EXE_udp-chat-client"), &args);
    ada.write("2\n在吗\n".as_bytes());
    server.expect_line(|line| line.ends_with(" ada : 在吗"));
    let other = std::net::UdpSocket::bind("127.0.0.1:0").expect("bind");
    other.send_to(b"bo : hi", server.address()).expect("send");
    receive(&mut ada, "bo : hi\n");
    ada.write(b"q\n");
    assert_eq!(ada.wait(), 0);
    server.expect_line(|line| line.ends_with(" left"));
}
