//! A proxy with a server behind it, and what the tests ask of both.

use std::io::{self, ErrorKind, Read};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use checker::proxy::stream::{Direction, Event, Faults, Plan, Proxy, What};
use crossbeam_channel::{Receiver, bounded, unbounded};
use socket2::SockRef;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A proxy in front of a listener whose one connection `serve` handles.
pub(crate) struct Rig<T> {
    pub(crate) proxy: Proxy,
    pub(crate) events: Receiver<Event>,
    pub(crate) server: JoinHandle<T>,
}

impl<T: Send + 'static> Rig<T> {
    pub(crate) fn new(plan: Plan, serve: impl FnOnce(TcpStream) -> T + Send + 'static) -> Rig<T> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let upstream = listener.local_addr().unwrap();
        let server = thread::spawn(move || serve(accept(&listener)));
        let (sender, events) = unbounded();
        let proxy = Proxy::start(any_port(), upstream, plan, sender).unwrap();
        Rig {
            proxy,
            events,
            server,
        }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        patient(TcpStream::connect(self.proxy.local_addr()).unwrap())
    }

    /// What the server returned and all events up to the end of the connection.
    pub(crate) fn finish(self) -> (T, Vec<Event>) {
        let result = self.server.join().unwrap();
        let mut events = Vec::new();
        while !matches!(
            events.last(),
            Some(Event {
                what: What::Closed,
                ..
            })
        ) {
            events.push(self.events.recv_timeout(PATIENCE).unwrap());
        }
        self.proxy.stop();
        (result, events)
    }
}

pub(crate) fn any_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// Waits for a connection: an accept by itself would do so for ever.
pub(crate) fn accept(listener: &TcpListener) -> TcpStream {
    let listener = listener.try_clone().unwrap();
    let (done, accepted) = bounded(1);
    thread::spawn(move || done.send(listener.accept()));
    let (socket, _) = accepted.recv_timeout(PATIENCE).unwrap().unwrap();
    patient(socket)
}

/// A socket whose every wait ends.
pub(crate) fn patient(socket: TcpStream) -> TcpStream {
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.set_write_timeout(Some(PATIENCE)).unwrap();
    socket.set_nodelay(true).unwrap();
    socket
}

pub(crate) fn to_server(faults: Faults) -> Plan {
    Plan {
        to_server: faults,
        ..Plan::default()
    }
}

pub(crate) fn echo(mut socket: TcpStream) {
    io::copy(&mut socket.try_clone().unwrap(), &mut socket).unwrap();
    socket.shutdown(Shutdown::Write).unwrap();
}

pub(crate) fn read_all(mut socket: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).unwrap();
    bytes
}

/// Bytes until the end or a reset, and which of the two it was.
pub(crate) fn read_until_reset(mut socket: TcpStream) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    match socket.read_to_end(&mut bytes) {
        Ok(_) => (bytes, false),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
            (bytes, true)
        }
    }
}

pub(crate) fn reset(socket: TcpStream) {
    SockRef::from(&socket)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(socket);
}

/// The writes of one direction, with their times.
pub(crate) fn writes(events: &[Event], wanted: Direction) -> Vec<(Duration, Vec<u8>)> {
    let write = |event: &Event| match &event.what {
        What::Data { direction, bytes } if *direction == wanted => Some((event.at, bytes.clone())),
        _ => None,
    };
    events.iter().filter_map(write).collect()
}

pub(crate) fn bytes(events: &[Event], direction: Direction) -> Vec<u8> {
    let all = writes(events, direction).into_iter();
    all.flat_map(|(_, bytes)| bytes).collect()
}

pub(crate) fn has(events: &[Event], what: &What) -> bool {
    events.iter().any(|event| event.what == *what)
}

pub(crate) fn notes(events: &[Event]) -> Vec<&str> {
    let mut texts = Vec::new();
    for event in events {
        if let What::Fault { text, .. } = &event.what {
            texts.push(text.as_str());
        }
    }
    texts
}

/// Proves that `start`, of an address to listen at and one to pass on to, refuses a
/// proxy that would talk to itself.
pub(crate) fn never_its_own(start: impl Fn(SocketAddr, SocketAddr) -> io::Result<()>) {
    // Refused before it is bound.
    let address = (Ipv4Addr::LOCALHOST, 9003).into();
    let everywhere = (Ipv4Addr::UNSPECIFIED, 9003).into();
    for (listen, upstream) in [
        (address, address),
        (everywhere, address),
        (address, everywhere),
    ] {
        let error = start(listen, upstream).unwrap_err();
        assert!(error.to_string().contains("itself"), "{error}");
    }
}
