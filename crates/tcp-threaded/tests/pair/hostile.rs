//! Clients that do what no client should.

use std::{io::Write as _, net::TcpStream, time::Duration};

use checker::program::{SOON, expect_end_without_reader};

use crate::{Guest, PAIR};

#[test]
fn hostile_clients_cost_only_their_own_conversation() {
    let server = PAIR.server(&[
        "--timeout",
        "1",
        "--idle-timeout",
        "1",
        "--max-connections",
        "8",
    ]);
    let address = server.address();
    let hostile: [(&[u8], &str); 5] = [
        (b"\xff\n", "ERR not text at byte 0"),
        (&[b'x'; 70_000], "ERR too long"),
        (b"begun", "not ended within 1 s"),
        (b"", "nothing came for 1 s"),
        (b"exit\nand a lot that nobody reads", "marker"),
    ];
    for (bytes, reason) in hostile {
        let mut guest = Guest::greeted(&address);
        guest.say(bytes);
        let mut other = Guest::greeted(&address);
        other.say(b"Ada\n");
        assert_eq!(other.line(), "Hello, Ada!\n");
        let left = format!("{} left: ", guest.name());
        server.expect_line(|line| line.starts_with(&left) && line.contains(reason));
    }
}

#[test]
fn a_client_that_never_reads_holds_up_nobody_and_is_dropped() {
    let server = PAIR.server(&["--timeout", "0.3"]);
    let address = server.address();
    let mut deaf = Guest::greeted(&address);
    let stream = deaf.0.get_mut();
    stream.set_write_timeout(Some(SOON)).unwrap();
    let names = [[b'x'; 60_000].as_slice(), b"\n"].concat();
    // Until the server has given up: it stops reading when nobody takes its answers.
    while stream.write_all(&names).is_ok() {}
    server.expect_line(|line| line.contains("left: the peer does not read"));
    Guest::greeted(&address);
}

#[test]
fn a_closed_output_ends_the_server_quietly() {
    expect_end_without_reader(PAIR.server, |address| drop(TcpStream::connect(address)));
}

#[test]
fn a_reset_in_the_middle_of_a_name_is_one_clients_affair() {
    let server = PAIR.server(&[]);
    let address = server.address();
    let mut other = Guest::greeted(&address);
    let mut guest = Guest::greeted(&address);
    guest.say(b"half a na");
    socket2::SockRef::from(guest.0.get_ref())
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(guest);
    server.expect_line(|line| line.contains(" left: ") && line.ends_with("1 connected"));
    other.say(b"Ada\n");
    assert_eq!(other.line(), "Hello, Ada!\n");
}
