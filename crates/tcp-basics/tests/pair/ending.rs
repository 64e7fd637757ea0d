//! Stopping, starting again, and outputs that nobody reads.

use std::net::TcpStream;

use checker::program::expect_end_without_reader;

use crate::PAIR;

#[test]
fn a_closed_output_ends_the_server_quietly() {
    expect_end_without_reader(PAIR.server, |address| drop(TcpStream::connect(address)));
}

#[cfg(unix)]
mod signals {
    use std::{io::Write as _, net::TcpListener, thread, time::Duration};

    use checker::program::{Bare, Program, Signal, accept};

    use super::*;
    use crate::{raw, read_to_end};

    #[test]
    fn a_stop_lets_the_client_go_at_once_and_says_what_was_done() {
        for signal in [Signal::Interrupt, Signal::Terminate] {
            // A grace that no test waits for: nobody is being answered.
            let mut server = PAIR.server(&["--grace", "3600"]);
            let mut client = PAIR.client(&server.address(), &[]);
            client.write(b"hello\n");
            client.expect_line(|line| line == "hello");
            server.signal(signal);
            assert_eq!(server.wait(), 0);
            assert_eq!(server.stderr(), "served: clients: 1, messages: 1\n");
            assert_eq!(client.wait(), 0, "nothing was due");
        }
    }

    #[test]
    fn a_second_signal_ends_at_once() {
        // Answers of 60 MB that nobody reads: the first signal waits for the grace.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let unix = format!("unix:{}", path.display());
        let reply = "x".repeat(60_000);
        let args = [
            "--listen",
            &unix,
            "--grace",
            "60",
            "--timeout",
            "60",
            "--reply",
            &reply,
        ];
        let mut server = PAIR.server(&args);
        let mut stream = raw(&server.addresses(2)[0]);
        stream.write_all(&b"?\n".repeat(1000)).unwrap();
        server.expect_line(|line| line.ends_with(": ?"));
        assert_eq!(server.signal_until_it_ends(Signal::Terminate), 143);
        assert!(!path.exists(), "the path is removed also then");
    }

    #[test]
    fn within_the_grace_an_answer_goes_out_to_its_end() {
        // 60 MB, more than the buffers on the way hold.
        let reply = "x".repeat(60_000);
        let args = ["--grace", "60", "--timeout", "60", "--reply", &reply];
        let mut server = PAIR.server(&args);
        let mut stream = raw(&server.address());
        stream.write_all(&b"?\n".repeat(1000)).unwrap();
        server.expect_line(|line| line.ends_with(": ?"));
        server.signal(Signal::Terminate);
        // Slow on purpose: longer than a process without a grace lives on.
        thread::sleep(Duration::from_millis(1200));
        let answers = read_to_end(&stream);
        assert_eq!(answers.len(), 1000 * (reply.len() + 1));
        drop(stream);
        assert_eq!(server.wait(), 0);
        assert_eq!(server.stderr(), "served: clients: 1, messages: 1000\n");
    }

    #[test]
    fn half_a_message_is_not_counted_when_the_server_stops() {
        let mut server = PAIR.server(&[]);
        let mut stream = raw(&server.address());
        stream.write_all(b"whole\nhalf").unwrap();
        server.expect_line(|line| line.ends_with(": whole"));
        server.signal(Signal::Terminate);
        assert_eq!(server.wait(), 0);
        assert_eq!(server.stderr(), "served: clients: 1, messages: 1\n");
        assert!(!server.stdout().contains("half"));
    }

    #[test]
    fn a_stop_reaches_a_client_in_a_blocked_write() {
        for args in [&["--timeout", "0"][..], &["--timeout", "0", "--send-only"]] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap().to_string();
            let args = [&["--connect", &address, "--framing", "length"], args].concat();
            let mut client = Bare::start(PAIR.client, &args);
            let mut stdin = client.input();
            // One message that no buffers on the way can hold.
            thread::spawn(move || stdin.write_all(&[vec![b'x'; 6 << 20], b"\n".to_vec()].concat()));
            let stream = accept(&listener);
            assert_eq!(stream.peek(&mut [0]).unwrap(), 1, "it has begun to write");
            client.terminate();
            let (code, errors) = client.wait();
            assert_eq!(code, Some(0), "{errors}");
            assert!(errors.starts_with("stopped: sent: "), "{errors}");
        }
    }

    #[test]
    fn a_stop_ends_a_server_whose_output_nobody_reads() {
        // Neither this grace nor the whole program's limit ends it in time.
        let args = [
            "--listen",
            "127.0.0.1:0",
            "--grace",
            "3600",
            "--reply",
            "none",
        ];
        let mut server = Bare::start(PAIR.server, &args);
        let (address, _stdout) = server.address();
        let mut stream = raw(&address);
        stream
            .set_write_timeout(Some(Duration::from_millis(300)))
            .unwrap();
        let line = [[b'x'; 60_000].as_slice(), b"\n"].concat();
        // Until it does not read any more, because it cannot print.
        while stream.write_all(&line).is_ok() {}
        server.terminate();
        assert_eq!(server.wait().0, Some(0));
    }

    #[test]
    fn an_address_can_be_listened_on_again_at_once_unless_told_otherwise() {
        let restart = |args: &[&str]| {
            let server = PAIR.server(args);
            let address = server.address();
            // A marker: the server closes first, and TIME-WAIT is on its side.
            assert_eq!(PAIR.talk(&address, &[], "exit\n").1, 0);
            server.expect_line(|line| line.contains("left"));
            drop(server);
            let again = Program::start(PAIR.server, &[&["--listen", &address], args].concat());
            again.first_words()
        };
        assert!(restart(&[]).starts_with("listening on"));
        let error = restart(&["--no-reuse"]);
        assert!(
            error.starts_with("error: cannot listen on 127.0.0.1:"),
            "{error}"
        );
        assert!(
            error.contains("address already in use (") && error.lines().count() == 1,
            "{error}"
        );
    }
}
