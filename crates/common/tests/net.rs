//! Listening, accepting, connecting and stopping, over real sockets.

use std::{
    io,
    net::Shutdown,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use common::{
    address::Address,
    messages::{ConversationError, MessageReader, MessageWriter, Settings},
    net::{
        Acceptor, ConnectError, ConnectOptions, ListenOptions, Listener, Stream, StreamOptions,
        connect, listen,
    },
    stop::Stop,
};

const SOON: Duration = Duration::from_secs(10);

fn listen_on(address: &str) -> Listener {
    let address = address.parse().expect("an address");
    let mut listeners = listen(&address, ListenOptions::default()).expect("listen");
    listeners.remove(0)
}

fn address_of(listener: &Listener) -> Address {
    listener
        .endpoint()
        .to_string()
        .parse()
        .expect("endpoints are addresses")
}

fn connect_to(address: &Address) -> Result<Stream, ConnectError> {
    connect_from(None, address)
}

fn connect_from(bind: Option<&Address>, address: &Address) -> Result<Stream, ConnectError> {
    let options = ConnectOptions {
        bind: bind.cloned(),
        timeout: Some(SOON),
    };
    connect(address, &options, &Stop::new())
}

/// Both ends of a connection.
fn pair(listener: Listener) -> (Stream, Stream) {
    let address = address_of(&listener);
    let mut acceptor = Acceptor::new(vec![listener], &Stop::new()).expect("acceptor");
    let client = connect_to(&address).expect("connect");
    (
        client,
        acceptor.accept(|error| panic!("{error}")).expect("accept"),
    )
}

fn tcp_pair() -> (Stream, Stream) {
    pair(listen_on("127.0.0.1:0"))
}

fn reader(stream: Stream, idle: Duration, timeout: Duration) -> MessageReader {
    let settings = Settings {
        timeout: Some(timeout),
        ..Settings::default()
    };
    MessageReader::new(Arc::new(stream), &settings, Some(idle))
}

#[test]
fn every_family_carries_bytes_and_half_closes() {
    let folder = tempfile::tempdir().unwrap();
    let unix = format!("unix:{}", folder.path().join("s").display());
    let mut addresses = vec!["127.0.0.1:0", "localhost:0"];
    if std::net::TcpListener::bind("[::1]:0").is_ok() {
        addresses.push("[::1]:0");
    }
    if cfg!(unix) {
        addresses.push(&unix);
    }
    for address in addresses {
        let (client, server) = pair(listen_on(address));
        client.write_all(b"ping").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let mut buffer = [0; 10];
        assert_eq!(server.read(&mut buffer).unwrap(), 4, "{address}");
        assert_eq!(server.read(&mut buffer).unwrap(), 0);
        server.write_all(b"pong").unwrap();
        assert_eq!(client.read(&mut buffer).unwrap(), 4);
        assert_eq!(&buffer[..4], b"pong");
        assert!(server.peer().is_local());
    }
}

#[cfg(unix)]
#[test]
fn a_unix_path_is_replaced_only_when_abandoned_and_removed_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let address: Address = format!("unix:{}", path.display()).parse().unwrap();
    let in_use = |address: &Address| {
        let error = listen(address, ListenOptions::default()).unwrap_err();
        error.kind() == io::ErrorKind::AddrInUse
    };

    // Left behind by a server that was killed: std does not remove the path.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let listener = listen(&address, ListenOptions::default()).unwrap();
    assert!(in_use(&address), "somebody answers");
    drop(listener);
    assert!(!path.exists());

    std::fs::write(&path, "a file of the user").unwrap();
    let file = listen(&address, ListenOptions::default()).unwrap_err();
    assert_eq!(file.kind(), io::ErrorKind::AlreadyExists, "{file}");
    assert!(path.exists());
}

#[cfg(unix)]
#[test]
fn the_path_of_a_client_is_removed_too_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let unix = |name: &str| -> Address {
        let path = folder.path().join(name);
        format!("unix:{}", path.display()).parse().unwrap()
    };
    let own = unix("own");
    let _listener = listen(&unix("s"), ListenOptions::default()).unwrap();
    let stream = connect_from(Some(&own), &unix("s")).unwrap();
    assert!(folder.path().join("own").exists());
    let taken = connect_from(Some(&own), &unix("s")).unwrap_err();
    assert!(matches!(taken, ConnectError::Bind(error) if error.kind() == io::ErrorKind::AddrInUse));
    drop(stream);
    assert!(!folder.path().join("own").exists());
    connect_from(Some(&own), &unix("nobody")).unwrap_err();
    assert!(!folder.path().join("own").exists());
}

#[test]
fn an_own_address_of_another_family_is_told_apart() {
    let listener = listen_on("127.0.0.1:0");
    let own = "[::1]:0".parse().unwrap();
    let error = connect_from(Some(&own), &address_of(&listener)).unwrap_err();
    assert!(matches!(error, ConnectError::Family), "{error}");
}

