//! Stopping, and an output that nobody reads.

#[cfg(unix)]
use checker::program::{
    Program,
    datagrams::{exchange, receive},
};
use checker::program::{datagrams::socket, expect_end_without_reader};

use crate::talk::PAIR;

#[cfg(unix)]
#[test]
fn a_stop_reaches_a_server_that_waits_and_a_client_that_waits() {
    use checker::program::Signal;

    for signal in [Signal::Interrupt, Signal::Terminate] {
        let args = ["--listen", "127.0.0.1:0", "--listen", "0.0.0.0:0"];
        let mut server = Program::start(PAIR.server, &args);
        let address = server.addresses(2).remove(0);
        assert_eq!(exchange(&socket(), &address, b"hello"), b"hello");

        // Between two questions, and with a question that nobody answers.
        let mut waiting = PAIR.client(&address, &["--format", "now", "--interval", "1000"]);
        waiting.expect_line(|line| line == "now");
        let mut samples = PAIR.client(&address, &["--sntp", "--interval", "1000"]);
        samples.expect_line(|line| line.starts_with("1: offset"));
        let silent = socket();
        let silent_address = silent.local_addr().unwrap().to_string();
        let mut asking = PAIR.client(&silent_address, &["--wait", "1000", "--timeout", "0"]);
        receive(&silent);
        for (client, answered) in [(&mut waiting, 1), (&mut samples, 1), (&mut asking, 0)] {
            client.signal(signal);
            assert_eq!(client.wait(), 0);
            let told = format!("stopped: questions: 1, answered: {answered},");
            assert!(client.stderr().starts_with(&told), "{}", client.stderr());
        }
        assert!(
            samples.stdout().contains("\nbest of 1: "),
            "{}",
            samples.stdout()
        );

        server.signal(signal);
        assert_eq!(server.wait(), 0);
        let totals = "served: text: 2, SNTP: 1, too often: 0, answers not delivered: 0\n";
        assert!(server.stderr().ends_with(totals), "{}", server.stderr());
        // At once, and without SO_REUSEADDR: there is nothing to wait for.
        let again = Program::start(PAIR.server, &["--listen", &address]);
        assert_eq!(again.address(), address);
    }
}

#[test]
fn a_closed_output_ends_the_server_quietly() {
    let client = socket();
    expect_end_without_reader(PAIR.server, move |address| {
        client.send_to(b"x", address).expect("send");
    });
}
