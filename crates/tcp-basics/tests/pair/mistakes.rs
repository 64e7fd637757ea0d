//! What the user did wrong, or found wrong: one line says what and why.

use std::io::Write as _;

use checker::program::{Program, accept, expect_wrong_usage};

use crate::{PAIR, read_to_end};

#[test]
fn an_answer_that_is_missing_is_an_error() {
    let server = PAIR.server(&["--reply", "none"]);
    let mut client = PAIR.client(&server.address(), &["--timeout", "0.2"]);
    client.write(b"hello\n");
    assert_eq!(client.wait(), 1);
    assert_eq!(
        client.stderr(),
        "error: no answer: nothing came for 0.2 s\n"
    );
}

#[test]
fn lines_that_were_not_sent_are_an_error_although_no_answer_is_awaited() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut client = PAIR.client(&address, &["--send-only"]);
    drop(accept(&listener));
    // The first line finds a closed door, and one behind it the reset.
    client.write(&b"line\n".repeat(10_000));
    client.end_input();
    assert_eq!(client.wait(), 1);
    let error = client.stderr();
    assert!(error.contains("not every line was sent"), "{error}");
}

#[test]
fn answers_that_are_left_unread_turn_no_end_into_a_reset() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut client = PAIR.client(&address, &["--send-only"]);
    let mut stream = accept(&listener);
    // It lies in the client's buffer before the client has sent anything.
    stream.write_all(b"an answer\n").unwrap();
    client.write(b"the last line\n");
    client.end_input();
    // A reset would overtake it.
    assert_eq!(read_to_end(&stream), b"the last line\n");
    drop(stream);
    assert_eq!(client.wait(), 0);
}

#[test]
fn nobody_there_is_an_error_with_a_next_step() {
    let server = PAIR.server(&[]);
    let address = server.address();
    drop(server);
    // Each system has its own words for it.
    let refused = std::net::TcpStream::connect(&address).unwrap_err();
    let refused = common::exit::reason(&refused);
    let mut client = PAIR.client(&address, &["--message", "x"]);
    assert_eq!(client.wait(), 1);
    let error = client.stderr();
    assert!(
        error.starts_with(&format!("error: cannot connect to {address}: {refused} (")),
        "{error}"
    );
    assert!(
        error.contains("cargo run --bin tcp-basics-server") && error.lines().count() == 1,
        "{error}"
    );
}

#[test]
fn wrong_usage_is_one_line_and_exit_code_2() {
    let refused: [(&[&str], &str); 5] = [
        (&["--nonsense"], "unexpected argument '--nonsense'"),
        (&["--listen", "nowhere"], "the port is missing"),
        (&["--encoding", "utf-16"], "newline"),
        (&["--timeout", "-1"], "write seconds"),
        (&["--reply", "two\nlines"], "--reply"),
    ];
    expect_wrong_usage(PAIR.server, &refused);
}

#[test]
fn who_lets_other_machines_in_is_told() {
    let args = ["--listen", "127.0.0.1:0", "--listen", "0.0.0.0:0"];
    let server = Program::start(PAIR.server, &args);
    let open = server.addresses(2).remove(1);
    let warning = format!("warning: other machines can reach {open}");
    server.expect_complaint(|line| line == warning);
    assert_eq!(server.complaints().lines().count(), 1, "loopback is safe");
}

#[cfg(unix)]
#[test]
fn an_output_file_that_may_not_grow_is_an_error_and_not_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let (server, file) = (PAIR.server, folder.path().join("out"));
    let file = file.display();
    let command = format!("ulimit -f 0; exec '{server}' --listen 127.0.0.1:0 > '{file}'");
    let mut server = Program::start("sh", &["-c", &command]);
    assert_eq!(server.wait(), 1);
    let error = server.stderr();
    assert!(
        error.starts_with("error: cannot write the output: file too large"),
        "{error}"
    );
}

#[test]
fn a_line_too_long_to_send_is_refused_here() {
    let server = PAIR.server(&[]);
    let mut client = PAIR.client(&server.address(), &[]);
    client.write(&[b'x'; 70_000]);
    client.end_input();
    assert_eq!(client.wait(), 1);
    let error = client.stderr();
    assert_eq!(
        error,
        "error: cannot send line 1: a message has more than 65536 bytes\n"
    );
}

#[test]
fn the_limit_is_that_of_the_message_and_not_of_what_is_typed() {
    // 90,000 bytes of UTF-8, and 60,000 in GBK.
    let long = format!("{}\n", "你".repeat(30_000));
    let gbk = PAIR.server(&["--encoding", "gbk"]);
    let args = ["--encoding", "gbk"];
    assert_eq!(PAIR.talk(&gbk.address(), &args, &long), (long.clone(), 0));
    // A raw message has no limit of its own; it arrives in pieces.
    let raw = PAIR.server(&["--framing", "raw", "--reply", "none"]);
    let args = ["--framing", "raw", "--send-only"];
    assert_eq!(PAIR.talk(&raw.address(), &args, &long[..3000]).1, 0);
}

#[test]
fn a_line_that_is_no_text_is_named_by_its_number_or_mended() {
    let server = PAIR.server(&[]);
    let run = |args: &[&str]| {
        let mut client = PAIR.client(&server.address(), args);
        client.write(b"one\na\xffb\n");
        client.end_input();
        (client.wait(), client.stdout(), client.stderr())
    };
    let (code, _, error) = run(&[]);
    assert_eq!(
        (code, error.as_str()),
        (1, "error: cannot send line 2: not UTF-8 at byte 1\n")
    );
    assert_eq!(run(&["--on-error", "replace"]).1, "one\na\u{fffd}b\n");
    assert_eq!(run(&["--on-error", "ignore"]).1, "one\nab\n");
}

#[test]
fn an_operator_answers_again_and_his_end_is_the_servers() {
    let mut server = PAIR.server(&["--reply", "ask", "--encoding", "gbk"]);
    server.write("😀\n".as_bytes());
    server.write(b"\xff\n");
    server.write("好\n".as_bytes());
    server.end_input();
    let args = ["--encoding", "gbk", "--message", "1", "--message", "2"];
    let (printed, code) = PAIR.talk(&server.address(), &args, "");
    assert_eq!((printed.as_str(), code), ("好\n", 1));
    assert_eq!(server.wait(), 0);
    let said = server.stderr();
    assert_eq!(
        said.matches("not sent, answer again: ").count(),
        2,
        "{said}"
    );
    assert!(said.contains("the input has ended"), "{said}");
}