#[test]
fn a_busy_listener_does_not_starve_the_others() {
    let listeners: Vec<Listener> = (0..2).map(|_| listen_on("127.0.0.1:0")).collect();
    let addresses: Vec<Address> = listeners.iter().map(address_of).collect();
    let mut acceptor = Acceptor::new(listeners, &Stop::new()).unwrap();
    let clients = [0, 0, 0, 1, 1].map(|at: usize| connect_to(&addresses[at]).unwrap());
    let served = clients.each_ref().map(|_| {
        let stream = acceptor.accept(|error| panic!("{error}")).unwrap();
        let local = stream.local().unwrap().to_string();
        usize::from(local != addresses[0].to_string())
    });
    assert_eq!(served, [0, 1, 0, 1, 0]);
}

#[test]
fn two_families_on_one_port_are_two_listeners() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        eprintln!("no IPv6 loopback here");
        return;
    }
    // Somebody else may have the port for IPv4: then another one. Were it [::]
    // that takes IPv4, none would do.
    let both = (0..20).any(|_| {
        let v6 = listen_on("[::]:0");
        let v4 = v6.endpoint().to_string();
        let v4 = v4.replace("[::]", "0.0.0.0").parse().unwrap();
        listen(&v4, ListenOptions::default()).is_ok()
    });
    assert!(both, "[::] must not take IPv4");
}

#[test]
fn names_try_every_address_and_failures_are_told() {
    let listener = listen_on("127.0.0.1:0");
    let port = address_of(&listener)
        .to_string()
        .rsplit_once(':')
        .unwrap()
        .1
        .to_owned();
    // localhost is [::1] first on many systems, where nobody listens.
    let stream = connect_to(&format!("localhost:{port}").parse().unwrap()).unwrap();
    assert!(stream.peer().to_string().starts_with("127.0.0.1"));
    drop(listener);
    let refused = connect_to(&format!("127.0.0.1:{port}").parse().unwrap()).unwrap_err();
    assert!(
        matches!(&refused, ConnectError::Connect(error) if error.kind() == io::ErrorKind::ConnectionRefused),
        "{refused:?}"
    );
}

#[test]
fn stop_wakes_an_acceptor_before_and_while_it_waits() {
    let stop = Stop::new();
    let mut acceptor = Acceptor::new(vec![listen_on("127.0.0.1:0")], &stop).unwrap();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| acceptor.accept(|error| panic!("{error}")).is_none());
        stop.trigger();
        assert!(waiting.join().unwrap());
    });
    assert!(acceptor.accept(|error| panic!("{error}")).is_none());
}

#[test]
fn stop_ends_a_read_and_leaves_the_answer_time_to_go_out() {
    let (client, server) = tcp_pair();
    let server = Arc::new(server);
    let stop = Stop::new();
    let _wake = server.end_on(&stop, SOON);
    thread::scope(|scope| {
        let reading = scope.spawn(|| server.read(&mut [0; 10]));
        stop.trigger();
        assert_eq!(reading.join().unwrap().unwrap(), 0);
    });
    server.write_all(b"last").unwrap();
    assert_eq!(client.read(&mut [0; 10]).unwrap(), 4);
}

#[test]
fn stop_ends_a_write_when_the_grace_is_over() {
    let (client, server) = tcp_pair();
    let server = Arc::new(server);
    let stop = Stop::new();
    let _wake = server.end_on(&stop, Duration::from_millis(1));
    thread::scope(|scope| {
        // Nobody reads: the write blocks once all buffers are full.
        let writing = scope.spawn(|| server.write_all(&vec![0; 256 << 20]));
        stop.trigger();
        assert!(writing.join().unwrap().is_err());
    });
    drop(client);
}

#[test]
fn half_a_message_is_none_when_reading_was_ended_here() {
    for cut in [true, false] {
        let (client, server) = tcp_pair();
        client.write_all(b"whole\nhalf").unwrap();
        let server = Arc::new(server);
        let mut reader = MessageReader::new(server.clone(), &Settings::default(), Some(SOON));
        while reader.take().unwrap().is_none() {
            assert!(reader.fill().unwrap());
        }
        if cut {
            server.shutdown(Shutdown::Read).unwrap();
        } else {
            client.shutdown(Shutdown::Write).unwrap();
        }
        let end = loop {
            match reader.fill() {
                Ok(true) => {}
                end => break end,
            }
        };
        match cut {
            true => assert!(matches!(end, Err(ConversationError::Cut)), "{end:?}"),
            false => assert!(!end.unwrap()),
        }
        let last = (!cut).then_some(&b"half"[..]);
        assert_eq!(reader.take().unwrap(), last);
    }
}

