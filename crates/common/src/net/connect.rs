//! The active side: socket, perhaps bind, connect.

use std::{
    fmt, io,
    time::{Duration, Instant},
};

use rustix::{event::PollFlags, io::Errno};
use socket2::{SockAddr, Socket, Type};

use super::{Limit, Stream, listen::bind_new, path::RemoveOnDrop, routes::routes, wait_for};
use crate::{address::Address, output::reason, stop::Stop};

/// How long a Unix socket's connect may wait without hearing a stop.
const SLICE: Duration = Duration::from_millis(100);

/// How to connect.
#[derive(Debug, Clone, Default)]
pub struct ConnectOptions {
    /// The client's own address. Usually none: the system then chooses a free
    /// port, which is what lets two clients run side by side.
    pub bind: Option<Address>,
    /// For all addresses of the name together.
    pub timeout: Limit,
}

/// Why there is no connection.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConnectError {
    /// The client's own address cannot be had.
    Bind(io::Error),
    /// Every address of the server is of another family than the client's own.
    Family,
    /// Nobody answered: what the last address said, or `TimedOut`.
    Connect(io::Error),
    /// The stop was given.
    Stopped,
}

impl From<io::Error> for ConnectError {
    fn from(error: io::Error) -> Self {
        ConnectError::Connect(error)
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectError::Bind(error) | ConnectError::Connect(error) => f.write_str(&reason(error)),
            ConnectError::Family => {
                f.write_str("the own address and the server's are of different families")
            }
            ConnectError::Stopped => f.write_str("stopped"),
        }
    }
}

impl std::error::Error for ConnectError {}

/// Connects to the first address of `address` that answers.
///
/// One that does not answer gets no more than its share of the time: with two
/// addresses, the second has at least half of it.
///
/// # Errors
///
/// [`ConnectError`].
pub fn connect(
    address: &Address,
    options: &ConnectOptions,
    stop: &Stop,
) -> Result<Stream, ConnectError> {
    let deadline = options.timeout.map(|limit| Instant::now() + limit);
    let candidates = routes(address, options.bind.as_ref())?;
    try_each(&candidates, deadline, stop)
}

