//! The sockets of the machine, as [proc_net(5)] lists them.
//!
//! [proc_net(5)]: https://man7.org/linux/man-pages/man5/proc_net.5.html

use std::fs::File;
use std::io::Read as _;
use std::net::{IpAddr, SocketAddr};

use super::diag;

/// Bytes that arrived and were not read, at the `near` and at the `far` end of
/// one connection, by their ports.
pub(super) fn unread(near: u16, far: u16) -> [Option<u64>; 2] {
    match (diag::unread(near, far), diag::unread(far, near)) {
        (Some(ours), Some(theirs)) => [ours, theirs],
        _ => unread_in_tables(near, far),
    }
}

/// Printing a table takes the kernel milliseconds, so it is asked for once, and
/// for the second one only where the first does not know the connection.
fn unread_in_tables(near: u16, far: u16) -> [Option<u64>; 2] {
    let mut unread = [None; 2];
    for table in TABLES {
        for socket in sockets(table) {
            match (socket.local.port(), socket.remote.port()) {
                ports if ports == (near, far) => unread[0] = Some(socket.unread),
                ports if ports == (far, near) => unread[1] = Some(socket.unread),
                _ => {}
            }
        }
        if unread.iter().all(Option::is_some) {
            break;
        }
    }
    unread
}

pub(super) struct Socket {
    pub(super) local: SocketAddr,
    remote: SocketAddr,
    pub(super) state: String,
    unread: u64,
    pub(super) inode: String,
}

/// Every TCP socket. A program that listens on `[::]` serves IPv4 clients
/// through sockets of the second table.
pub(super) const TABLES: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];
/// The same for UDP.
pub(super) const DATAGRAMS: [&str; 2] = ["/proc/net/udp", "/proc/net/udp6"];

/// States as these tables write them (include/net/tcp_states.h): a UDP socket
/// that is bound and not connected counts as closed.
pub(super) const LISTEN: &str = "0A";
pub(super) const UNCONNECTED: &str = "07";

/// How many sockets receive the datagrams of an IPv4 address. Nobody knows it
/// of one that is bound to `[::]`, which may or may not take IPv4 as well.
pub(crate) fn receivers(address: SocketAddr) -> Option<usize> {
    let on_port = |table| {
        let all = sockets(table).into_iter();
        all.filter(|socket: &Socket| socket.local.port() == address.port())
    };
    let is_here =
        |socket: &Socket| socket.local.ip() == address.ip() || socket.local.ip().is_unspecified();
    let [v4, v6] = DATAGRAMS;
    let mapped = on_port(v6).filter(|socket| socket.local.ip() == address.ip());
    let found = on_port(v4).filter(is_here).count() + mapped.count();
    let unclear = found == 0 && on_port(v6).any(|socket| socket.local.ip().is_unspecified());
    (!unclear && std::path::Path::new(v4).exists()).then_some(found)
}

/// A socket that is there all the time may be missing: the kernel prints a piece for
/// each read, and finds its place again by counting.
pub(super) fn sockets(table: &str) -> Vec<Socket> {
    // Room for the largest pieces that it prints, and so for as few as possible.
    let mut text = String::with_capacity(1 << 16);
    if File::open(table)
        .and_then(|mut file| file.read_to_string(&mut text))
        .is_err()
    {
        return Vec::new();
    }
    text.lines().skip(1).filter_map(socket).collect()
}

fn socket(row: &str) -> Option<Socket> {
    let fields: Vec<_> = row.split_ascii_whitespace().collect();
    let [_, local, remote, state, queues, _, _, _, _, inode, ..] = fields[..] else {
        return None;
    };
    let (_, unread) = queues.split_once(':')?;
    Some(Socket {
        local: address(local)?,
        remote: address(remote)?,
        state: state.to_owned(),
        unread: u64::from_str_radix(unread, 16).ok()?,
        inode: inode.to_owned(),
    })
}

/// `0100007F:2329` is 127.0.0.1:9001: the address as 32-bit words in the
/// machine's own byte order, the port as a number. An IPv4 address that was bound
/// through an IPv6 socket, as Java does, is one.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let mut bytes = Vec::with_capacity(16);
    let words = ip.as_bytes().chunks_exact(8);
    if !words.remainder().is_empty() {
        return None;
    }
    for word in words {
        let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    if let Ok(v4) = <[u8; 4]>::try_from(&bytes[..]) {
        return Some((v4, port).into());
    }
    let v6 = IpAddr::from(<[u8; 16]>::try_from(&bytes[..]).ok()?);
    Some((v6.to_canonical(), port).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::net::{Ipv4Addr, SocketAddrV6, TcpListener, TcpStream};

    use socket2::{Domain, Type};

    #[test]
    fn unread_bytes_are_counted() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut far, _) = listener.accept().unwrap();
        let local = far.local_addr().unwrap().port();
        let remote = near.local_addr().unwrap().port();
        near.write_all(b"hello").unwrap();
        for unread in [unread, unread_in_tables] {
            assert_eq!(unread(local, remote), [Some(5), Some(0)]);
            assert_eq!(unread(remote, local), [Some(0), Some(5)]);
        }
        far.read_exact(&mut [0; 5]).unwrap();
        for unread in [unread, unread_in_tables] {
            assert_eq!(unread(local, remote), [Some(0), Some(0)]);
            // Ports the wrong way round are a listener's, and no connection.
            assert_eq!(unread(local, 1), [None, None]);
        }
    }

    #[test]
    fn an_ipv4_address_of_an_ipv6_socket_is_one() {
        let socket = socket2::Socket::new(Domain::IPV6, Type::DGRAM, None).unwrap();
        if socket.set_only_v6(false).is_err() {
            return;
        }
        let any = SocketAddrV6::new(Ipv4Addr::LOCALHOST.to_ipv6_mapped(), 0, 0, 0);
        socket.bind(&any.into()).unwrap();
        let port = socket.local_addr().unwrap().as_socket().unwrap().port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        assert_eq!(receivers(address), Some(1));
    }

    #[test]
    fn both_kinds_of_address_are_read() {
        let text = |text| address(text).unwrap().to_string();
        assert_eq!(text("0100007F:2329"), "127.0.0.1:9001");
        assert_eq!(text("00000000000000000000000001000000:0050"), "[::1]:80");
        let mapped = "0000000000000000FFFF00000100007F:2329";
        assert_eq!(text(mapped), "127.0.0.1:9001");
        assert!(address("0100:1").is_none());
    }
}
