//! Server and client over real sockets: what one program alone cannot show.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, TcpStream},
};

use checker::program::{Pair, Program, SOON};

#[path = "pair/hostile.rs"]
mod hostile;
#[path = "pair/many.rs"]
mod many;
#[path = "pair/mistakes.rs"]
mod mistakes;

const PAIR: Pair = Pair {
    server: env!("CARGO_BIN_EXE_tcp-threaded-server"),
    client: env!("CARGO_BIN_EXE_tcp-threaded-client"),
};

/// A bare connection, with a time limit on every read.
struct Guest(BufReader<TcpStream>);

impl Guest {
    fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("connect");
        stream.set_read_timeout(Some(SOON)).expect("limit");
        Guest(BufReader::new(stream))
    }

    /// How the server names it.
    fn name(&self) -> String {
        self.0.get_ref().local_addr().expect("bound").to_string()
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
        let server = Program::start(PAIR.server, &args);
        let sockets = args.iter().filter(|arg| **arg == "--listen").count();
        for address in &server.addresses(sockets) {
            let answer = PAIR.talk(address, &["--framing", framing], "李\n");
            let expected = ("Welcome!\nHello, 李!\n".to_owned(), 0);
            assert_eq!(answer, expected, "{framing} {address}");
        }
    }
}

#[test]
fn silent_clients_keep_nobody_waiting() {
    let server = PAIR.server(&[]);
    let address = server.address();
    let mut silent: Vec<Guest> = (0..40).map(|_| Guest::greeted(&address)).collect();
    assert_eq!(
        PAIR.talk(&address, &["Ada"], "").0,
        "Welcome!\nHello, Ada!\n"
    );
    silent[20].say(b"Bob\n");
    assert_eq!(silent[20].line(), "Hello, Bob!\n");
}

#[test]
fn conversations_do_not_mix() {
    let server = PAIR.server(&[]);
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
fn an_unterminated_name_at_the_end_of_input_is_one() {
    let server = PAIR.server(&["--greeting", "你好", "--answer", "Server {}"]);
    let mut guest = Guest::connect(&server.address());
    assert_eq!(guest.line(), "你好\n");
    guest.say("王\r\nli".as_bytes());
    guest.0.get_ref().shutdown(Shutdown::Write).unwrap();
    assert_eq!(guest.rest(), "Server 王\nServer li\n".as_bytes());
}

#[cfg(unix)]
#[test]
fn a_stop_ends_idle_clients_and_no_answer_in_the_middle() {
    let mut server = PAIR.server(&[]);
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
