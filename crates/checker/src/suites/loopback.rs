//! Whether a server can be reached from this machine only.

use std::net::SocketAddr;

use crate::bench::Bench;
use crate::lesson::{Check, Level, Role};
use crate::verdict::Failure;

/// The check, for a server of either kind; `run` tries the [`other`] address.
pub(super) const fn only(run: fn(&mut Bench<'_>) -> Result<(), Failure>) -> Check {
    Check {
        name: "loopback-only",
        role: Role::Server,
        level: Level::More,
        requirement: "",
        summary: "the server can be reached from this machine only",
        section: "going-further",
        hints: [
            "Who can reach your server: you, your room, or the world?",
            "An empty address, 0.0.0.0 or :: means every address of the machine. Bind to 127.0.0.1 unless you were told otherwise.",
            "bind((\"127.0.0.1\", port)), not bind((\"\", port))",
        ],
        run,
    }
}

/// An address of this machine with the server's port, at which a server that
/// listens on 127.0.0.1 is not.
pub(super) fn other(server: SocketAddr) -> Result<SocketAddr, Failure> {
    if cfg!(not(target_os = "linux")) {
        // All of 127.0.0.0/8 is this machine, but elsewhere only 127.0.0.1 is.
        return Err(Failure::Skipped("needs a second loopback address".into()));
    }
    Ok(SocketAddr::from(([127, 0, 0, 2], server.port())))
}
