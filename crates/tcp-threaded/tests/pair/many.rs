//! More clients than fit, and what serving many takes.

#[cfg(target_os = "linux")]
use std::{io::Read as _, thread, time::Instant};

use checker::program::{Program, SOON, begin};
use common::{
    messages::Settings,
    net::{Acceptor, ListenOptions, listen},
    output::Output,
    stop::Stop,
};
use tcp_threaded::{
    protocol::{GREETING, TEMPLATE, Template},
    server::{self, Model, Options},
};

use crate::{Guest, PAIR};

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
fn under_load_every_answer_is_right_and_every_count_exact() {
    for model in [&[][..], &["--model", "pool", "--workers", "64"]] {
        let mut server = PAIR.server(model);
        let load = ["--clients", "64", "--messages", "100"];
        let (printed, code) = PAIR.talk(&server.address(), &load, "");
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
    let server = PAIR.server(&["--max-connections", "2"]);
    let address = server.address();
    let mut first = Guest::greeted(&address);
    let second = Guest::greeted(&address);
    let mut third = Guest::connect(&address);
    // What it has said already must not turn the close into a reset.
    third.say(b"Carl\n");
    assert_eq!(third.rest(), b"Busy, try again later\n");
    first.say(b"Ada\n");
    assert_eq!(first.line(), "Hello, Ada!\n");

    let mut client = PAIR.client(&address, &["Dora"]);
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
    let server = PAIR.server(&["--model", "pool", "--workers", "1", "--queue", "1"]);
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

#[cfg(unix)]
#[test]
fn a_stop_lets_a_whole_queue_go_at_once() {
    let args = ["--model", "pool", "--workers", "1", "--queue", "40"];
    let mut server = PAIR.server(&args);
    let address = server.address();
    let mut guests: Vec<Guest> = (0..41).map(|_| Guest::connect(&address)).collect();
    assert_eq!(guests[0].line(), "Welcome!\n");
    server.expect_line(|line| line.ends_with(" joined, 41 connected"));
    // With the totals, and so before the process is ended by force.
    stop(
        &mut server,
        "served: clients: 41, names: 0, sent away: 0, most at once: 41\n",
    );
    for mut guest in guests {
        assert_eq!(guest.rest(), b"");
    }
}

#[test]
fn as_long_a_queue_as_can_be_written_is_no_mistake() {
    let longest = usize::MAX.to_string();
    let args = [
        "--model",
        "pool",
        "--max-connections",
        "0",
        "--queue",
        &longest,
    ];
    let server = PAIR.server(&args);
    assert_eq!(PAIR.talk(&server.address(), &["Ada"], "").1, 0);
}

/// A mistake of our own, the first time that a client's end is printed.
struct Faulty(bool);

impl std::io::Write for Faulty {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let left = String::from_utf8_lossy(bytes).contains(" left: ");
        assert!(!left || std::mem::replace(&mut self.0, true), "as expected");
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_worker_outlives_a_mistake_of_our_own() {
    let stop = Stop::new();
    let listeners = listen(&"127.0.0.1:0".parse().unwrap(), ListenOptions::default()).unwrap();
    let address = listeners[0].endpoint().to_string();
    let acceptor = Acceptor::new(listeners, &stop).unwrap();
    let settings = Settings::default();
    let options = Options {
        greeting: GREETING.into(),
        template: Template::new(TEMPLATE, &settings.codec).unwrap(),
        model: Model::Pool {
            workers: 1,
            queue: 1,
        },
        max_connections: None,
        settings,
        idle: Some(SOON),
        grace: SOON,
    };
    let serving = begin({
        let stop = stop.clone();
        move || server::run(acceptor, &options, &Output::to(Faulty(false)), &stop)
    });
    for _ in 0..2 {
        let mut guest = Guest::greeted(&address);
        guest.say(b"exit\n");
        assert_eq!(guest.rest(), b"");
    }
    stop.trigger();
    assert_eq!(serving.end().unwrap().clients, 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_long_name_does_not_keep_its_memory() {
    // With one arena for all threads, what one has given back is there for the
    // next. When the system gets it back, the allocator decides (glibc's).
    let server = PAIR.server;
    let args = "--listen 127.0.0.1:0 --framing length";
    let command = format!("MALLOC_ARENA_MAX=1 exec '{server}' {args}");
    let server = Program::start("sh", &["-c", &command]);
    let address = server.address();
    let name = vec![b'x'; 15 << 20];
    let guests: Vec<Guest> = (0..5)
        .map(|_| {
            let mut guest = Guest::connect(&address);
            let greeting = 4 + GREETING.len();
            guest.say(&(15u32 << 20).to_be_bytes());
            guest.say(&name);
            let answer = 4 + TEMPLATE.len() - 2 + name.len();
            guest.0.read_exact(&mut vec![0; greeting + answer]).unwrap();
            guest
        })
        .collect();
    // A name, its answer, and the answer in its frame: 45 MiB for each.
    let begun = Instant::now();
    while server.memory() > 125 << 20 {
        let now = server.memory();
        assert!(begun.elapsed() < SOON, "{now} bytes for 5 idle clients");
        thread::yield_now();
    }
    drop(guests);
}

#[cfg(target_os = "linux")]
#[test]
fn without_descriptors_it_waits_and_recovers() {
    let server = PAIR.server;
    let command = format!("ulimit -n 30; exec '{server}' --listen 127.0.0.1:0 --max-connections 0");
    let server = Program::start("sh", &["-c", &command]);
    let address = server.address();
    // More than it can hold: the rest waits in the backlog, greeted by nobody.
    let mut guests: Vec<Guest> = (0..40).map(|_| Guest::connect(&address)).collect();
    server.expect_complaint(|line| line.starts_with("warning: cannot accept: too many open files"));
    // Each that leaves makes room for one, and then it cannot accept again.
    let held = server.printed().matches(" joined, ").count();
    assert_eq!(guests.remove(0).line(), "Welcome!\n");
    assert_eq!(guests[held - 1].line(), "Welcome!\n");
    let complaints = server.complaints();
    assert_eq!(complaints.matches("cannot accept").count(), 1, "said once");
    guests.drain(..20);
    assert_eq!(guests.last_mut().unwrap().line(), "Welcome!\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_without_descriptors_for_all_says_busy_before_it_is_out_of_them() {
    let server = PAIR.server;
    // Soft and hard, then soft only: what may be raised is.
    for (limit, fits) in [("ulimit -n 100", false), ("ulimit -S -n 100", true)] {
        let command =
            format!("{limit}; exec '{server}' --listen 127.0.0.1:0 --max-connections 120");
        let server = Program::start("sh", &["-c", &command]);
        let address = server.address();
        let mut guests: Vec<Guest> = (0..120).map(|_| Guest::connect(&address)).collect();
        let busy = guests.iter_mut().filter_map(|guest| {
            let line = guest.line();
            assert!(
                ["Welcome!\n", "Busy, try again later\n"].contains(&&*line),
                "{line}"
            );
            line.starts_with("Busy").then_some(())
        });
        assert_eq!(busy.count() == 0, fits, "{limit}");
        let warning = "clients at once and not 120, because the system allows 100 open files";
        assert_eq!(server.complaints().contains(warning), !fits);
        assert_eq!(server.complaints().lines().count(), usize::from(!fits));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn threads_do_not_pile_up() {
    let server = PAIR.server(&[]);
    let address = server.address();
    let threads = || {
        let tasks = format!("/proc/{}/task", server.id());
        std::fs::read_dir(tasks).unwrap().count()
    };
    drop(Guest::greeted(&address));
    server.expect_line(|line| line.ends_with(" 0 connected"));
    let before = threads();
    for _ in 0..100 {
        PAIR.talk(&address, &["x"], "");
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
