//! Stopping, starting again, and outputs that nobody reads.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
};

use checker::program::SOON;

use crate::raw;

/// A program whose output is read by the test alone. Dropping it kills it.
struct Bare(Child);

impl Bare {
    fn start(program: &str, args: &[&str]) -> Self {
        let child = Command::new(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Bare(child.expect("the program was built"))
    }

    /// The address it listens on, and the rest of its output.
    fn address(&mut self) -> (String, BufReader<ChildStdout>) {
        let mut stdout = BufReader::new(self.0.stdout.take().expect("once"));
        let (sender, line) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            stdout.read_line(&mut line).expect("UTF-8");
            sender.send((line, stdout))
        });
        let (line, stdout) = line.recv_timeout(SOON).expect("a first line");
        let address = line.trim().strip_prefix("listening on ");
        (address.expect("an address").to_owned(), stdout)
    }

    #[cfg(unix)]
    fn terminate(&self) {
        let kill = Command::new("kill").arg(self.0.id().to_string()).status();
        assert!(kill.expect("kill(1)").success());
    }

    /// Waits for its end: exit code and errors.
    fn wait(&mut self) -> (Option<i32>, String) {
        let mut stderr = self.0.stderr.take().expect("once");
        let (sender, text) = mpsc::channel();
        thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).expect("UTF-8");
            sender.send(text)
        });
        let text = text.recv_timeout(SOON).expect("it ends");
        (self.0.wait().expect("our child").code(), text)
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_closed_output_ends_the_server_quietly() {
    let args = ["--listen", "127.0.0.1:0"];
    let mut server = Bare::start(env!("CARGO_BIN_EXE_tcp-basics-server"), &args);
    // As `| head -1` does: takes the first line and leaves.
    let (address, stdout) = server.address();
    drop(stdout);
    let _stream = raw(&address);
    assert_eq!(server.wait(), (Some(0), String::new()));
}

#[cfg(unix)]
mod signals {
    use std::{io::Write as _, time::Duration};

    use checker::program::{Program, Signal};

    use super::*;
    use crate::{client, server, talk};

    #[test]
    fn a_stop_lets_the_client_go_at_once_and_says_what_was_done() {
        for signal in [Signal::Interrupt, Signal::Terminate] {
            // A grace that no test waits for: nobody is being answered.
            let mut server = server(&["--grace", "3600"]);
            let mut client = client(&server.address(), &[]);
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
        let mut server = server(&args);
        let mut stream = raw(&server.addresses(2)[0]);
        stream.write_all(&b"?\n".repeat(1000)).unwrap();
        server.expect_line(|line| line.ends_with(": ?"));
        assert_eq!(server.signal_until_it_ends(Signal::Terminate), 143);
        assert!(!path.exists(), "the path is removed also then");
    }

    #[test]
    fn half_a_message_is_not_counted_when_the_server_stops() {
        let mut server = server(&[]);
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
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap().to_string();
            let args = [&["--connect", &address, "--framing", "length"], args].concat();
            let mut client = Bare::start(env!("CARGO_BIN_EXE_tcp-basics-client"), &args);
            let mut stdin = client.0.stdin.take().unwrap();
            // One message that no buffers on the way can hold.
            thread::spawn(move || stdin.write_all(&[vec![b'x'; 6 << 20], b"\n".to_vec()].concat()));
            let (stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(SOON)).unwrap();
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
        let mut server = Bare::start(env!("CARGO_BIN_EXE_tcp-basics-server"), &args);
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
            let server = server(args);
            let address = server.address();
            // A marker: the server closes first, and TIME-WAIT is on its side.
            assert_eq!(talk(&address, &[], "exit\n").1, 0);
            server.expect_line(|line| line.contains("left"));
            drop(server);
            let again = Program::start(
                env!("CARGO_BIN_EXE_tcp-basics-server"),
                &[&["--listen", &address], args].concat(),
            );
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
