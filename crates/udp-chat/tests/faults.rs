//! Our own programs on a bad network and among hostile neighbours, over real
//! sockets. More of it: `MESSAGES=200 FLOOD=100000 cargo test --release -p udp-chat
//! --test faults -- --nocapture`.

#[path = "talk/network.rs"]
mod network;
mod talk;

use std::{
    net::UdpSocket,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use checker::program::within;
use common::{
    input::Line,
    net::{DatagramOptions, DatagramSocket},
    output::{Output, OutputError},
    stop::Stop,
};
use crossbeam_channel::{Sender, unbounded};
use network::bad_network;
use talk::{ask, client, join, receive, server, socket};
use udp_chat::{
    client::{self as chat, News, Show},
    room::Rules,
    server as room,
    session::Patience,
};

const MEMBERS: usize = 8;

fn number(name: &str, usual: usize) -> usize {
    let given = std::env::var(name).ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// What all members have been shown, and who has waited for it.
#[derive(Default)]
struct Heard {
    lines: Mutex<Vec<Vec<String>>>,
    news: Condvar,
}

/// One member's part of it.
struct Ear {
    heard: Arc<Heard>,
    member: usize,
}

impl Show for Ear {
    fn show(&mut self, news: &News<'_>) -> Result<(), OutputError> {
        let mut lines = self.heard.lines.lock().expect("no panic");
        lines[self.member].push(news.to_string());
        self.heard.news.notify_all();
        Ok(())
    }
}

impl Heard {
    /// Waits until every member has so many lines of this kind.
    fn wait(&self, count: usize, limit: Duration, wanted: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + limit;
        let mut lines = self.lines.lock().expect("no panic");
        loop {
            let of = |lines: &Vec<String>| lines.iter().filter(|line| wanted(line)).count();
            if lines.iter().all(|lines| of(lines) >= count) {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let so_far: Vec<usize> = lines.iter().map(of).collect();
            assert!(!left.is_zero(), "of {count}: {so_far:?}");
            lines = self.news.wait_timeout(lines, left).expect("no panic").0;
        }
    }
}

/// 30 % lost, 10 % doubled, 20 % overtaken, each way, for each of eight members:
/// everybody hears everybody, each message once and in order.
#[test]
fn eight_talk_through_a_storm() {
    let messages = number("MESSAGES", 15);
    let limit = Duration::from_secs(60);
    let stop = Stop::new();
    let listen = DatagramSocket::bind(&"127.0.0.1:0".parse().expect("an address"));
    let listen = listen.expect("bound");
    let address = listen[0].local().to_string();
    let served = thread::spawn({
        let stop = stop.clone();
        let options = room::Options {
            rules: Rules::default(),
            grace: Duration::ZERO,
        };
        move || room::run(listen, &options, &Output::to(std::io::sink()), &stop)
    });

    let heard = Arc::new(Heard::default());
    *heard.lines.lock().expect("no panic") = vec![Vec::new(); MEMBERS];
    let mut members = Vec::new();
    for member in 0..MEMBERS {
        let network = bad_network(&address, 100 * member as u64);
        let options = DatagramOptions::default();
        let to = network.to_string().parse().expect("an address");
        let sockets = DatagramSocket::open(&to, &options).expect("a socket");
        let (lines, input) = unbounded::<Line>();
        let mut ear = Ear {
            heard: Arc::clone(&heard),
            member,
        };
        let thread = thread::spawn(move || {
            let options = chat::Options {
                name: format!("m{member}"),
                patience: Patience::default(),
            };
            chat::run(&sockets, &input, &options, &mut ear, &Stop::new())
        });
        members.push((lines, thread));
    }
    // Each knows of itself when it is in, and only then is told of the others.
    heard.wait(1, limit, |line| line.starts_with("* you are"));
    let begun = Instant::now();
    for n in 0..messages {
        for (lines, _) in &members {
            lines
                .send(Ok(n.to_string().into_bytes()))
                .expect("it reads");
        }
    }
    let said = |line: &str| line.starts_with('m');
    heard.wait(messages * (MEMBERS - 1), limit, said);
    let took = begun.elapsed();
    let (lines, threads): (Vec<_>, Vec<_>) = members.into_iter().unzip();
    drop(lines);
    for thread in threads {
        thread.join().expect("no panic").expect("it ends well");
    }
    stop.trigger();
    let totals = served.join().expect("no panic").expect("it ends well");
    println!("{MEMBERS} members, {messages} messages each: {took:.1?}; {totals}");
    assert_eq!((totals.joined, totals.lost), (8, 0));
    for (member, lines) in heard.lines.lock().expect("no panic").iter().enumerate() {
        for from in (0..MEMBERS).filter(|from| *from != member) {
            let prefix = format!("m{from}: ");
            let heard = lines.iter().filter_map(|line| line.strip_prefix(&prefix));
            assert!(
                heard.eq((0..messages).map(|n| n.to_string())),
                "{member}, {from}"
            );
        }
        let own = format!("m{member}: ");
        assert!(
            !lines.iter().any(|line| line.starts_with(&own)),
            "its own words"
        );
    }
}

/// Memory of a process that is in use, in KiB.
fn memory(process: u32) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Leaves as soon as it is in.
struct Visit(Option<Sender<Line>>, Vec<String>);

impl Show for Visit {
    fn show(&mut self, news: &News<'_>) -> Result<(), OutputError> {
        self.1.push(news.to_string());
        self.0 = None;
        Ok(())
    }
}

#[test]
fn where_nobody_answers_the_next_address_of_the_name_is_tried() {
    let (deaf, server) = (socket(), server(&[]));
    let silent = deaf.local_addr().expect("bound").to_string();
    let open = |address: String| {
        let address = address.parse().expect("an address");
        DatagramSocket::open(&address, &DatagramOptions::default()).expect("a socket")
    };
    let sockets: Vec<_> = [silent, server.address()]
        .map(open)
        .into_iter()
        .flatten()
        .collect();
    let options = chat::Options {
        name: "Bo".to_owned(),
        patience: Patience::default(),
    };
    let (typed, input) = unbounded();
    let mut visit = Visit(Some(typed), Vec::new());
    let (ended, shown) = within(move || {
        let ended = chat::run(&sockets, &input, &options, &mut visit, &Stop::new());
        (ended, visit.1)
    });
    assert!(ended.is_ok(), "{ended:?}");
    assert_eq!(shown, ["* you are Bo, 1 here"]);
    assert!(deaf.recv(&mut [0; 9]).is_ok(), "it was asked first");
}

/// What comes while the server waits for the processor is still there when it
/// goes on. A socket as the system makes it keeps about 270.
#[cfg(target_os = "linux")]
#[test]
fn a_server_that_was_held_up_finds_everything_that_came_meanwhile() {
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

    let mut server = server(&[]);
    let (address, ada) = (server.address(), socket());
    join(&ada, &address, "Ada");
    let process = Pid::from_raw(server.id().cast_signed()).expect("a process");
    kill_process(process, Signal::STOP).expect("ours");
    waitid(WaitId::Pid(process), WaitIdOptions::STOPPED).expect("our child");
    for _ in 0..500 {
        ada.send_to(b"ACK 1", &address).expect("send");
    }
    kill_process(process, Signal::CONT).expect("ours");
    // It comes behind them; and two JOINs came before.
    while ask(&ada, &address, "PING") != "PONG" {}
    server.signal(checker::program::Signal::Interrupt);
    assert_eq!(server.wait(), 0);
    let served = server.stderr();
    assert!(served.ends_with("datagrams: 503\n"), "{served}");
}

#[test]
fn a_flood_of_forged_joins_leaves_nothing_behind() {
    let flood = number("FLOOD", 5000);
    let server = server(&[]);
    let address = server.address();
    let ada = socket();
    join(&ada, &address, "Ada");
    let mut bo = client(&address, "Bo", &[]);
    bo.expect_line(|line| line.starts_with("* you are"));
    assert_eq!(receive(&ada).0, "NOTE 1 joined Bo");
    ada.send_to(b"ACK 1", &address).expect("send");

    // Other addresses, as far as this machine has them, and no ear for answers.
    let forgers: Vec<UdpSocket> = (0..100u8)
        .map(|n| UdpSocket::bind(format!("127.1.{n}.1:0")).unwrap_or_else(|_| socket()))
        .collect();
    let mut before = None;
    let begun = Instant::now();
    for n in 0..flood {
        let forger = &forgers[n % forgers.len()];
        let join = match n % 3 {
            0 => format!("JOIN forged{n}"),
            1 => format!("JOIN forged{n} AAAAAAAAAAA"),
            _ => format!("JOIN Ada {:011}", n),
        };
        let _ = forger.send_to(join.as_bytes(), &address);
        if n % 100 == 99 {
            // The answer tells that what came before was read or lost: the
            // flood goes on as fast as the server reads.
            let round = 1 + n / 100;
            let said = format!("SAY {round} still here");
            let mut answer = String::new();
            while answer != format!("ACK {round}") {
                ada.set_read_timeout(Some(Duration::from_millis(200)))
                    .expect("limit");
                ada.send_to(said.as_bytes(), &address).expect("send");
                let mut buffer = [0; 2000];
                let count = ada.recv_from(&mut buffer).map_or(0, |(count, _)| count);
                answer = String::from_utf8_lossy(&buffer[..count]).into_owned();
            }
        }
        if n == flood / 10 {
            before = memory(server.id());
        }
    }
    let (took, after) = (begun.elapsed(), memory(server.id()));
    println!("{flood} forged in {took:.1?}: {before:?} KiB, then {after:?} KiB");
    if let (Some(before), Some(after)) = (before, after) {
        assert!(after < before + 512, "{before} KiB, then {after} KiB");
    }
    let last = flood / 100;
    bo.write(b"hello\n");
    ada.set_read_timeout(Some(checker::program::SOON))
        .expect("limit");
    while receive(&ada).0 != "MSG 2 Bo hello" {}
    assert_eq!(ask(&ada, &address, "QUIT"), "BYE");
    bo.expect_line(|line| line == "* Ada left");
    let heard = bo.printed().matches("Ada: still here\n").count();
    assert_eq!(heard, last, "each once");
    assert!(!bo.printed().contains("forged"));
    bo.end_input();
    assert_eq!(bo.wait(), 0);
    #[cfg(unix)]
    {
        let mut server = server;
        server.signal(checker::program::Signal::Interrupt);
        assert_eq!(server.wait(), 0);
        let served = server.stderr();
        assert!(served.contains("joined: 2, left: 2, lost: 0,"), "{served}");
    }
}
