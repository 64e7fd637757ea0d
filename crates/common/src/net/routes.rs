//! Whom to try when an address is to be talked to, and from where.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::SockAddr;

use super::{ConnectError, resolve};
use crate::address::Address;

/// Every address that `address` stands for, with the own one of the same family
/// if there has to be one.
///
/// # Errors
///
/// [`ConnectError::Bind`] or [`ConnectError::Connect`] when a name has no
/// address, [`ConnectError::Family`] when no two belong together.
pub(super) fn routes(
    address: &Address,
    own: Option<&Address>,
) -> Result<Vec<(SockAddr, Option<SockAddr>)>, ConnectError> {
    let candidates = resolve(address)?.into_iter().map(somebody);
    let Some(own) = own else {
        return Ok(candidates.map(|to| (to, None)).collect());
    };
    let locals = resolve(own).map_err(ConnectError::Bind)?;
    let routes: Vec<_> = candidates
        .filter_map(|to| {
            // 127.0.0.1 cannot talk to [::1].
            let local = locals.iter().find(|l| l.domain() == to.domain())?;
            Some((to, Some(local.clone())))
        })
        .collect();
    if routes.is_empty() {
        return Err(ConnectError::Family);
    }
    Ok(routes)
}

/// "Every address" is what a server listens on, and nobody to talk to. Most systems
/// take this machine for it, and then an answer comes from where no question went.
fn somebody(to: SockAddr) -> SockAddr {
    let Some(any) = to.as_socket().filter(|to| to.ip().is_unspecified()) else {
        return to;
    };
    let here: IpAddr = match any {
        SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::from((here, any.port())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_talk_to_every_address_is_this_machine() {
        for (typed, tried) in [
            ("0.0.0.0:9", "127.0.0.1:9"),
            ("[::]:9", "[::1]:9"),
            ("192.0.2.1:9", "192.0.2.1:9"),
        ] {
            let routes = routes(&typed.parse().unwrap(), None).unwrap();
            let first = routes[0].0.as_socket().unwrap();
            assert_eq!(first.to_string(), tried);
        }
    }
}
