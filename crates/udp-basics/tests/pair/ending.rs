//! Stopping, and outputs that nobody reads.

use checker::program::{Bare, Program};

use crate::{
    exchange,
    talk::{PAIR, receive, socket},
};

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

#[test]
fn a_closed_output_ends_the_server_quietly() {
    let mut server = Bare::start(PAIR.server, &["--listen", "127.0.0.1:0"]);
    // As `| head -1` does: takes the first line and leaves.
    let (address, stdout) = server.address();
    drop(stdout);
    socket().send_to(b"x", address).unwrap();
    assert_eq!(server.wait(), (Some(0), String::new()));
}
