//! Server and client over real sockets: what one program alone cannot show.

mod talk;

use std::{
    io::{BufRead as _, BufReader},
    net::UdpSocket,
    process::{Command, Stdio},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use checker::program::Program;
use talk::{SERVER, client, receive, server, socket, talk};
use udp_timesync::sntp::{Nanos, PACKET, Packet, SECOND, Timestamp, Verdict};

/// Sends to the server and gives the next datagram that comes from it.
fn exchange(socket: &UdpSocket, server: &str, bytes: &[u8]) -> Vec<u8> {
    socket.send_to(bytes, server).expect("send");
    let (answer, from) = receive(socket);
    assert_eq!(from.to_string(), server, "an answer from elsewhere");
    answer
}

fn now() -> Nanos {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("after 1970").as_nanos().cast_signed()
}

/// The seconds behind a word such as `offset`.
fn seconds(line: &str, word: &str) -> f64 {
    let (_, rest) = line.split_once(&format!("{word} ")).expect(line);
    rest.split_once(" s").expect(line).0.parse().expect(line)
}

#[cfg(unix)]
fn stop(server: &mut Program) {
    server.signal(checker::program::Signal::Terminate);
    assert_eq!(server.wait(), 0);
}

#[test]
fn both_forms_over_every_family() {
    let mut args = vec!["--listen", "127.0.0.1:0"];
    if UdpSocket::bind("[::1]:0").is_ok() {
        args.extend(["--listen", "[::1]:0"]);
    }
    let server = Program::start(SERVER, &args);
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
    let server = server(&[]);
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
    let server = server(&[]);
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
        let mut client = client(&address, &["--format", "-", "--count", "1"]);
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
fn the_time_is_that_of_the_question() {
    let server = server(&[]);
    let (address, socket) = (server.address(), socket());
    let before = now() / SECOND;
    let told = exchange(&socket, &address, b"%s");
    let told: Nanos = str::from_utf8(&told).unwrap().parse().unwrap();
    assert!((before..=now() / SECOND).contains(&told), "{told}");

    for version in [3, 4] {
        let nonce = 0xfeed_0000 + u64::from(version);
        let question = Packet {
            version,
            poll: 9,
            ..Packet::question(nonce)
        };
        let before = now();
        let answer = exchange(&socket, &address, &question.emit());
        let after = now();
        let Verdict::Time(packet) = Packet::judge(&answer, nonce) else {
            panic!("{answer:02x?}");
        };
        assert_eq!(
            (answer.len(), packet.version, packet.poll),
            (PACKET, version, 9)
        );
        assert_eq!((packet.leap, packet.stratum), (0, 10));
        let times = [packet.reference, packet.receive, packet.transmit].map(Timestamp::unix);
        let in_order = before <= times[1] && times[1] <= times[2] && times[2] <= after;
        assert!(
            in_order && times[0] <= times[1],
            "{before} {times:?} {after}"
        );
    }
}

#[test]
fn a_wrong_clock_is_measured_in_both_directions_and_eras() {
    for ahead in ["90", "-3600.5", "600000000", "-0.25"] {
        let server = server(&["--ahead", ahead, "--stratum", "3"]);
        let (printed, errors, code) = talk(&server.address(), &["--sntp", "--interval", "0"]);
        assert_eq!((errors.as_str(), code), ("", 0));
        let best = printed
            .lines()
            .find(|line| line.starts_with("best"))
            .unwrap();
        let wrong = seconds(best, "offset") - ahead.parse::<f64>().unwrap();
        let most = seconds(best, "delay") / 2.0 + 2e-6;
        assert!(wrong.abs() <= most, "{ahead}: {best}");
        let side = if ahead.starts_with('-') {
            " s ahead"
        } else {
            " s behind"
        };
        assert!(
            printed.contains(side) && printed.contains(", stratum 3\n"),
            "{printed}"
        );
    }
    let server = server(&["--ahead", "600000000"]);
    let (printed, _, _) = talk(&server.address(), &["--format", "%Y", "--count", "1"]);
    assert!(printed.trim().parse::<u32>().unwrap() >= 2045, "{printed}");
}

/// Whose time is told, `TZ` says.
#[cfg(unix)]
#[test]
fn the_zone_is_that_of_the_machine() {
    for (zone, shown) in [
        ("TZ=CST-8", "+0800 CST"),
        ("TZ=NST3:30", "-0330 NST"),
        ("TZ=UTC", "+0000 UTC"),
    ] {
        let server = Program::start("env", &[zone, SERVER, "--listen", "127.0.0.1:0"]);
        let asked = ["--format", "%z %Z", "--count", "1"];
        let (printed, _, code) = talk(&server.address(), &asked);
        assert_eq!((printed.trim_end(), code), (shown, 0));
    }
    // A name that nobody knows is no reason to have no time.
    let server = Program::start(
        "env",
        &["TZ=Nowhere/Land", SERVER, "--listen", "127.0.0.1:0"],
    );
    let asked = ["--format", "%z", "--count", "1"];
    assert_eq!(talk(&server.address(), &asked).0, "+0000\n");
    server.expect_complaint(|line| line.starts_with("warning: telling UTC: "));
}

#[test]
fn no_datagram_ends_the_server() {
    let server = server(&[]);
    let (address, socket) = (server.address(), socket());
    let all: Vec<u8> = (0..=255).collect();
    for bytes in [
        &b""[..],
        b"\xff",
        b"\0",
        b"%",
        b"%65535d",
        &all,
        &[b'%'; 1472],
        &[0; 65_507],
    ] {
        let answer = exchange(&socket, &address, bytes);
        assert!(
            answer.starts_with(b"ERR ") && answer.len() < 50,
            "{answer:?}"
        );
    }
    // Modes of other packets of 48 bytes: that is text, and none.
    for mode in [0, 1, 2, 4, 5, 6, 7] {
        let packet = Packet {
            mode,
            ..Packet::question(1)
        };
        let answer = exchange(&socket, &address, &packet.emit());
        assert!(answer.starts_with(b"ERR "), "{answer:?}");
    }
    for version in 0..8 {
        let packet = Packet {
            version,
            ..Packet::question(version.into())
        };
        let answer = Packet::parse(&exchange(&socket, &address, &packet.emit()));
        assert_eq!(answer.map(|answer| answer.version), Some(version));
    }
    // Clients that do not wait for their answer.
    for _ in 0..20 {
        talk::socket().send_to(b"%Y", &address).unwrap();
    }
    assert_eq!(exchange(&socket, &address, b"still there"), b"still there");
}

#[test]
fn more_than_the_limit_meets_silence() {
    let most = 20;
    let mut server = server(&["--rate-limit", &most.to_string()]);
    let (address, flood) = (server.address(), socket());
    let begun = Instant::now();
    // One at a time, as long as there is an answer: nothing is lost in a queue.
    for _ in 0..most {
        assert_eq!(exchange(&flood, &address, b"answered"), b"answered");
    }
    if begun.elapsed().as_millis() > 900 {
        eprintln!("skipped: this machine is too busy for a limit of {most} a second");
        return;
    }
    for _ in 0..100 {
        flood.send_to(b"silenced", &address).unwrap();
        flood
            .send_to(&Packet::question(1).emit(), &address)
            .unwrap();
    }
    // Another address is not concerned. When its answer is there, all of the
    // flood before it has been looked at. Only Linux has all of 127.0.0.0/8.
    if cfg!(target_os = "linux") {
        let other = UdpSocket::bind("127.0.0.2:0").unwrap();
        other
            .set_read_timeout(Some(checker::program::SOON))
            .unwrap();
        assert_eq!(exchange(&other, &address, b"other"), b"other");
        flood.set_nonblocking(true).unwrap();
        let mut answers = 0;
        while flood.recv(&mut [0; 600]).is_ok() {
            answers += 1;
        }
        assert!(
            begun.elapsed().as_millis() >= 1000 || answers == 0,
            "{answers}"
        );
        flood.set_nonblocking(false).unwrap();
    }
    // After that second there are answers again.
    flood
        .set_read_timeout(Some(std::time::Duration::from_millis(100)))
        .unwrap();
    let deadline = Instant::now() + checker::program::SOON;
    while Instant::now() < deadline {
        flood.send_to(b"again", &address).unwrap();
        if flood.recv(&mut [0; 600]).is_ok() {
            return the_totals_say(&mut server, 200);
        }
    }
    panic!("no answer any more");
}

#[cfg(unix)]
fn the_totals_say(server: &mut Program, silenced: u32) {
    stop(server);
    let errors = server.stderr();
    let told = errors
        .split_once("too often: ")
        .and_then(|(_, rest)| rest.split_once(','));
    let told: u32 = told.expect("the totals").0.parse().expect("a number");
    // Those that asked again in vain were more; and on a busy machine some of
    // the 200 came a second later.
    assert!(told >= silenced - 20, "{errors}");
}

#[cfg(not(unix))]
fn the_totals_say(_: &mut Program, _: u32) {}

#[test]
fn without_a_word_about_it_loopback_has_no_limit() {
    for args in [&[][..], &["--rate-limit", "0"]] {
        let server = server(args);
        let (address, socket) = (server.address(), socket());
        for _ in 0..200 {
            assert_eq!(exchange(&socket, &address, b"x"), b"x");
        }
    }
}

#[test]
fn a_client_that_is_sent_away_asks_no_more() {
    let server = server(&["--kiss", "RATE"]);
    let (printed, errors, code) = talk(&server.address(), &["--sntp"]);
    assert_eq!((printed.as_str(), code), ("", 1));
    assert_eq!(
        errors,
        "error: the server sends us away: RATE, you ask too often \
         (choose another server, or a longer --interval)\n"
    );
}

#[test]
fn every_address_of_a_name_is_tried() {
    let server = server(&[]);
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
    let server = server(&[]);
    let (address, socket) = (server.address(), socket());
    let hostile = "\x1b]0;title\x07\u{202e}".as_bytes();
    assert_eq!(exchange(&socket, &address, hostile), hostile);
    let shown = "\\x1b]0;title\\x07\\u{202e}";
    server.expect_line(|line| line.ends_with(&format!(": {shown} -> {shown}")));
    exchange(&socket, &address, b"\xff");
    server.expect_line(|line| line.ends_with(": \\xff -> ERR not UTF-8"));
    assert!(!server.printed().contains('\x1b'));
}

#[cfg(unix)]
#[test]
fn a_stop_reaches_a_server_that_waits_and_a_client_that_waits() {
    use checker::program::Signal;

    for signal in [Signal::Interrupt, Signal::Terminate] {
        let args = ["--listen", "127.0.0.1:0", "--listen", "0.0.0.0:0"];
        let mut server = Program::start(SERVER, &args);
        let address = server.addresses(2).remove(0);
        assert_eq!(exchange(&socket(), &address, b"hello"), b"hello");

        // Between two questions, and with a question that nobody answers.
        let mut waiting = client(&address, &["--format", "now", "--interval", "1000"]);
        waiting.expect_line(|line| line == "now");
        let mut samples = client(&address, &["--sntp", "--interval", "1000"]);
        samples.expect_line(|line| line.starts_with("1: offset"));
        let silent = socket();
        let silent_address = silent.local_addr().unwrap().to_string();
        let mut asking = client(&silent_address, &["--wait", "1000", "--timeout", "0"]);
        receive(&silent);
        for (client, answered) in [(&mut waiting, 1), (&mut samples, 1), (&mut asking, 0)] {
            client.signal(signal);
            assert_eq!(client.wait(), 0);
            let told = format!("stopped: questions: 1, answered: {answered},");
            assert!(client.stderr().starts_with(&told), "{}", client.stderr());
        }
        assert!(
            samples.stdout().contains("\nbest of 1: "),
            "{}",
            samples.stdout()
        );

        server.signal(signal);
        assert_eq!(server.wait(), 0);
        let totals = "served: text: 2, SNTP: 1, too often: 0, answers not delivered: 0\n";
        assert!(server.stderr().ends_with(totals), "{}", server.stderr());
        // At once, and without SO_REUSEADDR: there is nothing to wait for.
        let again = Program::start(SERVER, &["--listen", &address]);
        assert_eq!(again.address(), address);
    }
}

#[test]
fn a_quiet_server_answers_and_prints_nothing() {
    let server = server(&["--quiet"]);
    let (address, socket) = (server.address(), socket());
    assert_eq!(exchange(&socket, &address, b"x"), b"x");
    exchange(&socket, &address, &Packet::question(1).emit());
    exchange(&socket, &address, b"y");
    assert_eq!(server.printed().lines().count(), 1, "{}", server.printed());
}

#[test]
fn a_second_server_cannot_have_the_same_address() {
    let first = server(&[]);
    let address = first.address();
    let second = Program::start(SERVER, &["--listen", &address]);
    let error = second.first_words();
    let expected = format!("error: cannot listen on {address}: address already in use");
    assert!(error.starts_with(&expected), "{error}");
}

#[test]
fn the_wire_view_shows_every_datagram() {
    let server = server(&[]);
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
    let long = "x".repeat(129);
    for (is_server, args, part) in [
        (true, &["--stratum", "0"][..], "1..=15"),
        (true, &["--stratum", "16"], "1..=15"),
        (true, &["--rate-limit", "x"], "--rate-limit"),
        (true, &["--kiss", "rate"], "four letters"),
        (true, &["--kiss", "RATES"], "four letters"),
        (true, &["--ahead", "NaN"], "seconds"),
        (true, &["--listen", "unix:/tmp/x"], "HOST:PORT"),
        (false, &["--format", ""], "1 to 128 bytes"),
        (false, &["--format", &long], "1 to 128 bytes"),
        (false, &["--sntp", "--format", "%Y"], "cannot be used with"),
        (false, &["--wait", "0"], "above 0"),
        (false, &["--count", "0"], "1.."),
        (false, &["--connect", "nowhere"], "port is missing"),
    ] {
        let program = if is_server { SERVER } else { talk::CLIENT };
        let mut program = Program::start(program, args);
        assert_eq!(program.wait(), 2, "{args:?}");
        let error = program.stderr();
        assert!(
            error.starts_with("error: ") && error.contains(part),
            "{error}"
        );
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn a_closed_output_ends_quietly() {
    let mut server = Command::new(SERVER)
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    // As `| head -1` does: takes the first line and leaves.
    let mut printed = BufReader::new(server.stdout.take().unwrap());
    printed.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap();
    drop(printed);
    socket().send_to(b"x", address).unwrap();
    let output = server.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stderr, b"");
}
