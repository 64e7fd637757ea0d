//! Server and client over real sockets: what one program alone cannot show.

#[path = "pair/ending.rs"]
mod ending;
#[path = "pair/limits.rs"]
mod limits;
mod talk;
#[path = "pair/times.rs"]
mod times;

use std::net::UdpSocket;

use checker::program::{
    Program,
    datagrams::{exchange, socket},
    expect_wrong_usage,
};
use talk::{PAIR, talk};
use times::seconds;
use udp_timesync::sntp::Packet;

#[test]
fn both_forms_over_every_family() {
    let mut args = vec!["--listen", "127.0.0.1:0"];
    if UdpSocket::bind("[::1]:0").is_ok() {
        args.extend(["--listen", "[::1]:0"]);
    }
    let server = Program::start(PAIR.server, &args);
    for address in server.addresses(args.len() / 2) {
        let asked = ["--format", "100 %% 时", "--count", "3", "--interval", "0"];
        let (printed, errors, code) = talk(&address, &asked);
        assert_eq!(
            (printed.as_str(), code),
            ("100 % 时\n".repeat(3).as_str(), 0)
        );
        assert_eq!(errors, "");

        let (printed, errors, code) = talk(&address, &["--sntp", "--interval", "0"]);
        let lines: Vec<&str> = printed.lines().collect();
        assert_eq!(
            (errors.as_str(), code, lines.len()),
            ("", 0, 19),
            "{printed}"
        );
        for (number, line) in (1..).zip(&lines[..8]) {
            assert!(line.starts_with(&format!("{number}: offset ")), "{line}");
            assert!(line.ends_with(", stratum 10"), "{line}");
        }
        let smallest = lines[..8].iter().map(|line| seconds(line, "delay"));
        let smallest = smallest.reduce(f64::min).expect("eight");
        assert!(
            (seconds(lines[8], "delay") - smallest).abs() < 1.5e-6,
            "{printed}"
        );
        // One clock: what it is wrong by is at most half the delay.
        let error = seconds(lines[8], "delay") / 2.0 + 2e-6;
        assert!(seconds(lines[8], "offset").abs() <= error, "{printed}");
        assert_eq!(printed.matches('#').count(), 1, "{printed}");
        assert_eq!(printed.matches('*').count(), 7, "{printed}");
    }
}

#[test]
fn the_default_format_is_that_of_the_lecture() {
    let server = PAIR.server(&[]);
    let (printed, _, code) = talk(&server.address(), &["--count", "1"]);
    let digits = printed
        .trim_end()
        .replace(|c: char| c.is_ascii_digit(), "9");
    assert_eq!((digits.as_str(), code), ("9999-99-99 99:99:99", 0));
    // The word that no format needs.
    let (printed, _, code) = talk(&server.address(), &["--format", "sntp", "--count", "1"]);
    assert!(printed.starts_with("1: offset ") && code == 0, "{printed}");
    assert!(printed.contains("\nbest of 1: "), "{printed}");
    assert_eq!(printed.lines().count(), 3, "no plot of one: {printed}");
}

#[test]
fn a_format_can_be_typed() {
    let server = PAIR.server(&[]);
    let address = server.address();
    for (typed, printed, code, complaint) in [
        ("%% 时\nmore\n", "% 时\n", 0, ""),
        ("no end", "no end\n", 0, ""),
        (
            "",
            "",
            1,
            "error: cannot read the format: the input has ended\n",
        ),
        (
            "\n",
            "",
            1,
            "error: cannot read the format: a format has 1 to 128 bytes\n",
        ),
        (&"x".repeat(200), "", 1, "error: cannot read the format: "),
    ] {
        let mut client = PAIR.client(&address, &["--format", "-", "--count", "1"]);
        client.write(typed.as_bytes());
        client.end_input();
        assert_eq!((client.wait(), client.stdout().as_str()), (code, printed));
        assert!(
            client.stderr().starts_with(complaint),
            "{}",
            client.stderr()
        );
    }
}

#[test]
fn every_address_of_a_name_is_tried() {
    let server = PAIR.server(&[]);
    let address = server.address().replace("127.0.0.1", "localhost");
    let asked = ["--format", "hi", "--count", "2", "--interval", "0"];
    assert_eq!(
        talk(&address, &asked),
        ("hi\nhi\n".to_owned(), String::new(), 0)
    );
    let (printed, _, code) = talk(&address, &["--sntp", "--count", "1"]);
    assert!(printed.starts_with("1: offset ") && code == 0, "{printed}");
}

#[test]
fn hostile_text_does_not_reach_the_operators_terminal() {
    let server = PAIR.server(&[]);
    let (address, socket) = (server.address(), socket());
    let hostile = "\x1b]0;title\x07\u{202e}".as_bytes();
    assert_eq!(exchange(&socket, &address, hostile), hostile);
    let shown = "\\x1b]0;title\\x07\\u{202e}";
    server.expect_line(|line| line.ends_with(&format!(": {shown} -> {shown}")));
    exchange(&socket, &address, b"\xff");
    server.expect_line(|line| line.ends_with(": \\xff -> ERR not UTF-8"));
    assert!(!server.printed().contains('\x1b'));
}

#[test]
fn a_quiet_server_answers_and_prints_nothing() {
    let server = PAIR.server(&["--quiet"]);
    let (address, socket) = (server.address(), socket());
    assert_eq!(exchange(&socket, &address, b"x"), b"x");
    exchange(&socket, &address, &Packet::question(1).emit());
    exchange(&socket, &address, b"y");
    assert_eq!(server.printed().lines().count(), 1, "{}", server.printed());
}

#[test]
fn a_second_server_cannot_have_the_same_address() {
    let first = PAIR.server(&[]);
    let address = first.address();
    let second = Program::start(PAIR.server, &["--listen", &address]);
    let error = second.first_words();
    let expected = format!("error: cannot listen on {address}: address already in use");
    assert!(error.starts_with(&expected), "{error}");
}

#[test]
fn the_wire_view_shows_every_datagram() {
    let server = PAIR.server(&[]);
    let (_, errors, code) = talk(
        &server.address(),
        &["--format", "%%", "--count", "1", "--wire"],
    );
    assert_eq!(code, 0);
    for part in [
        "-> 2 bytes to 127.0.0.1:",
        "25 25",
        "<- 1 bytes from 127.0.0.1:",
    ] {
        assert!(errors.contains(part), "{errors}");
    }
}

#[test]
fn wrong_usage_is_one_line_and_code_2() {
    let refused: [(&[&str], &str); 7] = [
        (&["--stratum", "0"], "1..=15"),
        (&["--stratum", "16"], "1..=15"),
        (&["--rate-limit", "x"], "--rate-limit"),
        (&["--kiss", "rate"], "four letters"),
        (&["--kiss", "RATES"], "four letters"),
        (&["--ahead", "NaN"], "seconds"),
        (&["--listen", "unix:/tmp/x"], "HOST:PORT"),
    ];
    expect_wrong_usage(PAIR.server, &refused);
    let long = "x".repeat(129);
    let refused: [(&[&str], &str); 6] = [
        (&["--format", ""], "1 to 128 bytes"),
        (&["--format", &long], "1 to 128 bytes"),
        (&["--sntp", "--format", "%Y"], "cannot be used with"),
        (&["--wait", "0"], "above 0"),
        (&["--count", "0"], "1.."),
        (&["--connect", "nowhere"], "port is missing"),
    ];
    expect_wrong_usage(PAIR.client, &refused);
}
