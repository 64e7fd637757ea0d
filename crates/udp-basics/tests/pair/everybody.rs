//! One question to many: multicast and broadcast.

use std::net::UdpSocket;

use checker::program::Program;

use crate::{
    ending::stop,
    talk::{PAIR, talk},
};

#[test]
fn a_group_is_asked_and_every_member_listed() {
    if let Err(error) = multicast_on_loopback() {
        eprintln!("skipped: no multicast on the loopback interface here: {error}");
        return;
    }
    let group = "239.192.0.3";
    let mut server = PAIR.server(&["--multicast", group]);
    let sockets = if cfg!(windows) { 1 } else { 2 };
    let own = server.addresses(sockets).remove(0);
    let port = own.rsplit_once(':').unwrap().1;
    let args = [
        "--bind",
        "127.0.0.1:0",
        "--message",
        "who is there?",
        "--wait",
        "1",
    ];
    let (printed, errors, code) = talk(&format!("{group}:{port}"), &args, "");
    assert_eq!(
        (printed, code),
        (format!("127.0.0.1:{port}: who is there?\n"), 0),
        "{errors}"
    );
    // Its own address still works, and a stop reaches both sockets.
    assert_eq!(talk(&own, &["--wait", "10"], "hi\n").0, "hi\n");
    // Only Linux has all of 127.0.0.0/8 for its own.
    if cfg!(target_os = "linux") {
        let other = format!("127.0.0.2:{port}");
        let member = ["--listen", &other, "--multicast", group];
        let member = Program::start(PAIR.server, &member);
        member.addresses(2);
        let (printed, errors, code) = talk(&format!("{group}:{port}"), &args, "");
        let mut lines: Vec<&str> = printed.lines().collect();
        lines.sort_unstable();
        let expected = [own, other].map(|address| format!("{address}: who is there?"));
        assert_eq!(
            (lines, code),
            (expected.each_ref().map(String::as_str).to_vec(), 0),
            "{errors}"
        );
    }
    stop(&mut server);
}

/// What the test above needs, without our programs.
fn multicast_on_loopback() -> std::io::Result<()> {
    let (group, interface) = ([239, 192, 0, 4].into(), [127, 0, 0, 1].into());
    let member = UdpSocket::bind("0.0.0.0:0")?;
    member.join_multicast_v4(&group, &interface)?;
    member.set_read_timeout(Some(std::time::Duration::from_secs(2)))?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;
    socket2::SockRef::from(&sender).set_multicast_if_v4(&interface)?;
    sender.send_to(b"?", (group, member.local_addr()?.port()))?;
    member.recv(&mut [0; 10]).map(drop)
}

#[test]
fn broadcast_needs_to_be_asked_for() {
    let (_, errors, code) = talk("255.255.255.255:9", &["--message", "x"], "");
    assert_eq!(code, 1, "{errors}");
    if !cfg!(target_os = "linux") {
        // Only Linux has a broadcast address on the loopback interface.
        return;
    }
    let server = Program::start(PAIR.server, &["--listen", "0.0.0.0:0"]);
    let port = server.address().rsplit_once(':').unwrap().1.to_owned();
    let everybody = format!("127.255.255.255:{port}");
    let (printed, errors, code) = talk(
        &everybody,
        &["--broadcast", "--message", "x", "--wait", "1"],
        "",
    );
    assert_eq!(
        (printed, code),
        (format!("127.0.0.1:{port}: x\n"), 0),
        "{errors}"
    );
}
