//! Making UDP sockets: socket, bind, perhaps connect.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
};

use socket2::{Domain, Socket, Type};

use super::DatagramSocket;
use crate::{
    address::Address,
    net::{ConnectError, resolve, routes::routes},
    wire::Wire,
};

/// Whom a socket talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Target {
    /// One peer, known to the system
    /// ([connect(2)](https://man7.org/linux/man-pages/man2/connect.2.html)): it
    /// lets in nobody else and passes on "port unreachable". Nothing is sent
    /// for that.
    #[default]
    Connected,
    /// One peer, known to the program only: it must look at every sender.
    Unconnected,
    /// Everybody on the link (`SO_BROADCAST`,
    /// [socket(7)](https://man7.org/linux/man-pages/man7/socket.7.html)).
    Broadcast,
}

/// How to open a socket for a peer.
#[derive(Debug, Clone, Default)]
pub struct DatagramOptions {
    /// The socket's own address. Usually none: the system then chooses a free
    /// port. To a multicast group it also chooses the way out.
    pub bind: Option<Address>,
    /// Whom it talks to.
    pub target: Target,
}

impl DatagramSocket {
    /// A socket on every address that `address` stands for: one for a number,
    /// perhaps several for a name.
    ///
    /// # Errors
    ///
    /// The resolver's and [bind(2)](https://man7.org/linux/man-pages/man2/bind.2.html)'s.
    pub fn bind(address: &Address) -> io::Result<Vec<Self>> {
        let addresses = inet(address)?.into_iter();
        addresses.map(|address| bind_to(address, false)).collect()
    }

    /// A socket for every address that `address` stands for, in the order in
    /// which they should be tried. Only an answer shows whether anybody is
    /// there.
    ///
    /// # Errors
    ///
    /// [`ConnectError`]: the resolver's, or the last address's if there is a way
    /// to none.
    pub fn open(address: &Address, options: &DatagramOptions) -> Result<Vec<Self>, ConnectError> {
        let mut opened = Vec::new();
        let mut last = ConnectError::Family;
        for (peer, local) in routes(address, options.bind.as_ref())? {
            let socket = match (peer.as_socket(), &local) {
                (None, _) => Err(no_path().into()),
                (Some(peer), None) => bind_to(any(peer), false)
                    .and_then(|socket| open_to(socket, peer, options.target))
                    .map_err(ConnectError::Connect),
                (Some(peer), Some(local)) => local
                    .as_socket()
                    .ok_or_else(no_path)
                    .and_then(|local| bind_to(local, false))
                    .map_err(ConnectError::Bind)
                    .and_then(|socket| Ok(open_to(socket, peer, options.target)?)),
            };
            match socket {
                Ok(socket) => opened.push(socket),
                Err(error) => last = error,
            }
        }
        if opened.is_empty() {
            return Err(last);
        }
        Ok(opened)
    }

    /// A socket that receives what is sent to `group`, at this socket's port
    /// and on its interface
    /// ([RFC 1112 §7](https://www.rfc-editor.org/rfc/rfc1112#section-7)).
    ///
    /// It is bound to the group, not to every address, so that it gets nothing
    /// else, and answers from this socket's address. A socket on every address
    /// hears the group as well, and a second one could not share its port: it
    /// joins by itself, on the interface that the system chooses, and the result
    /// is `None`. So does any on Windows, which binds to no group.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for an IPv6 socket; bind's; those of joining, when the
    /// interface takes no multicast.
    pub fn join(&self, group: Ipv4Addr) -> io::Result<Option<Self>> {
        let IpAddr::V4(interface) = self.local.ip() else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the group is of IPv4 and the socket of IPv6",
            ));
        };
        if cfg!(windows) || interface.is_unspecified() {
            self.socket.join_multicast_v4(&group, &interface)?;
            return Ok(None);
        }
        let mut joined = bind_to(SocketAddr::from((group, self.local.port())), true)?;
        joined.own = Some(self.socket.try_clone()?);
        joined.socket.join_multicast_v4(&group, &interface)?;
        Ok(Some(joined))
    }
}

// ANCHOR: bind
fn bind_to(address: SocketAddr, shared: bool) -> io::Result<DatagramSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
    // Two --listen say plainly that both families are wanted.
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // Nothing waits here as TIME-WAIT does for TCP, and with this option a
    // second server would silently take the datagrams of the first. Members of
    // a group share its address, and each gets every datagram.
    if shared {
        socket.set_reuse_address(true)?;
    }
    socket.bind(&address.into())?;
    let socket = UdpSocket::from(socket);
    Ok(DatagramSocket {
        local: socket.local_addr()?,
        socket,
        own: None,
        peer: None,
        connected: false,
        ticks: false.into(),
        wire: Wire::default(),
    })
}
// ANCHOR_END: bind

// ANCHOR: connect
fn open_to(
    mut opened: DatagramSocket,
    peer: SocketAddr,
    target: Target,
) -> io::Result<DatagramSocket> {
    opened.peer = Some(peer);
    match target {
        // To a group nobody can connect and hear an answer: it comes from the
        // member's own address.
        Target::Connected if !peer.ip().is_multicast() => {
            opened.socket.connect(peer)?;
            opened.connected = true;
        }
        Target::Broadcast => opened.socket.set_broadcast(true)?,
        Target::Connected | Target::Unconnected => {}
    }
    if let (IpAddr::V4(way), true) = (opened.local.ip(), peer.ip().is_multicast()) {
        socket2::SockRef::from(&opened.socket).set_multicast_if_v4(&way)?;
    }
    opened.local = opened.socket.local_addr()?;
    Ok(opened)
}
// ANCHOR_END: connect

/// Any address of this machine that can talk to `peer`, any port.
fn any(peer: SocketAddr) -> SocketAddr {
    match peer {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((std::net::Ipv6Addr::UNSPECIFIED, 0)),
    }
}

/// The Internet addresses of `address`.
fn inet(address: &Address) -> io::Result<Vec<SocketAddr>> {
    let found: Vec<_> = resolve(address)?
        .iter()
        .filter_map(socket2::SockAddr::as_socket)
        .collect();
    if found.is_empty() {
        return Err(no_path());
    }
    Ok(found)
}

fn no_path() -> io::Error {
    io::Error::new(
        io::ErrorKind::Unsupported,
        "datagrams are sent over UDP here; use HOST:PORT",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_on_every_address_joins_by_itself() {
        let (group, any) = (Ipv4Addr::new(239, 192, 0, 5), Ipv4Addr::UNSPECIFIED);
        let sockets = DatagramSocket::bind(&"0.0.0.0:0".parse().unwrap()).unwrap();
        let other = UdpSocket::bind("0.0.0.0:0").unwrap();
        if let Err(error) = other.join_multicast_v4(&group, &any) {
            eprintln!("skipped: no way to a group here: {error}");
            return;
        }
        assert!(sockets[0].join(group).unwrap().is_none());
        // Only a member can leave.
        sockets[0].socket.leave_multicast_v4(&group, &any).unwrap();
    }
}
