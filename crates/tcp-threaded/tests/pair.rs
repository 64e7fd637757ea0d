//! Server and client over real sockets: what one program alone cannot show.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, TcpStream},
    time::Duration,
};

use checker::program::{Program, SOON};

const SERVER: &str = env!("CARGO_BIN_EXE_tcp-threaded-server");

fn server(args: &[&str]) -> Program {
    Program::start(SERVER, &[&["--listen", "127.0.0.1:0"], args].concat())
}

fn client(address: &str, args: &[&str]) -> Program {
    Program::start(
        env!("CARGO_BIN_EXE_tcp-threaded-client"),
        &[&["--connect", address], args].concat(),
    )
}

/// Runs a client to its end: standard output and exit code.
fn talk(address: &str, args: &[&str], input: &str) -> (String, i32) {
    let mut client = client(address, args);
    client.write(input.as_bytes());
    client.end_input();
    let code = client.wait();
    (client.stdout(), code)
}

/// A bare connection, with a time limit on every read.
struct Guest(BufReader<TcpStream>);

impl Guest {
    fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("connect");
        stream.set_read_timeout(Some(SOON)).expect("limit");
        Guest(BufReader::new(stream))
    }

    fn greeted(address: &str) -> Self {
        let mut guest = Guest::connect(address);
        assert_eq!(guest.line(), "Welcome!\n");
        guest
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a line in time");
        line
    }

    fn say(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).expect("sent");
    }

    fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.0
            .read_to_end(&mut rest)
            .expect("an end of input, no reset");
        rest
    }
}

/// How many were connected after each of the server's lines.
fn counts(printed: &str) -> Vec<i64> {
    let number = |line: &str| {
        line.split(", ")
            .last()?
            .strip_suffix(" connected")?
            .parse()
            .ok()
    };
    printed.lines().filter_map(number).collect()
}

#[test]
fn every_framing_over_every_family() {
    let folder = tempfile::tempdir().unwrap();
    let unix = format!("unix:{}", folder.path().join("s").display());
    let mut args = vec!["--framing", "", "--listen", "127.0.0.1:0"];
    if std::net::TcpListener::bind("[::1]:0").is_ok() {
        args.extend(["--listen", "[::1]:0"]);
    }
    if cfg!(unix) {
        args.extend(["--listen", &unix]);
    }
    for framing in ["lines", "length", "raw"] {
        args[1] = framing;
        let server = Program::start(SERVER, &args);
        let sockets = args.iter().filter(|arg| **arg == "--listen").count();
        for address in &server.addresses(sockets) {
            let answer = talk(address, &["--framing", framing], "李\n");
            let expected = ("Welcome!\nHello, 李!\n".to_owned(), 0);
            assert_eq!(answer, expected, "{framing} {address}");
        }
    }
}

#[test]
fn silent_clients_keep_nobody_waiting() {
    let server = server(&[]);
    let address = server.address();
    let mut silent: Vec<Guest> = (0..40).map(|_| Guest::greeted(&address)).collect();
    assert_eq!(talk(&address, &["Ada"], "").0, "Welcome!\nHello, Ada!\n");
    silent[20].say(b"Bob\n");
    assert_eq!(silent[20].line(), "Hello, Bob!\n");
}

#[test]
fn conversations_do_not_mix() {
    let server = server(&[]);
    let address = server.address();
    let mut guests: Vec<Guest> = (0..20).map(|_| Guest::greeted(&address)).collect();
    for part in [b"na", b"me"] {
        for guest in &mut guests {
            guest.say(part);
        }
    }
    for (number, guest) in guests.iter_mut().enumerate() {
        guest.say(format!("-{number}\n").as_bytes());
    }
    for (number, guest) in guests.iter_mut().enumerate() {
        assert_eq!(guest.line(), format!("Hello, name-{number}!\n"));
    }
}

