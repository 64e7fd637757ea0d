//! `proxy tcp` between real sockets.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Stdio;
use std::thread;

use crate::student::Student;
use rustix::process::{Pid, Signal, kill_process};

#[test]
fn what_passes_is_shown_cut_and_summed_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = listener.local_addr().unwrap().to_string();
    let upstream = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        stream.write_all(b"\x1b[2Jok\n").unwrap();
        all
    });
    let student = Student::new();
    let mut child = student
        .course(&[
            "proxy",
            "tcp",
            "--listen",
            "127.0.0.1:0",
            "--connect",
            &server,
        ])
        .args(["--split", "4", "--direction", "to-server"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let address = first.strip_prefix("listening on ").unwrap();

    let mut client = TcpStream::connect(address).unwrap();
    client.write_all("hi 你好\n".as_bytes()).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, b"\x1b[2Jok\n");
    assert_eq!(upstream.join().unwrap(), "hi 你好\n".as_bytes());

    // Only when it has said that the connection is over has it seen everything.
    let mut log = String::new();
    for line in lines.by_ref() {
        let line = line.unwrap();
        log.push_str(&line);
        log.push('\n');
        if line.ends_with("#1  closed") {
            break;
        }
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let last = lines.last().unwrap().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
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
