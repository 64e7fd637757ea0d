//! Clients that do what no client should.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    time::Duration,
};

use checker::program::{SOON, accept};

use crate::{PAIR, raw};

#[test]
fn hostile_clients_cost_only_their_own_conversation() {
    let server = PAIR.server(&["--timeout", "1", "--idle-timeout", "1"]);
    let address = server.address();
    let hostile: [(&[u8], &str); 6] = [
        (b"\xff\n", "ERR not text at byte 0"),
        (&[b'x'; 70_000], "ERR too long"),
        (b"begun", "not ended within 1 s"),
        (b"", "nothing came for 1 s"),
        (b"\x1b]0;title\x07\xc2\x9b\n", "nothing came"),
        (b"exit\nand a lot that nobody reads", "marker"),
    ];
    for (bytes, reason) in hostile {
        let mut stream = raw(&address);
        stream.write_all(bytes).unwrap();
        let left = format!("{} left: ", stream.local_addr().unwrap());
        server.expect_line(|line| line.starts_with(&left) && line.contains(reason));
        drop(stream);
        assert_eq!(PAIR.talk(&address, &[], "next\n"), ("next\n".to_owned(), 0));
    }
    assert!(server.printed().contains(": \\x1b]0;title\\x07\\x9b\n"));
    assert!(!server.printed().contains('\x1b'));
}

#[test]
fn a_client_that_resets_in_the_middle_does_not_stop_the_server() {
    let server = PAIR.server(&[]);
    let address = server.address();
    let mut stream = raw(&address);
    stream.write_all(b"half a mess").unwrap();
    server.expect_line(|line| line.ends_with("connected"));
    socket2::SockRef::from(&stream)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(stream);
    // Each system has its own words for it; none is "end of input".
    server.expect_line(|line| line.contains(" left: ") && !line.contains("end of input"));
    assert_eq!(PAIR.talk(&address, &[], "next\n").1, 0);
}

#[test]
fn a_client_that_never_reads_is_dropped_after_the_time_limit() {
    let server = PAIR.server(&["--timeout", "0.3"]);
    let address = server.address();
    let mut stream = raw(&address);
    stream.set_write_timeout(Some(SOON)).unwrap();
    let line = [[b'x'; 60_000].as_slice(), b"\n"].concat();
    // Until the server has given up: it stops reading when nobody takes its answers.
    while stream.write_all(&line).is_ok() {}
    server.expect_line(|line| line.contains("left: the peer does not read"));
    drop(stream);
    assert_eq!(PAIR.talk(&address, &[], "next\n").1, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_the_limit_and_not_the_line() {
    let server = PAIR.server(&[]);
    let address = server.address();
    PAIR.talk(&address, &[], "warm up\n");
    let before = server.peak_memory();
    for _ in 0..3 {
        let mut stream = raw(&address);
        // It stops reading after the limit, and for a second drains the rest.
        let line = vec![b'x'; 1 << 20];
        while stream.write_all(&line).is_ok() {}
    }
    let grown = server.peak_memory() - before;
    assert!(grown < 1 << 20, "{grown} bytes more after 3 endless lines");
}

#[test]
fn a_server_that_resets_or_never_reads_is_named_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut reset = PAIR.client(&address, &["--message", "one", "--message", "two"]);
    let mut stream = accept(&listener);
    // Or it may not know yet that it is connected.
    stream.read_exact(&mut [0; 4]).unwrap();
    socket2::SockRef::from(&stream)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(stream);
    assert_eq!(reset.wait(), 1);
    let error = reset.stderr();
    assert!(
        error.starts_with("error: the connection is lost: "),
        "{error}"
    );

    let big = "x".repeat(60_000);
    let args = ["--send-only", "--timeout", "0.3"];
    let mut unread = PAIR.client(&address, &args);
    let _stream = accept(&listener);
    // Returns when the client has given up.
    unread.write(format!("{big}\n").repeat(300).as_bytes());
    assert_eq!(unread.wait(), 1);
    let error = unread.stderr();
    assert!(error.starts_with("error: cannot send line "), "{error}");
    assert!(error.contains("does not read"), "{error}");
}