#[test]
fn under_load_every_answer_is_right_and_every_count_exact() {
    for model in [&[][..], &["--model", "pool", "--workers", "64"]] {
        let mut server = server(model);
        let load = ["--clients", "64", "--messages", "100"];
        let (printed, code) = talk(&server.address(), &load, "");
        assert_eq!(code, 0, "{printed}");
        for part in [
            "clients        64\n",
            "answers        6400\n",
            "p99  ",
            "max  ",
            "###",
        ] {
            assert!(printed.contains(part), "{part} is not in {printed}");
        }
        server.expect_line(|line| line.ends_with(" 0 connected"));
        let counts = counts(&server.printed());
        assert_eq!(counts.len(), 128);
        assert_eq!(*counts.iter().max().unwrap(), 64);
        let mut before = 0;
        for count in counts {
            assert_eq!((count - before).abs(), 1, "one came or left");
            before = count;
        }
        stop(
            &mut server,
            "served: clients: 64, names: 6400, sent away: 0, most at once: 64\n",
        );
    }
}

/// Where a test cannot send signals, the totals are not seen.
fn stop(server: &mut Program, totals: &str) {
    #[cfg(unix)]
    {
        server.signal(checker::program::Signal::Terminate);
        assert_eq!(server.wait(), 0);
        assert_eq!(server.stderr(), totals);
    }
    #[cfg(not(unix))]
    let _ = (server, totals);
}

#[test]
fn a_full_server_says_so_and_goes_on() {
    let server = server(&["--max-connections", "2"]);
    let address = server.address();
    let mut first = Guest::greeted(&address);
    let second = Guest::greeted(&address);
    let mut third = Guest::connect(&address);
    // What it has said already must not turn the close into a reset.
    third.say(b"Carl\n");
    assert_eq!(third.rest(), b"Busy, try again later\n");
    first.say(b"Ada\n");
    assert_eq!(first.line(), "Hello, Ada!\n");

    let mut client = client(&address, &["Dora"]);
    assert_eq!(client.wait(), 1);
    assert_eq!(
        client.stderr(),
        "error: the server is full: Busy, try again later\n"
    );

    drop(second);
    server.expect_line(|line| line.ends_with("left: end of input, 1 connected"));
    Guest::greeted(&address);
}

#[test]
fn a_pool_serves_as_many_as_it_has_workers_and_queues_the_next() {
    let server = server(&["--model", "pool", "--workers", "1", "--queue", "1"]);
    let address = server.address();
    let first = Guest::greeted(&address);
    let mut second = Guest::connect(&address);
    server.expect_line(|line| line.ends_with("joined, 2 connected"));
    assert_eq!(Guest::connect(&address).rest(), b"Busy, try again later\n");
    drop(first);
    assert_eq!(second.line(), "Welcome!\n");
    second.say(b"Bob\nexit\n");
    assert_eq!(second.rest(), b"Hello, Bob!\n");
}

#[test]
fn hostile_clients_cost_only_their_own_conversation() {
    let server = server(&[
        "--timeout",
        "1",
        "--idle-timeout",
        "1",
        "--max-connections",
        "8",
    ]);
    let address = server.address();
    let hostile: [(&[u8], &str); 5] = [
        (b"\xff\n", "ERR not text at byte 0"),
        (&[b'x'; 70_000], "ERR too long"),
        (b"begun", "not ended within 1 s"),
        (b"", "nothing came for 1 s"),
        (b"exit\nand a lot that nobody reads", "marker"),
    ];
    for (bytes, reason) in hostile {
        let mut guest = Guest::greeted(&address);
        guest.say(bytes);
        let mut other = Guest::greeted(&address);
        other.say(b"Ada\n");
        assert_eq!(other.line(), "Hello, Ada!\n");
        server.expect_line(|line| line.contains(" left: ") && line.contains(reason));
    }
}

#[test]
fn a_client_that_never_reads_holds_up_nobody_and_is_dropped() {
    let server = server(&["--timeout", "0.3"]);
    let address = server.address();
    let mut deaf = Guest::greeted(&address);
    let stream = deaf.0.get_mut();
    stream.set_write_timeout(Some(SOON)).unwrap();
    let names = [[b'x'; 60_000].as_slice(), b"\n"].concat();
    // Until the server has given up: it stops reading when nobody takes its answers.
    while stream.write_all(&names).is_ok() {}
    server.expect_line(|line| line.contains("left: the peer does not read"));
    Guest::greeted(&address);
}

#[test]
fn a_reset_in_the_middle_of_a_name_is_one_clients_affair() {
    let server = server(&[]);
    let address = server.address();
    let mut other = Guest::greeted(&address);
    let mut guest = Guest::greeted(&address);
    guest.say(b"half a na");
    socket2::SockRef::from(guest.0.get_ref())
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(guest);
    server.expect_line(|line| line.contains(" left: ") && line.ends_with("1 connected"));
    other.say(b"Ada\n");
    assert_eq!(other.line(), "Hello, Ada!\n");
}

