//! Stopping, and outputs that nobody reads.

#[cfg(unix)]
use checker::program::datagrams::{exchange, receive};
use checker::program::{Program, begin, datagrams::socket, expect_end_without_reader};
use common::{net::DatagramSocket, output::Output, stop::Stop, text::TextCodec};
use udp_basics::server::{self, Options, Reply};

use crate::talk::PAIR;

#[cfg(unix)]
pub(crate) fn stop(server: &mut Program) {
    server.signal(checker::program::Signal::Terminate);
    assert_eq!(server.wait(), 0);
}

#[cfg(not(unix))]
pub(crate) fn stop(_: &mut Program) {}

#[cfg(unix)]
#[test]
fn a_stop_reaches_a_server_that_waits_and_a_client_that_waits() {
    use checker::program::Signal;

    for signal in [Signal::Interrupt, Signal::Terminate] {
        let mut server = Program::start(
            PAIR.server,
            &["--listen", "127.0.0.1:0", "--listen", "0.0.0.0:0"],
        );
        let address = server.addresses(2).remove(0);
        assert_eq!(exchange(&socket(), &address, b"hello"), b"hello");
        server.signal(signal);
        assert_eq!(server.wait(), 0);
        let totals = "served: datagrams: 1, bytes: 5, too large: 0, answers not delivered: 0\n";
        assert!(server.stderr().ends_with(totals), "{}", server.stderr());
        // At once, and without SO_REUSEADDR: there is nothing to wait for.
        let again = Program::start(PAIR.server, &["--listen", &address]);
        assert_eq!(again.address(), address);

        let silent = socket();
        let mut client = PAIR.client(
            &silent.local_addr().unwrap().to_string(),
            &["--message", "x", "--wait", "1000"],
        );
        receive(&silent);
        client.signal(signal);
        assert_eq!(client.wait(), 0);
        assert!(
            client
                .stderr()
                .starts_with("stopped: requests: 1, answered: 0")
        );
    }
}

#[cfg(unix)]
#[test]
fn the_alarm_is_nobodys_datagram() {
    // Only Linux has a broadcast address on the loopback interface. Nobody can
    // send there unasked, not even an alarm to oneself.
    let everybody = ["127.255.255.255:0"];
    let broadcast = if cfg!(target_os = "linux") {
        &everybody[..]
    } else {
        &[]
    };
    for address in ["127.0.0.1:0", "0.0.0.0:0"].iter().chain(broadcast) {
        let mut server = Program::start(PAIR.server, &["--wire", "--listen", address]);
        server.addresses(1);
        stop(&mut server);
        let totals = "served: datagrams: 0, bytes: 0, too large: 0, answers not delivered: 0\n";
        // Perhaps with the warning that other machines can reach it.
        assert!(
            server.stderr().ends_with(totals),
            "{address}: {}",
            server.stderr()
        );
        assert!(!server.stderr().contains(" from "), "{}", server.stderr());
    }
}

/// A mistake of our own.
struct Faulty;

impl std::io::Write for Faulty {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        panic!("as expected")
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_mistake_of_our_own_ends_the_other_sockets_too_and_is_told() {
    let address = "127.0.0.1:0".parse().unwrap();
    let sockets: Vec<DatagramSocket> = (0..2)
        .flat_map(|_| DatagramSocket::bind(&address).unwrap())
        .collect();
    let first = sockets[0].local().to_string();
    let options = Options {
        reply: Reply::Echo,
        once: false,
        buffer: 100,
        codec: TextCodec::default(),
    };
    let serving = begin(move || {
        server::run(&sockets, &options, &Output::to(Faulty), &Stop::new())
            .unwrap_err()
            .to_string()
    });
    socket().send_to(b"x", first).unwrap();
    assert_eq!(serving.end(), "cannot serve: an internal error");
}

#[test]
fn a_closed_output_ends_the_server_quietly() {
    let client = socket();
    expect_end_without_reader(PAIR.server, move |address| {
        client.send_to(b"x", address).expect("send");
    });
}
