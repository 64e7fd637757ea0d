//! What the user did wrong, or found wrong: one line says what and why.

use std::io::{Read as _, Write as _};

use checker::program::{accept, expect_wrong_usage};

use crate::PAIR;

#[test]
fn a_server_that_goes_away_is_an_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    for (said, error) in [
        (
            "",
            "error: the server closed the connection: before it had greeted\n",
        ),
        (
            "Welcome!\n",
            "error: the server closed the connection: an answer was due\n",
        ),
    ] {
        let mut client = PAIR.client(&address, &["Ada"]);
        let mut stream = accept(&listener);
        stream.write_all(said.as_bytes()).unwrap();
        if !said.is_empty() {
            let mut name = [0; 4];
            stream.read_exact(&mut name).unwrap();
            assert_eq!(&name, b"Ada\n");
        }
        drop(stream);
        assert_eq!(client.wait(), 1);
        assert_eq!(client.stderr(), error);
    }
}

#[test]
fn nobody_there_is_an_error_with_a_next_step() {
    let server = PAIR.server(&[]);
    let address = server.address();
    drop(server);
    for args in [&["x"][..], &["--clients", "3", "--messages", "1"]] {
        let mut client = PAIR.client(&address, args);
        assert_eq!(client.wait(), 1);
        let error = client.stderr();
        assert!(
            error.contains("cargo run --bin tcp-threaded-server") && error.lines().count() == 1,
            "{error}"
        );
    }
}

#[test]
fn an_answer_for_somebody_else_is_an_error_of_the_load() {
    let server = PAIR.server(&["--answer", "Hello, Eve!"]);
    let args = ["--clients", "2", "--messages", "3"];
    let mut client = PAIR.client(&server.address(), &args);
    assert_eq!(client.wait(), 1);
    let error = client.stderr();
    assert!(
        error.starts_with("error: 2 of 2 clients: the answer to 'client-"),
        "{error}"
    );
    assert!(
        error.ends_with("-name-0' is not for it: 'Hello, Eve!'\n"),
        "{error}"
    );
}

#[test]
fn what_a_server_says_does_not_drive_the_terminal() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut client = PAIR.client(&address, &["Ada", "q"]);
    let mut stream = accept(&listener);
    // The greeting, the answer, and what comes when nothing is due any more.
    stream.write_all(b"\x1b[1m\n").unwrap();
    stream.read_exact(&mut [0; 4]).unwrap();
    stream.write_all(b"\x1b[2m\n\x1b[3m\n").unwrap();
    stream.read_exact(&mut [0; 2]).unwrap();
    drop(stream);
    assert_eq!(client.wait(), 0);
    assert_eq!(client.stdout(), "\\x1b[1m\n\\x1b[2m\n\\x1b[3m\n");
}

#[test]
fn a_name_that_is_no_text_is_refused_or_mended() {
    let server = PAIR.server(&[]);
    let run = |args: &[&str]| {
        let mut client = PAIR.client(&server.address(), args);
        client.write(b"a\xffb\n");
        client.end_input();
        (client.wait(), client.stdout(), client.stderr())
    };
    let (code, _, error) = run(&[]);
    assert_eq!(
        (code, error.as_str()),
        (1, "error: cannot send the name: not UTF-8 at byte 1\n")
    );
    let mended = "Welcome!\nHello, a\u{fffd}b!\n";
    assert_eq!(run(&["--on-error", "replace"]).1, mended);
}

#[test]
fn a_refused_name_is_an_error() {
    let server = PAIR.server(&[]);
    // In GBK, 李 is c0 ee, and that is no UTF-8.
    for names in [&["李"][..], &["李", "Ada"]] {
        let args = [&["--encoding", "gbk"], names].concat();
        let mut client = PAIR.client(&server.address(), &args);
        assert_eq!(client.wait(), 1);
        assert_eq!(client.stdout(), "Welcome!\nERR not text at byte 0\n");
        assert_eq!(
            client.stderr(),
            "error: the server refused the name: this has ended the conversation\n"
        );
    }
    let too_long = format!("{}\n", "x".repeat(65_529));
    let (printed, code) = PAIR.talk(&server.address(), &[], &too_long);
    assert_eq!((printed.as_str(), code), ("Welcome!\nERR too long\n", 1));
}

#[test]
fn wrong_usage_is_one_line_and_exit_code_2() {
    let refused: [(&[&str], &str); 6] = [
        (&["--model", "fork"], "--model"),
        (&["--workers", "0"], "--workers"),
        (&["--greeting", "two\nlines"], "--greeting"),
        (&["--answer", "{} 😀", "--encoding", "gbk"], "--answer"),
        (&["--answer", "a\n{}"], "--answer: a line cannot contain"),
        (&["--max-connections", "-1"], "--max-connections"),
    ];
    expect_wrong_usage(PAIR.server, &refused);
    let most = usize::MAX.to_string();
    let load = ["--clients", "4", "--messages", &most];
    let refused: [(&[&str], &str); 3] = [
        (&load, "--messages: "),
        (&["--messages", "5"], "--clients"),
        (&["--messages", "5", "Ada"], "cannot be used with"),
    ];
    expect_wrong_usage(PAIR.client, &refused);
}