#[test]
fn an_unterminated_name_at_the_end_of_input_is_one() {
    let server = server(&["--greeting", "你好", "--answer", "Server {}"]);
    let mut guest = Guest::connect(&server.address());
    assert_eq!(guest.line(), "你好\n");
    guest.say("王\r\nli".as_bytes());
    guest.0.get_ref().shutdown(Shutdown::Write).unwrap();
    assert_eq!(guest.rest(), "Server 王\nServer li\n".as_bytes());
}

#[cfg(unix)]
#[test]
fn a_stop_ends_idle_clients_and_no_answer_in_the_middle() {
    let mut server = server(&[]);
    let address = server.address();
    let mut idle: Vec<Guest> = (0..20).map(|_| Guest::greeted(&address)).collect();
    let mut busy = Guest::greeted(&address);
    busy.say(&b"name\n".repeat(10_000));
    assert_eq!(busy.line(), "Hello, name!\n");
    server.signal(checker::program::Signal::Interrupt);
    let rest = String::from_utf8(busy.rest()).unwrap();
    assert!(rest.lines().all(|line| line == "Hello, name!"));
    assert!(rest.is_empty() || rest.ends_with('\n'), "the last is whole");
    for guest in &mut idle {
        assert_eq!(guest.rest(), b"");
    }
    assert_eq!(server.wait(), 0);
    let answered = rest.lines().count() + 1;
    let totals =
        format!("served: clients: 21, names: {answered}, sent away: 0, most at once: 21\n");
    assert_eq!(server.stderr(), totals);
}

#[cfg(target_os = "linux")]
#[test]
fn without_descriptors_it_waits_and_recovers() {
    let command = format!("ulimit -n 30; exec '{SERVER}' --listen 127.0.0.1:0");
    let server = Program::start("sh", &["-c", &command]);
    let address = server.address();
    // More than it can hold: the rest waits in the backlog, greeted by nobody.
    let mut guests: Vec<Guest> = (0..40).map(|_| Guest::connect(&address)).collect();
    server.expect_complaint(|line| line.starts_with("warning: cannot accept: too many open files"));
    assert_eq!(guests[0].line(), "Welcome!\n");
    guests.drain(..20);
    assert_eq!(guests.last_mut().unwrap().line(), "Welcome!\n");
    assert_eq!(
        server.complaints().matches("cannot accept").count(),
        1,
        "said once"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn threads_do_not_pile_up() {
    let server = server(&[]);
    let address = server.address();
    let threads = || {
        let tasks = format!("/proc/{}/task", server.id());
        std::fs::read_dir(tasks).unwrap().count()
    };
    drop(Guest::greeted(&address));
    server.expect_line(|line| line.ends_with(" 0 connected"));
    let before = threads();
    for _ in 0..100 {
        talk(&address, &["x"], "");
    }
    let mut last = Guest::greeted(&address);
    last.say(b"exit\n");
    assert_eq!(last.rest(), b"");
    server.expect_line(|line| line.contains("left: it sent a marker"));
    // One may be on its way out.
    assert!(
        threads() <= before + 1,
        "{} threads more",
        threads() - before
    );
}

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
        let mut client = client(&address, &["Ada"]);
        let (mut stream, _) = listener.accept().unwrap();
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
    let server = server(&[]);
    let address = server.address();
    drop(server);
    for args in [&["x"][..], &["--clients", "3", "--messages", "1"]] {
        let mut client = client(&address, args);
        assert_eq!(client.wait(), 1);
        let error = client.stderr();
        assert!(
            error.contains("cargo run --bin tcp-threaded-server") && error.lines().count() == 1,
            "{error}"
        );
    }
}

#[test]
fn wrong_usage_is_one_line_and_exit_code_2() {
    for (args, part) in [
        (&["--model", "fork"][..], "--model"),
        (&["--workers", "0"], "--workers"),
        (&["--greeting", "two\nlines"], "--greeting"),
        (&["--answer", "{} 😀", "--encoding", "gbk"], "--answer"),
        (&["--max-connections", "-1"], "--max-connections"),
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
}
