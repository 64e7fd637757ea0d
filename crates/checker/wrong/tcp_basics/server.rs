//! The right server, one client after another, and what wrong ones do instead.

use std::io::{self, ErrorKind, Read};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::conversation::{Conversation, End};
use super::table::Bug;
use crate::common::{AtSignal, is_idle, stop_on_signal};
use crate::show::say;

/// How long a client may take to read its last answers before the close.
const DRAIN: Duration = Duration::from_secs(1);

pub(crate) fn run(port: u16, bug: Bug) -> io::Result<()> {
    if bug == Bug::ExitsAtStart {
        return Err(io::Error::other("name 'sokcet' is not defined"));
    }
    let listener = listen(port, bug)?;
    stop_on_signal(at_signal(bug))?;
    if bug == Bug::EndsWithInput {
        thread::spawn(|| {
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            std::process::exit(0);
        });
    }
    say(&format!("listening on {}", listener.local_addr()?));
    if bug == Bug::RefusesSecond {
        return serve_or_hang_up(&listener, bug);
    }
    for socket in listener.incoming() {
        let Ok(socket) = socket else { continue };
        if let Err(error) = serve(socket, bug) {
            say(&format!("client lost: {error}"));
            // As if `?` stood where this report is.
            let dies = match error.kind() {
                ErrorKind::InvalidData => true,
                ErrorKind::BrokenPipe if bug == Bug::DiesOnBrokenPipe => true,
                _ => bug == Bug::DiesOnReset,
            };
            if dies {
                return Err(error);
            }
        }
        if bug == Bug::OneClient {
            break;
        }
    }
    Ok(())
}

fn at_signal(bug: Bug) -> AtSignal {
    match bug {
        Bug::KilledBySignal => AtSignal::IsKilled,
        Bug::OnlySigterm => AtSignal::OnlySigterm,
        Bug::IgnoresSigterm => AtSignal::Stays,
        _ => AtSignal::Stops,
    }
}

fn listen(port: u16, bug: Bug) -> io::Result<TcpListener> {
    let address: SocketAddr = match bug {
        Bug::AnyAddress => (Ipv4Addr::UNSPECIFIED, port).into(),
        Bug::Ipv6Only => (Ipv6Addr::LOCALHOST, port).into(),
        Bug::OtherPort => (Ipv4Addr::LOCALHOST, 0).into(),
        _ => (Ipv4Addr::LOCALHOST, port).into(),
    };
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // Not on Windows, where it would let two servers share the port.
    if cfg!(unix) && bug != Bug::NoReuse {
        socket.set_reuse_address(true)?;
    }
    socket.bind(&address.into())?;
    socket.listen(match bug {
        Bug::BacklogOf0 => 0,
        Bug::BacklogOf1 => 1,
        _ => 128,
    })?;
    Ok(socket.into())
}

/// One conversation, from the first byte to the close.
fn serve(socket: TcpStream, bug: Bug) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let end = Conversation::new(&socket, bug).run()?;
    if bug == Bug::KeepsOpen && end == End::OfInput {
        std::mem::forget(socket);
        return Ok(());
    }
    if bug == Bug::ClosesAtOnce {
        return Ok(());
    }
    // Closing with input unread would reset the connection, and the last
    // answers with it: end our side, then read until the client has ended its.
    socket.shutdown(Shutdown::Write)?;
    let deadline = Instant::now() + DRAIN;
    while let Some(left) = deadline.checked_duration_since(Instant::now()) {
        socket.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        if !matches!((&socket).read(&mut [0; 4096]), Ok(1..)) {
            break;
        }
    }
    Ok(())
}

/// Serves each client in a thread, but closes on whoever comes meanwhile.
fn serve_or_hang_up(listener: &TcpListener, bug: Bug) -> io::Result<()> {
    let mut current: Option<TcpStream> = None;
    loop {
        let socket = listener.accept()?.0;
        // Without an address: reset. Without a byte to come: at its end.
        let is_there = |client: &TcpStream| match client.peek(&mut [0]) {
            Ok(count) => count > 0 && client.peer_addr().is_ok(),
            Err(error) => is_idle(&error),
        };
        // One that leaves takes a moment to be gone, longer on a busy machine.
        let stays = |client: &TcpStream| {
            (0..2).all(|_| {
                thread::sleep(Duration::from_millis(10));
                is_there(client)
            })
        };
        if current.as_ref().is_some_and(stays) {
            continue;
        }
        socket.set_read_timeout(Some(Duration::from_millis(20)))?;
        current = Some(socket.try_clone()?);
        thread::spawn(move || serve(socket, bug));
    }
}
