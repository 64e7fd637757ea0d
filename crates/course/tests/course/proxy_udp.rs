//! `proxy udp` between real sockets.

use std::net::UdpSocket;

use checker::program::{SOON, Signal};

use crate::student::Student;

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(SOON)).unwrap();
    socket
}

#[test]
fn what_passes_is_shown_what_is_lost_is_told_and_all_is_summed_up() {
    let server = socket();
    let upstream = server.local_addr().unwrap().to_string();
    let student = Student::new();
    let mut proxy = student.start(&[
        "proxy",
        "udp",
        "--listen",
        "127.0.0.1:0",
        "--connect",
        &upstream,
        "--drop",
        "1",
        "--corrupt",
        "2",
        "--seed",
        "7",
        "--direction",
        "to-server",
    ]);
    let address = proxy.address();
    proxy.expect_line(|line| line == "seed 7");

    let client = socket();
    client.connect(address).unwrap();
    client.send(b"lost").unwrap();
    client.send(b"abcd").unwrap();
    let mut buffer = [0; 100];
    let (count, from) = server.recv_from(&mut buffer).unwrap();
    assert!(
        count == 4 && &buffer[..4] != b"abcd",
        "{:?}",
        &buffer[..count]
    );
    server.send_to(b"\x1b[2Jok", from).unwrap();
    assert_eq!(client.recv(&mut buffer).unwrap(), 6);

    proxy.expect_line(|line| line.contains("\\x1b[2Jok"));
    proxy.signal(Signal::Interrupt);
    assert_eq!(proxy.wait(), 0);
    let log = proxy.stdout();
    let last: Vec<&str> = log.lines().rev().take(3).collect();
    for line in [
        "→ server 1  4 bytes",
        "to server 1: dropped",
        "to server 2: one bit changed",
    ] {
        assert!(log.contains(line), "{line}: {log}");
    }
    assert!(!log.contains('\x1b'), "{log}");
    assert!(last[2].starts_with("1 client in "), "{last:?}");
    assert_eq!(
        last[..2],
        ["to client: 1", "to server: 2, 1 dropped, 1 damaged"]
    );
}

#[test]
fn an_address_in_use_and_a_wrong_fault_are_one_line() {
    let taken = socket();
    let address = taken.local_addr().unwrap().to_string();
    let student = Student::new();
    let args = [
        "proxy",
        "udp",
        "--listen",
        &address,
        "--connect",
        "127.0.0.1:1",
    ];
    let ran = student.run(&args).code(1);
    assert!(ran.error().contains("Next: another port"), "{}", ran.stderr);
    for (wrong, why) in [
        ("1;3", "nor a list"),
        ("120%", "between 0% and 100%"),
        ("0,1", "count from 1"),
    ] {
        let args = [
            "proxy",
            "udp",
            "--listen",
            "127.0.0.1:0",
            "--connect",
            "127.0.0.1:1",
            "--drop",
            wrong,
        ];
        let ran = student.run(&args).code(2);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
    }
}
