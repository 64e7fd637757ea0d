//! One socket, asked of the kernel by [sock_diag(7)].
//!
//! `/proc/net` tells the same, but to print a table the kernel walks all of it, for
//! milliseconds; and it prints piece by piece, so that a socket may be missing while
//! others come and go. Here it looks one up.
//!
//! [sock_diag(7)]: https://man7.org/linux/man-pages/man7/sock_diag.7.html

use std::io::{self, Read as _};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
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
const IPPROTO_UDP: u8 = 17;
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
    tells.then(|| queue_of(local, remote).ok().flatten())
}

fn tells_of_a_connection() -> io::Result<bool> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let near = TcpStream::connect(listener.local_addr()?)?;
    let (local, remote) = (near.local_addr()?.port(), near.peer_addr()?.port());
    Ok(queue_of(local, remote)? == Some(0))
}

fn queue_of(local: u16, remote: u16) -> io::Result<Option<u64>> {
    let [local, remote] = [local, remote].map(|port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port));
    Ok(queue(&ask(IPPROTO_TCP, local, remote)?))
}

/// Whether somebody would receive a datagram that was sent to an IPv4 address of
/// this machine; `None` when this kernel does not say.
pub(crate) fn receives(address: SocketAddr) -> Option<bool> {
    static TELLS: OnceLock<bool> = OnceLock::new();
    let tells = *TELLS.get_or_init(|| tells_of_a_receiver().unwrap_or(false));
    let SocketAddr::V4(address) = address else {
        return None;
    };
    tells.then(|| has_receiver(address).ok()).flatten()
}

fn tells_of_a_receiver() -> io::Result<bool> {
    let receiver = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    match receiver.local_addr()? {
        SocketAddr::V4(address) => has_receiver(address),
        SocketAddr::V6(_) => Ok(false),
    }
}

fn has_receiver(address: SocketAddrV4) -> io::Result<bool> {
    // For datagrams the kernel takes the two ends the other way round.
    let anybody = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    Ok(kind(&ask(IPPROTO_UDP, anybody, address)?) == Some(SOCK_DIAG_BY_FAMILY))
}

/// The kernel's answer about the socket with these two ends.
fn ask(protocol: u8, local: SocketAddrV4, remote: SocketAddrV4) -> io::Result<Vec<u8>> {
    let kernel = Socket::new(
        Domain::from(AF_NETLINK),
        Type::DGRAM,
        Some(Protocol::from(NETLINK_SOCK_DIAG)),
    )?;
    kernel.set_read_timeout(Some(Duration::from_secs(1)))?;
    // Without an address a netlink socket sends to the kernel.
    kernel.send(&request(protocol, local, remote))?;
    let mut answer = vec![0; 512];
    let length = (&kernel).read(&mut answer)?;
    answer.truncate(length);
    Ok(answer)
}

fn request(protocol: u8, local: SocketAddrV4, remote: SocketAddrV4) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(REQUEST);
    bytes.extend((REQUEST as u32).to_ne_bytes());
    bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes.extend(NLM_F_REQUEST.to_ne_bytes());
    // Number and port of the question: only one is asked.
    bytes.extend([0; 8]);
    // No extensions, padding, any state.
    bytes.extend([AF_INET, protocol, 0, 0]);
    bytes.extend(u32::MAX.to_ne_bytes());
    bytes.extend(local.port().to_be_bytes());
    bytes.extend(remote.port().to_be_bytes());
    for end in [local, remote] {
        // The place is wide enough for IPv6.
        bytes.extend(end.ip().octets());
        bytes.extend([0; 12]);
    }
    // Any interface.
    bytes.extend([0; 4]);
    bytes.extend(NO_COOKIE.to_ne_bytes());
    bytes.extend(NO_COOKIE.to_ne_bytes());
    bytes
}

/// What the answer is: about a socket, or an error.
fn kind(answer: &[u8]) -> Option<u16> {
    let kind = answer.get(KIND..KIND + 2)?.try_into().ok()?;
    Some(u16::from_ne_bytes(kind))
}

fn queue(answer: &[u8]) -> Option<u64> {
    // Where there is no such connection a listener may be found.
    if kind(answer)? != SOCK_DIAG_BY_FAMILY || *answer.get(STATE)? == LISTEN {
        return None;
    }
    let unread = answer.get(QUEUE..QUEUE + 4)?.try_into().ok()?;
    Some(u32::from_ne_bytes(unread).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_is_found_where_it_is_bound_and_where_it_takes_all() {
        let here = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = here.local_addr().unwrap();
        if receives(address).is_none() {
            eprintln!("skipped: this kernel does not say");
            return;
        }
        assert_eq!(receives(address), Some(true));
        drop(here);
        assert_eq!(receives(address), Some(false));
        for any in ["0.0.0.0", "[::]"] {
            let Ok(_receiver) = UdpSocket::bind(format!("{any}:{}", address.port())) else {
                continue;
            };
            assert_eq!(receives(address), Some(true), "{any}");
        }
        assert_eq!(receives(address), Some(false));
    }
}
