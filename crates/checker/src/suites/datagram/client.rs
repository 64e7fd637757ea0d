//! What clients of several lessons over UDP owe: their words, and two of them side
//! by side.

use std::net::SocketAddr;
use std::time::Instant;

use super::judges_address;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::peer::{Came, Datagrams};
use crate::subject::Subject;
use crate::verdict::{Failure, Side};

/// How a lesson finds out.
type Run = fn(&mut Bench<'_>) -> Result<(), Failure>;

pub(in crate::suites) const fn foreign_datagram(requirement: &'static str, run: Run) -> Check {
    Check {
        name: "foreign-datagram",
        role: Role::Client,
        level: Level::Core,
        requirement,
        summary: "a datagram from another address than the server's does not count",
        section: "what-goes-wrong",
        hints: [
            "Anybody can send to your client's port: how does it know that the server did?",
            "Connect the UDP socket: then the system drops what comes from elsewhere. Or compare the address that recvfrom tells with the server's, address and port.",
            "connect(socket, host, port); send(socket, …); recv(socket); or: bytes, sender = recvfrom(socket); if sender != server { drop it }",
        ],
        run,
    }
}

pub(in crate::suites) const fn no_server(requirement: &'static str, run: Run) -> Check {
    Check {
        name: "no-server",
        role: Role::Client,
        level: Level::More,
        requirement,
        summary: "when nobody listens, the client hears it and its exit code tells",
        section: "going-further",
        hints: [
            "What does your system know when a datagram finds nobody, and which sockets does it tell?",
            "It is told \"port unreachable\", and passes that on to a connected socket only, as an error of the next call. Report it and leave with another code than 0.",
            "connect(socket, host, port); on error \"connection refused\" of send or receive { print to stderr \"nobody listens there\"; exit(1) }",
        ],
        run,
    }
}

pub(in crate::suites) const fn two_clients(requirement: &'static str, run: Run) -> Check {
    Check {
        name: "two-clients",
        role: Role::Client,
        level: Level::More,
        requirement,
        summary: "two clients run side by side",
        section: "going-further",
        hints: [
            "Which port does your client use on its own side, and who chose it?",
            "A client needs no port of its own choice. Leave bind out, or bind port 0, and the system picks a free one.",
            "socket(); connect(host, port); no bind in between",
        ],
        run,
    }
}

/// A client that has asked, and waits for its answer.
pub(in crate::suites) struct Asking {
    pub(in crate::suites) client: Subject,
    /// Its request.
    pub(in crate::suites) request: Vec<u8>,
    pub(in crate::suites) from: Option<SocketAddr>,
}

/// Two clients, of which the second has asked while the first still waited, and the
/// judge's socket where both did. `start` starts one at an address, and tells what
/// it must ask first.
pub(in crate::suites) fn side_by_side(
    bench: &mut Bench<'_>,
    start: impl Fn(&mut Bench<'_>, SocketAddr) -> Result<(Subject, Vec<u8>), Failure>,
) -> Result<(Datagrams, [Asking; 2]), Failure> {
    let mut judge = bench.datagram_judge()?;
    let address = judges_address(&judge)?;
    let mut next = || {
        let (client, request) = start(bench, address)?;
        let deadline = Instant::now() + bench.start_timeout();
        judge.watch(client.output());
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match judge.receive(left) {
                Came::Datagram(bytes) if bytes == request => break,
                // The first client asks again.
                Came::Datagram(_) | Came::Refused => {}
                Came::Nothing => {
                    return Err(Failure::of(
                        FIXED_PORT,
                        Side::bytes(request, "from the second client, while the first waits"),
                        Side::words(match client.exited() {
                            Some(exit) => format!("it ended with {exit}"),
                            None => "nothing".into(),
                        }),
                    ));
                }
            }
        }
        let from = judge.from();
        Ok(Asking {
            client,
            request,
            from,
        })
    };
    let clients = [next()?, next()?];
    Ok((judge, clients))
}
