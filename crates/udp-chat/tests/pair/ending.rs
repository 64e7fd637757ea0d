//! Stopping, and an output that nobody reads.

use std::process::{Command, Stdio};

use crate::talk::{ask, client, join, receive, server, socket};

#[test]
fn an_output_that_is_closed_ends_it_quietly() {
    let server = server(&[]);
    let address = server.address();
    let bare = socket();
    join(&bare, &address, "Ada");
    let mut bo = Command::new(env!("CARGO_BIN_EXE_udp-chat-client"))
        .args(["--connect", &address, "--name", "Bo"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert_eq!(receive(&bare).0, "NOTE 1 joined Bo");
    ask(&bare, &address, "PING");
    drop(bo.stdout.take());
    assert_eq!(ask(&bare, &address, "SAY 1 into nothing"), "ACK 1");
    let code = bo.wait().unwrap().code();
    let mut errors = String::new();
    std::io::Read::read_to_string(&mut bo.stderr.take().unwrap(), &mut errors).unwrap();
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    server.expect_line(|line| line.contains(" Bo left,"));
}

#[test]
fn a_server_that_is_gone_without_a_word_is_told_of_by_the_system() {
    let server = server(&[]);
    let address = server.address();
    let mut ada = client(&address, "Ada", &[]);
    ada.expect_line(|line| line.starts_with("* you are"));
    drop(server);
    ada.write(b"hello?\n");
    assert_eq!(ada.wait(), 1);
    let gone = format!("error: cannot reach {address}: nobody listens");
    assert!(ada.stderr().starts_with(&gone));
}

#[cfg(unix)]
mod signals {
    use std::{
        sync::mpsc::{self, RecvTimeoutError},
        thread,
        time::Duration,
    };

    use checker::program::{Signal, datagrams::fake};

    use super::*;

    #[test]
    fn both_ends_can_be_stopped() {
        let mut server = server(&[]);
        let address = server.address();
        let mut ada = client(&address, "Ada", &[]);
        ada.expect_line(|line| line.starts_with("* you are"));
        let mut bo = client(&address, "Bo", &[]);
        ada.expect_line(|line| line == "* Bo joined");
        bo.signal(Signal::Interrupt);
        assert_eq!(
            (bo.wait(), bo.stderr().as_str()),
            (0, "stopped: you have left\n")
        );
        ada.expect_line(|line| line == "* Bo left");
        server.signal(Signal::Terminate);
        assert_eq!(server.wait(), 0);
        let served = server.stderr();
        assert!(
            served.starts_with("served: joined: 2, left: 1, lost: 0, messages: 0, delivered: 2,"),
            "{served}"
        );
        assert_eq!(ada.wait(), 1);
        assert_eq!(
            ada.stderr(),
            "error: the chat is over: the server has closed the room\n"
        );
    }

    #[test]
    fn a_member_that_is_there_and_acknowledges_nothing_has_the_grace_and_no_more() {
        let mut server = server(&["--grace", "0.3"]);
        let address = server.address();
        let (ada, bo) = (socket(), socket());
        join(&ada, &address, "Ada");
        join(&bo, &address, "Bo");
        assert_eq!(receive(&ada).0, "NOTE 1 joined Bo");
        // Heard of all the time, and never told anything for good.
        let (ended, end) = mpsc::channel::<()>();
        let pinging = thread::spawn(move || {
            while end.recv_timeout(Duration::from_millis(20)) == Err(RecvTimeoutError::Timeout) {
                let _ = ada.send_to(b"PING", &address);
            }
        });
        server.signal(Signal::Terminate);
        assert_eq!(server.wait(), 0);
        drop(ended);
        pinging.join().unwrap();
        let served = server.stderr();
        assert!(served.starts_with("served: joined: 2, "), "{served}");
    }

    #[test]
    fn a_member_that_is_gone_does_not_hold_up_the_end() {
        // Longer than this test waits for anything.
        let mut server = server(&["--grace", "3600"]);
        let (address, ada, bo) = (server.address(), socket(), socket());
        join(&ada, &address, "Ada");
        join(&bo, &address, "Bo");
        assert_eq!(receive(&ada).0, "NOTE 1 joined Bo");
        // She has not acknowledged it, and nothing comes from her any more.
        server.signal(Signal::Terminate);
        assert_eq!(server.wait(), 0);
    }

    #[test]
    fn a_stop_does_not_wait_for_a_server_that_is_silent() {
        let address = fake(|socket, bytes, from| {
            let answer: &[u8] = match bytes {
                b"JOIN Bo" => b"COOKIE AbCdEfGhIjk",
                b"JOIN Bo AbCdEfGhIjk" => b"WELCOME Bo 1",
                _ => return,
            };
            socket.send_to(answer, from).unwrap();
        });
        let mut bo = client(&address, "Bo", &[]);
        bo.expect_line(|line| line == "* you are Bo, 1 here");
        bo.signal(Signal::Interrupt);
        let ended = (bo.wait(), bo.stderr());
        assert_eq!(ended, (0, "stopped: you have left\n".to_owned()));
    }
}
