//! What the user did wrong, or found wrong: one line says what and why.

use checker::program::{Program, datagrams::socket, expect_wrong_usage};

use crate::talk::{PAIR, talk};

#[test]
fn a_second_server_cannot_have_the_same_address() {
    let first = PAIR.server(&[]);
    let address = first.address();
    let second = Program::start(PAIR.server, &["--listen", &address]);
    let error = second.first_words();
    assert!(
        error.starts_with(&format!(
            "error: cannot listen on {address}: address already in use"
        )),
        "{error}"
    );
}

#[test]
fn wrong_usage_is_one_line_and_exit_code_2() {
    let refused: [(&[&str], &str); 5] = [
        (&["--nonsense"], "unexpected argument '--nonsense'"),
        (&["--listen", "unix:/tmp/s"], "datagrams go over UDP"),
        (&["--buffer", "65528"], "65528 is not in"),
        (&["--multicast", "127.0.0.1"], "224.0.0.0"),
        (&["--prefix", "x", "--receive-only"], "cannot be used with"),
    ];
    expect_wrong_usage(PAIR.server, &refused);
    if std::net::UdpSocket::bind("[::1]:0").is_ok() {
        let args = ["--listen", "[::1]:0", "--multicast", "239.192.0.3"];
        expect_wrong_usage(PAIR.server, &[(&args, "--multicast: the group is of IPv4")]);
    }
    let refused: [(&[&str], &str); 9] = [
        (&["--wait", "0"], "above 0"),
        (&["--ping", "1", "--interval", "0"], "above 0"),
        (&["--interval", "1"], "--ping"),
        (
            &["--interval", "1", "--message", "a"],
            "cannot be used with",
        ),
        (&["--interval", "1", "--broadcast"], "cannot be used with"),
        (&["--interval", "1", "--no-sequence"], "cannot be used with"),
        (&["--interval", "1", "--send-only"], "cannot be used with"),
        (&["--ping", "0"], "1..="),
        (
            &["--ping", "1", "--connect", "239.1.2.3:9"],
            "address of many",
        ),
    ];
    expect_wrong_usage(PAIR.client, &refused);
}

#[test]
fn a_line_too_long_to_send_is_refused_here() {
    let server = PAIR.server(&[]);
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

#[test]
fn the_limit_is_that_of_the_request_and_not_of_what_is_typed() {
    // 1800 bytes of UTF-8, and 1200 in GBK.
    let long = format!("{}\n", "你".repeat(600));
    let server = PAIR.server(&["--encoding", "gbk"]);
    let args = ["--encoding", "gbk", "--wait", "10"];
    assert_eq!(
        talk(&server.address(), &args, &long),
        (long, String::new(), 0)
    );
}

#[test]
fn an_own_address_that_cannot_be_is_named_with_its_reason() {
    let server = PAIR.server(&[]);
    let taken = socket().local_addr().unwrap().to_string();
    let held = std::net::UdpSocket::bind(&taken).unwrap();
    for (own, reason) in [
        (
            "[::1]:0",
            "are of different families (choose another --bind",
        ),
        (
            &*taken,
            "another program has that address; leave --bind away",
        ),
        (
            "192.0.2.1:0",
            "no interface of this machine has that address",
        ),
    ] {
        let args = ["--bind", own, "--message", "x"];
        let (_, error, code) = talk(&server.address(), &args, "");
        assert_eq!(code, 1);
        assert!(error.contains(reason) && error.contains(own), "{error}");
    }
    drop(held);
}
