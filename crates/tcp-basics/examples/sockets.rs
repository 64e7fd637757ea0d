//! Makes a socket of every family and type, prints what the system gives, and
//! closes it. No byte leaves the machine: a socket is an end of a conversation
//! that has not begun.
//!
//! `cargo run --package tcp-basics --example sockets`

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, SockAddr, Socket, Type};

fn main() {
    let families = [
        (
            "AF_INET",
            Domain::IPV4,
            Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        ),
        (
            "AF_INET6",
            Domain::IPV6,
            Some(SocketAddr::from((Ipv6Addr::LOCALHOST, 0))),
        ),
        // A Unix socket gets a path for a name; unbound, it has none.
        ("AF_UNIX", Domain::UNIX, None),
    ];
    let types = [
        (
            "SOCK_STREAM",
            Type::STREAM,
            "bytes in order, with a connection",
        ),
        ("SOCK_DGRAM", Type::DGRAM, "single datagrams, without one"),
    ];
    for (family, domain, address) in families {
        for (kind, r#type, meaning) in types {
            let line = match describe(domain, r#type, address) {
                Ok(line) => line,
                Err(error) => format!("not on this system: {error}"),
            };
            println!("{family:<8} {kind:<11} {line}; {meaning}");
        }
    }
}

fn describe(domain: Domain, r#type: Type, address: Option<SocketAddr>) -> std::io::Result<String> {
    let socket = Socket::new(domain, r#type, None)?;
    #[cfg(unix)]
    let number = {
        use std::os::fd::AsRawFd as _;
        format!("descriptor {}", socket.as_raw_fd())
    };
    #[cfg(not(unix))]
    let number = "a handle";
    let Some(address) = address else {
        return Ok(number.to_string());
    };
    let before = name(&socket.local_addr()?);
    // Port 0 asks the system for a free one: the same that happens, unseen, to
    // a client that connects without bind.
    socket.bind(&address.into())?;
    let after = name(&socket.local_addr()?);
    Ok(format!("{number}, {before} before bind, {after} after"))
    // Dropping the socket closes it and frees the port.
}

fn name(address: &SockAddr) -> String {
    address
        .as_socket()
        .map_or_else(|| "no address".to_owned(), |address| address.to_string())
}
