//! The other end of a client: a listener, and the wait for its connection.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::{Bench, PAUSES, end_at_start};
use crate::causes::NEVER_CONNECTS;
use crate::peer::{Stream, narrow};
use crate::subject::Subject;
use crate::verdict::Failure;

/// What a client is expected to do first.
const CONNECTED: &str = "the client to connect";

impl Bench<'_> {
    /// Opens the judge's own listener, for the client to connect to.
    pub(crate) fn listen(&self) -> Result<TcpListener, Failure> {
        self.listener(|_| {})
    }

    /// Opens a listener whose connections have small buffers.
    pub(crate) fn listen_narrow(&self) -> Result<TcpListener, Failure> {
        self.listener(narrow)
    }

    fn listener(&self, prepare: fn(&Socket)) -> Result<TcpListener, Failure> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.target.port.unwrap_or(0)));
        let open = || {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
            // On Windows it would let two programs listen at once.
            #[cfg(unix)]
            socket.set_reuse_address(true)?;
            prepare(&socket);
            socket.bind(&address.into())?;
            socket.listen(16)?;
            socket.set_nonblocking(true)?;
            Ok(socket.into())
        };
        open().map_err(|error: io::Error| {
            Failure::Broken(format!("the judge cannot listen on {address}: {error}"))
        })
    }

    /// Waits for the client's connection as long as it may take to start.
    pub(crate) fn accept_in_time(
        &mut self,
        listener: &TcpListener,
        client: &Subject,
    ) -> Result<Stream, Failure> {
        self.accept(listener, client, self.options.start_timeout)?
            .ok_or_else(|| {
                let waited = self.options.start_timeout.as_secs();
                let got = format!("it did not within {waited} s");
                Failure::words(NEVER_CONNECTS, CONNECTED, got)
            })
    }

    /// Waits at most `limit` for the client's connection.
    pub(crate) fn accept(
        &mut self,
        listener: &TcpListener,
        client: &Subject,
        limit: Duration,
    ) -> Result<Option<Stream>, Failure> {
        let start = Instant::now();
        let until = self.deadline.within(limit);
        let [mut pause, longest] = PAUSES;
        while Instant::now() < until {
            // Looked at before accepting: a client may connect and end at once.
            let exit = client.exited();
            match listener.accept() {
                Ok((socket, _)) => {
                    self.deadline.extend(start.elapsed());
                    return self.accepted(socket, client).map(Some);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(Failure::Broken(format!("accept failed: {error}"))),
            }
            if let Some(exit) = exit {
                let got = format!("it ended with {exit}, and had not connected");
                return Err(Failure::words(end_at_start(exit), CONNECTED, got));
            }
            thread::sleep(pause);
            pause = (pause * 2).min(longest);
        }
        Ok(None)
    }

    fn accepted(&mut self, socket: TcpStream, client: &Subject) -> Result<Stream, Failure> {
        self.connections += 1;
        let name = format!("connection {}", self.connections);
        self.history.note(format!("{name}: the client connected"));
        // Some systems let an accepted socket inherit the listener's mode.
        socket
            .set_nonblocking(false)
            .and_then(|()| {
                let group = client.group();
                Stream::new(socket, name, group, &self.history, self.deadline.clone())
            })
            .map(|stream| stream.patient(self.patience()).speaking(self.speech))
            .map_err(|error| Failure::Broken(format!("cannot use the connection: {error}")))
    }
}
