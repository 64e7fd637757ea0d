//! `proxy tcp` between real sockets.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use checker::program::{SOON, Signal};

use crate::student::Student;

#[test]
fn what_passes_is_shown_cut_and_summed_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = listener.local_addr().unwrap().to_string();
    let upstream = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        stream.write_all(b"\x1b[2Jok\n").unwrap();
        all
    });
    let student = Student::new();
    let mut proxy = student.start(&[
        "proxy",
        "tcp",
        "--listen",
        "127.0.0.1:0",
        "--connect",
        &server,
        "--split",
        "4",
        "--direction",
        "to-server",
    ]);
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    client.set_read_timeout(Some(SOON)).unwrap();
    client.write_all("hi 你好\n".as_bytes()).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, b"\x1b[2Jok\n");
    assert_eq!(upstream.join().unwrap(), "hi 你好\n".as_bytes());

    // Only when it has said that the connection is over has it seen everything.
    proxy.expect_line(|line| line.ends_with("#1  closed"));
    proxy.signal(Signal::Interrupt);
    assert_eq!(proxy.wait(), 0);
    let log = proxy.stdout();
    let last = log.lines().last().unwrap();
    assert!(log.contains("68 69 20 e4"), "cut after 4 bytes: {log}");
    assert!(log.contains("\\x1b[2Jok⏎"), "whole and escaped: {log}");
    assert!(!log.contains('\x1b'), "{log}");
    assert!(last.starts_with("1 connection in "), "{last}");
    assert!(
        last.ends_with("10 bytes to server, 7 bytes to client"),
        "{last}"
    );
}

#[test]
fn an_address_in_use_is_exit_code_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let student = Student::new();
    let args = [
        "proxy",
        "tcp",
        "--listen",
        &address,
        "--connect",
        "127.0.0.1:1",
    ];
    let ran = student.run(&args).code(1);
    assert!(ran.error().contains("Next: another port"), "{}", ran.stderr);
}
