//! One connection's queues, asked of the kernel by [sock_diag(7)].
//!
//! `/proc/net/tcp` holds the same numbers, but to print it the kernel walks its
//! whole table of connections, for milliseconds. Here it looks one up.
//!
//! [sock_diag(7)]: https://man7.org/linux/man-pages/man7/sock_diag.7.html

use std::io::{self, Read as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::OnceLock;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

// linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h and net/tcp_states.h.
const AF_NETLINK: i32 = 16;
const NETLINK_SOCK_DIAG: i32 = 4;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const AF_INET: u8 = 2;
const IPPROTO_TCP: u8 = 6;
const NO_COOKIE: u32 = u32::MAX;
const LISTEN: u8 = 10;

/// Length of `struct nlmsghdr`.
const HEADER: usize = 16;
/// Length of the request: the header and `struct inet_diag_req_v2`.
const REQUEST: usize = HEADER + 56;
/// Where the type stands in the answer, and in its `struct inet_diag_msg` the
/// state and the length of the receive queue.
const KIND: usize = 4;
const STATE: usize = HEADER + 1;
const QUEUE: usize = HEADER + 56;

/// Bytes that arrived on IPv4 loopback at port `local` from port `remote` and were
/// not read; `Some(None)` when there is no such connection, `None` when this
/// kernel does not say.
pub(super) fn unread(local: u16, remote: u16) -> Option<Option<u64>> {
    static TELLS: OnceLock<bool> = OnceLock::new();
    // "No such connection" and "no such question" are the same answer.
    let tells = *TELLS.get_or_init(|| tells_of_a_connection().unwrap_or(false));
    tells.then(|| ask(local, remote).ok().flatten())
}

fn tells_of_a_connection() -> io::Result<bool> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let near = TcpStream::connect(listener.local_addr()?)?;
    let (local, remote) = (near.local_addr()?.port(), near.peer_addr()?.port());
    Ok(ask(local, remote)? == Some(0))
}

fn ask(local: u16, remote: u16) -> io::Result<Option<u64>> {
    let kernel = Socket::new(
        Domain::from(AF_NETLINK),
        Type::DGRAM,
        Some(Protocol::from(NETLINK_SOCK_DIAG)),
    )?;
    kernel.set_read_timeout(Some(Duration::from_secs(1)))?;
    // Without an address a netlink socket sends to the kernel.
    kernel.send(&request(local, remote))?;
    let mut answer = [0; 512];
    let length = (&kernel).read(&mut answer)?;
    Ok(queue(&answer[..length]))
}

fn request(local: u16, remote: u16) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(REQUEST);
    bytes.extend((REQUEST as u32).to_ne_bytes());
    bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes.extend(NLM_F_REQUEST.to_ne_bytes());
    // Number and port of the question: only one is asked.
    bytes.extend([0; 8]);
    // No extensions, padding, any state.
    bytes.extend([AF_INET, IPPROTO_TCP, 0, 0]);
    bytes.extend(u32::MAX.to_ne_bytes());
    bytes.extend(local.to_be_bytes());
    bytes.extend(remote.to_be_bytes());
    for address in [Ipv4Addr::LOCALHOST; 2] {
        // The place is wide enough for IPv6.
        bytes.extend(address.octets());
        bytes.extend([0; 12]);
    }
    // Any interface.
    bytes.extend([0; 4]);
    bytes.extend(NO_COOKIE.to_ne_bytes());
    bytes.extend(NO_COOKIE.to_ne_bytes());
    bytes
}

fn queue(answer: &[u8]) -> Option<u64> {
    let kind = answer.get(KIND..KIND + 2)?.try_into().ok()?;
    // Where there is no such connection a listener may be found.
    if u16::from_ne_bytes(kind) != SOCK_DIAG_BY_FAMILY || *answer.get(STATE)? == LISTEN {
        return None;
    }
    let unread = answer.get(QUEUE..QUEUE + 4)?.try_into().ok()?;
    Some(u32::from_ne_bytes(unread).into())
}
