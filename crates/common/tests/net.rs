//! Listening, accepting, connecting and stopping, over real sockets.

#[path = "net/messages.rs"]
mod messages;
mod soon;
#[path = "net/stream.rs"]
mod stream;

use std::{io, net::Shutdown};

use common::{
    address::Address,
    net::{
        Acceptor, ConnectError, ConnectOptions, ListenOptions, Listener, Stream, connect, listen,
    },
    stop::Stop,
};
use soon::{SOON, begin};

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

/// Both ends of a connection, with a time limit on every read.
fn pair(listener: Listener) -> (Stream, Stream) {
    let address = address_of(&listener);
    let mut acceptor = Acceptor::new(vec![listener], &Stop::new()).expect("acceptor");
    let client = connect_to(&address).expect("connect");
    let server = acceptor.accept(|error| panic!("{error}")).expect("accept");
    for stream in [&client, &server] {
        stream.set_read_limit(Some(SOON)).expect("limit");
    }
    (client, server)
}

fn tcp_pair() -> (Stream, Stream) {
    pair(listen_on("127.0.0.1:0"))
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

#[cfg(target_os = "linux")]
#[test]
fn a_unix_server_too_busy_to_accept_is_no_leftover() {
    use socket2::{Domain, SockAddr, Socket, Type};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let busy = SockAddr::unix(&path).unwrap();
    let socket = || Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    let (server, waiting) = (socket(), socket());
    server.bind(&busy).unwrap();
    server.listen(0).unwrap();
    // The backlog has one place. Whoever comes now and can wait does.
    waiting.connect(&busy).unwrap();
    let address: Address = format!("unix:{}", path.display()).parse().unwrap();
    let refused = begin(move || listen(&address, ListenOptions::default()).map(drop)).end();
    assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::AddrInUse);
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
    let waiting = begin(move || {
        let first = acceptor.accept(|error| panic!("{error}"));
        (first.is_none(), acceptor)
    });
    stop.trigger();
    let (ended, mut acceptor) = waiting.end();
    assert!(ended);
    assert!(begin(move || acceptor.accept(|error| panic!("{error}")).is_none()).end());
}