#[test]
fn a_peer_that_reads_a_little_does_not_get_the_whole_limit_anew() {
    let (client, mut server) = tcp_pair();
    let limit = Duration::from_millis(200);
    server
        .configure(StreamOptions {
            write_limit: Some(limit),
            ..StreamOptions::default()
        })
        .unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            // Until the writer gives up and closes.
            let mut buffer = vec![0; 4096];
            while client.read(&mut buffer).is_ok_and(|count| count > 0) {
                // The pace is what is tested: without it a quiet machine passes a
                // gibibyte with next to no waiting, and waiting is what is limited.
                thread::sleep(Duration::from_millis(1));
            }
        });
        // Closed here also if the test fails: the reader would wait for ever.
        let server = server;
        let begun = Instant::now();
        let result = server.write_all(&vec![0; 1 << 30]);
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() >= limit);
    });
}

#[test]
fn idle_and_unfinished_are_two_limits() {
    let (client, server) = tcp_pair();
    let limits = (Duration::from_millis(20), SOON);
    let mut idle = reader(server, limits.0, limits.1);
    assert!(matches!(idle.fill(), Err(ConversationError::Idle(_))));

    let limits = (SOON, Duration::from_millis(20));
    let (client2, server) = tcp_pair();
    let mut unfinished = reader(server, limits.0, limits.1);
    client2.write_all(b"begun and").unwrap();
    assert!(unfinished.fill().unwrap());
    assert!(unfinished.take().unwrap().is_none());
    assert!(matches!(
        unfinished.fill(),
        Err(ConversationError::Unfinished(_))
    ));
    drop((client, client2));
}

#[test]
fn a_trickle_does_not_extend_the_message_limit() {
    let (client, server) = tcp_pair();
    let message = Duration::from_millis(100);
    let mut reader = reader(server, SOON, message);
    let result = thread::scope(|scope| {
        // A byte each time the reader has taken one, until it closes.
        let (taken, next) = std::sync::mpsc::channel();
        scope.spawn(
            move || {
                while client.write_all(b"x").is_ok() && next.recv().is_ok() {}
            },
        );
        let result = loop {
            match reader.fill() {
                Ok(true) => assert!(reader.take().unwrap().is_none()),
                other => break other,
            }
            let _ = taken.send(());
        };
        drop(taken); // ends the client, which the scope waits for
        result
    });
    assert!(matches!(result, Err(ConversationError::Unfinished(limit)) if limit == message));
}

#[test]
fn a_peer_that_never_pauses_gets_the_limit_anew_with_each_message() {
    let (client, server) = tcp_pair();
    let message = Duration::from_millis(100);
    let mut reader = reader(server, SOON, message);
    let begun = Instant::now();
    // The beginning of the next message is always here already.
    while begun.elapsed() < 3 * message {
        client.write_all(b"end\nbegin").unwrap();
        while reader.take().unwrap().is_none() {
            assert!(reader.fill().unwrap());
        }
    }
}

#[test]
fn finish_drains_what_is_unread_so_that_answers_are_not_reset_away() {
    let (client, server) = tcp_pair();
    client.write_all(&[b'x'; 10_000]).unwrap();
    let mut buffer = [0; 100];
    server.read(&mut buffer).unwrap();
    server.write_all(b"the last answer").unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            server.finish(SOON);
            drop(server);
        });
        assert_eq!(client.read(&mut buffer).unwrap(), 15);
        assert_eq!(client.read(&mut buffer).unwrap(), 0);
        client.shutdown(Shutdown::Write).unwrap();
    });
}

#[test]
fn what_could_not_be_written_is_not_written_again() {
    let (client, mut server) = tcp_pair();
    let write_limit = Some(Duration::from_millis(50));
    server
        .configure(StreamOptions {
            write_limit,
            ..StreamOptions::default()
        })
        .unwrap();
    let mut writer = MessageWriter::new(Arc::new(server), &Settings::default());
    let failed = loop {
        if let Err(error) = writer.put(&[b'x'; 60_000]) {
            break error;
        }
    };
    assert!(
        matches!(failed, ConversationError::Io(error) if error.kind() == io::ErrorKind::TimedOut)
    );
    writer.flush().unwrap();
    drop(client);
}

#[test]
fn messages_put_together_leave_together() {
    let (client, server) = tcp_pair();
    let mut writer = MessageWriter::new(Arc::new(server), &Settings::default());
    writer.put(b"one").unwrap();
    writer.put(b"two").unwrap();
    writer.flush().unwrap();
    drop(writer);
    let mut reader = reader(client, SOON, SOON);
    assert!(reader.fill().unwrap());
    assert_eq!(reader.take().unwrap(), Some(&b"one"[..]));
    assert_eq!(reader.take().unwrap(), Some(&b"two"[..]));
    assert!(!reader.fill().unwrap());
}