fn try_each(
    candidates: &[(SockAddr, Option<SockAddr>)],
    deadline: Option<Instant>,
    stop: &Stop,
) -> Result<Stream, ConnectError> {
    let mut last = ConnectError::Family;
    let mut untried = candidates.len();
    for (candidate, local) in candidates {
        let share = deadline.map(|deadline| share(Instant::now(), deadline, untried));
        untried -= 1;
        match connect_to(candidate, local.as_ref(), share, stop) {
            Ok((socket, path)) => return Ok(Stream::new(socket, candidate, path)),
            Err(_) if stop.is_set() => return Err(ConnectError::Stopped),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The end of the time for the first of `untried` addresses.
fn share(now: Instant, deadline: Instant, untried: usize) -> Instant {
    let shares = u32::try_from(untried).unwrap_or(u32::MAX);
    now + deadline.saturating_duration_since(now) / shares
}

// ANCHOR: connect
fn connect_to(
    address: &SockAddr,
    local: Option<&SockAddr>,
    deadline: Option<Instant>,
    stop: &Stop,
) -> Result<(Socket, Option<RemoveOnDrop>), ConnectError> {
    let socket = Socket::new(address.domain(), Type::STREAM, None)?;
    let path = match local {
        Some(local) => bind_new(&socket, local).map_err(ConnectError::Bind)?,
        None => None,
    };
    if address.is_unix() {
        connect_unix(&socket, address, deadline, stop)?;
    } else {
        // A blocking connect hears no Ctrl-C. So: begin it, and wait for both.
        socket.set_nonblocking(true)?;
        match socket.connect(address) {
            Err(error) if is_under_way(&error) => {
                if !wait_for(&socket, PollFlags::OUT, deadline, stop)? {
                    return Err(timed_out());
                }
                if let Some(error) = socket.take_error()? {
                    return Err(error.into());
                }
            }
            other => other?,
        }
        socket.set_nonblocking(false)?;
    }
    Ok((socket, path))
}
// ANCHOR_END: connect

/// To a Unix socket: connected at once, or refused at once, unless the server's
/// backlog is full. There is no event for "no longer full", but a blocking
/// connect waits for it, up to the socket's time limit for sending
/// ([unix(7)](https://man7.org/linux/man-pages/man7/unix.7.html), `EAGAIN`).
fn connect_unix(
    socket: &Socket,
    address: &SockAddr,
    deadline: Option<Instant>,
    stop: &Stop,
) -> Result<(), ConnectError> {
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if stop.is_set() || left.is_some_and(|left| left.is_zero()) {
            return Err(timed_out());
        }
        let slice = left.map_or(SLICE, |left| left.clamp(Duration::from_millis(1), SLICE));
        socket.set_write_timeout(Some(slice))?;
        match socket.connect(address) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => {
                socket.set_write_timeout(None)?;
                return Ok(other?);
            }
        }
    }
}

fn timed_out() -> ConnectError {
    ConnectError::Connect(io::ErrorKind::TimedOut.into())
}

/// What a non-blocking connect says when the first packet is on its way
/// ([connect(2)](https://man7.org/linux/man-pages/man2/connect.2.html)).
fn is_under_way(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
        || Errno::from_io_error(error) == Some(Errno::INPROGRESS)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::soon::begin;
    use std::net::TcpListener;

    /// A listener that completes no handshake any more, and what keeps it so.
    fn full() -> io::Result<(Socket, Vec<Socket>)> {
        let socket = Socket::new(socket2::Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
        socket.listen(0)?;
        let address = socket.local_addr()?;
        let mut waiting = Vec::new();
        // The system completes one handshake more than the backlog says, and
        // leaves the others without an answer.
        for _ in 0..3 {
            let client = Socket::new(socket2::Domain::IPV4, Type::STREAM, None)?;
            let _ = client.connect_timeout(&address, Duration::from_millis(50));
            waiting.push(client);
        }
        Ok((socket, waiting))
    }

    #[test]
    fn what_is_left_is_shared_by_the_addresses_that_are_left() {
        let now = Instant::now();
        let after = |seconds| now + Duration::from_secs(seconds);
        assert_eq!(share(now, after(9), 3), after(3));
        assert_eq!(share(after(3), after(9), 2), after(6));
        assert_eq!(share(after(6), after(9), 1), after(9));
        assert_eq!(share(after(10), after(9), 1), after(10));
    }

    #[test]
    fn an_address_without_an_answer_is_left_for_the_next() {
        let (silent, _waiting) = full().unwrap();
        let answering = TcpListener::bind("127.0.0.1:0").unwrap();
        let candidates = [
            (silent.local_addr().unwrap(), None),
            (answering.local_addr().unwrap().into(), None),
        ];
        let deadline = Some(Instant::now() + Duration::from_secs(2));
        let stream = try_each(&candidates, deadline, &Stop::new()).unwrap();
        assert_eq!(
            stream.peer().to_string(),
            answering.local_addr().unwrap().to_string()
        );
        let alone = Some(Instant::now() + Duration::from_millis(100));
        let error = try_each(&candidates[..1], alone, &Stop::new()).unwrap_err();
        assert!(
            matches!(&error, ConnectError::Connect(error) if error.kind() == io::ErrorKind::TimedOut)
        );
    }

    #[test]
    fn a_stop_ends_a_connect_that_gets_no_answer() {
        let folder = tempfile::tempdir().unwrap();
        let unix = SockAddr::unix(folder.path().join("s")).unwrap();
        let listener = Socket::new(socket2::Domain::UNIX, Type::STREAM, None).unwrap();
        listener.bind(&unix).unwrap();
        listener.listen(0).unwrap();
        let waiting = Socket::new(socket2::Domain::UNIX, Type::STREAM, None).unwrap();
        waiting.connect(&unix).unwrap();
        let (silent, _waiting) = full().unwrap();
        for address in [unix, silent.local_addr().unwrap()] {
            let stop = Stop::new();
            let connecting = begin({
                let stop = stop.clone();
                // Without a time limit: only the stop can end it.
                move || try_each(&[(address, None)], None, &stop)
            });
            stop.trigger();
            let error = connecting.end().unwrap_err();
            assert!(matches!(error, ConnectError::Stopped), "{error:?}");
        }
    }
}
