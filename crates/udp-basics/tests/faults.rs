//! The client against servers and networks that a test makes up: what comes too
//! late, twice, changed, from elsewhere or not at all.

#[path = "faults/addresses.rs"]
mod addresses;
#[path = "faults/ping.rs"]
mod ping;
mod talk;

use std::{
    collections::HashMap,
    io::Write,
    net::SocketAddr,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use checker::program::datagrams::{fake, receive, send, socket};
use common::{
    exit::Failure,
    net::{DatagramOptions, DatagramSocket, Target},
    output::Output,
    stop::Stop,
    text::TextCodec,
};
use talk::{PAIR, talk};
use udp_basics::client::{self, Mode, Options};

#[test]
fn a_lost_request_is_sent_again_the_same() {
    let mut seen: HashMap<Vec<u8>, u32> = HashMap::new();
    let address = fake(move |socket, request, from| {
        let times = seen.entry(request.to_vec()).or_default();
        *times += 1;
        if *times >= 3 {
            send(socket, request, from);
        }
    });
    let args = ["--wait", "0.05", "--retries", "8", "--verbose"];
    let (printed, errors, code) = talk(&address, &args, "a\nb\n");
    assert_eq!((printed.as_str(), code), ("a\nb\n", 0));
    assert!(
        errors.matches("sending request 2 again").count() >= 2,
        "{errors}"
    );
    assert!(
        errors.contains("requests: 2, answered: 2, sent again: "),
        "{errors}"
    );
}

#[test]
fn only_the_answer_counts() {
    let stranger = socket();
    let address = fake(move |socket, request, from| {
        send(socket, b"", from);
        send(socket, &request[..request.len() - 1], from);
        send(socket, b"99 unasked", from);
        send(&stranger, request, from);
        send(socket, request, from);
        // Once more: it meets the next request.
        send(socket, request, from);
    });
    let input = "a\nb\nc\n";
    let (printed, errors, code) = talk(&address, &["--wait", "10"], input);
    assert_eq!((printed.as_str(), code), (input, 0), "{errors}");
    assert!(
        errors.ends_with("dropped: 2 late or double, 9 that answer nothing, 0 from strangers\n"),
        "{errors}"
    );
    // The connected socket never saw the stranger. This one does.
    let (printed, errors, code) = talk(&address, &["--wait", "10", "--unconnected"], input);
    assert_eq!((printed.as_str(), code), (input, 0), "{errors}");
    assert!(errors.ends_with("3 from strangers\n"), "{errors}");
    assert!(errors.contains("which is not the server"), "{errors}");
}

#[test]
fn after_an_unanswered_request_comes_the_next_one() {
    let address = fake(|socket, request, from| {
        if !request.starts_with(b"1 ") {
            send(socket, request, from);
        }
    });
    let args = ["--wait", "1.5", "--retries", "0"];
    let (printed, errors, code) = talk(&address, &args, "lost\nfound\n");
    assert_eq!((printed.as_str(), code), ("found\n", 1));
    assert!(
        errors.contains("warning: no answer to request 1\n"),
        "{errors}"
    );
    assert!(
        errors.ends_with("error: answers are missing: 1 of 2 requests got none\n"),
        "{errors}"
    );
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let silent = socket();
    let address = silent.local_addr().unwrap().to_string();
    let input = "line\n".repeat(1000);
    let args = ["--wait", "0.01", "--retries", "2"];
    let (printed, errors, code) = talk(&address, &args, &input);
    assert_eq!((printed.as_str(), code), ("", 1));
    assert!(
        errors.contains("requests: 3, answered: 0, sent again: 6"),
        "{errors}"
    );
    // Who reads this has to know that 997 lines were not even tried.
    assert!(errors.contains("any line left is not sent"), "{errors}");
}

#[test]
fn each_wait_is_twice_the_one_before() {
    let silent = socket();
    let address = silent.local_addr().unwrap().to_string();
    let begun = Instant::now();
    let args = ["--wait", "0.05", "--retries", "4", "--message", "x"];
    assert_eq!(talk(&address, &args, "").2, 1);
    // 1 + 2 + 4 + 8 + 16 times as long.
    let least = 31 * Duration::from_millis(50);
    assert!(begun.elapsed() >= least, "{:?}", begun.elapsed());
}

#[test]
fn nobody_there_is_an_error_with_a_next_step() {
    let address = socket().local_addr().unwrap().to_string();
    let (printed, errors, code) = talk(&address, &["--wait", "10"], "hello\n");
    assert_eq!((printed.as_str(), code), ("", 1));
    assert_eq!(
        errors,
        format!(
            "error: cannot reach {address}: nobody listens there \
             (start the server first: cargo run --bin udp-basics-server)\n"
        )
    );
}

/// Passes datagrams on between clients and a server, and loses, doubles and
/// swaps three in ten, always the same ones.
fn bad_network(server: &str) -> String {
    let server: SocketAddr = server.parse().expect("an address");
    let outside = socket();
    let address = outside.local_addr().expect("bound").to_string();
    let inside = socket();
    inside.connect(server).expect("connect");
    thread::spawn(move || {
        let mut held: Option<Vec<u8>> = None;
        let mut random = 7u32;
        let mut buffer = vec![0; 2000];
        while let Ok((count, from)) = outside.recv_from(&mut buffer) {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let request = buffer[..count].to_vec();
            // Lost on the way in, or its answer on the way out.
            let (copies, lose_answer) = match (random >> 16) % 10 {
                0 => (0, false),
                1 => (1, true),
                2 => (2, false),
                _ => (1, false),
            };
            for _ in 0..copies {
                inside.send(&request).expect("send");
                let answer = receive(&inside).0;
                if lose_answer {
                    held = Some(answer);
                    continue;
                }
                outside.send_to(&answer, from).expect("send");
                // What was held back comes after what was sent later.
                if let Some(late) = held.take() {
                    outside.send_to(&late, from).expect("send");
                }
            }
        }
    });
    address
}

#[test]
fn a_bad_network_costs_time_and_nothing_else() {
    let server = PAIR.server(&[]);
    let network = bad_network(&server.address());
    let lines: Vec<String> = (0..100).map(|n| format!("line {n}")).collect();
    let args = ["--wait", "0.05", "--retries", "8"];
    let (printed, errors, code) = talk(&network, &args, &lines.join("\n"));
    assert_eq!(printed.lines().collect::<Vec<_>>(), lines, "{errors}");
    assert_eq!(code, 0);
    assert!(errors.contains("answered: 100"), "{errors}");
}

#[test]
fn an_answer_does_not_drive_the_terminal() {
    for (sent, shown) in [
        (&b"\x1b[2J\xff"[..], "\\x1b[2J\\xff\n"),
        ("\x1b[2J你".as_bytes(), "\\x1b[2J你\n"),
    ] {
        let hostile = fake(move |socket, _, from| send(socket, sent, from));
        let args = ["--no-sequence", "--message", "hi"];
        assert_eq!(talk(&hostile, &args, "").0, shown);
    }
}

/// A client within this process: how it ends, and what it prints.
fn run(to: &[&str], target: Target, mode: Mode) -> (Result<(), Failure>, String) {
    run_with(to, target, mode, Duration::from_secs(1))
}

fn run_with(
    to: &[&str],
    target: Target,
    mode: Mode,
    wait: Duration,
) -> (Result<(), Failure>, String) {
    let options = Options {
        mode,
        wait,
        retries: 0,
        numbered: true,
        prompt: false,
        verbose: false,
        codec: TextCodec::default(),
    };
    run_as(to, target, &options)
}

fn run_as(to: &[&str], target: Target, options: &Options) -> (Result<(), Failure>, String) {
    #[derive(Clone, Default)]
    struct Printed(Arc<Mutex<Vec<u8>>>);
    impl Write for Printed {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("no panic").write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let open = |address: &&str| {
        let address = address.parse().expect("an address");
        let options = DatagramOptions { bind: None, target };
        DatagramSocket::open(&address, &options).expect("a socket")
    };
    let (lines, input) = crossbeam_channel::bounded(1);
    lines.send(Ok(b"hi".to_vec())).expect("there is room");
    drop(lines);
    let printed = Printed::default();
    let output = Output::to(printed.clone());
    let sockets = to.iter().flat_map(open).collect();
    let result = client::run(sockets, &input, options, &output, &Stop::new());
    let printed = printed.0.lock().expect("no panic").clone();
    (result, String::from_utf8(printed).expect("text"))
}

#[test]
fn everybody_who_answers_is_listed_once() {
    let other = socket();
    let second = other.local_addr().unwrap();
    let first = fake(move |socket, request, from| {
        for socket in [socket, &other, socket] {
            send(socket, request, from);
        }
        send(socket, b"1 something else", from);
    });
    let (result, printed) = run(&[&first], Target::Unconnected, Mode::Everybody);
    assert!(result.is_ok());
    assert_eq!(printed, format!("{first}: hi\n{second}: hi\n"));
}

#[test]
fn who_asks_everybody_asks_again_while_nobody_answers() {
    let mut asked = 0;
    let late = fake(move |socket, request, from| {
        asked += 1;
        if asked == 3 {
            send(socket, request, from);
        }
    });
    let options = Options {
        mode: Mode::Everybody,
        wait: Duration::from_millis(300),
        retries: 2,
        numbered: true,
        prompt: false,
        verbose: false,
        codec: TextCodec::default(),
    };
    let (result, printed) = run_as(&[&late], Target::Unconnected, &options);
    assert!(result.is_ok());
    assert_eq!(printed, format!("{late}: hi\n"));
}

#[test]
fn who_only_sends_is_told_when_nobody_listens_any_more() {
    let server = socket();
    let address = server.local_addr().unwrap().to_string();
    let mut client = PAIR.client(&address, &["--send-only", "--wait", "5"]);
    client.write(b"one\n");
    assert_eq!(receive(&server).0, b"1 one");
    drop(server);
    // The last line: no later one can bring the news.
    client.write(b"two\n");
    client.end_input();
    assert_eq!(client.wait(), 1);
    let errors = client.stderr();
    assert!(errors.contains("nobody listens there"), "{errors}");
}
