//! The other end of a server: its start, and connections to it.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};

use super::ready::Readiness;
use super::{Bench, PAUSES};
use crate::causes::*;
use crate::history::History;
use crate::limits::{CONNECT, Deadline};
use crate::peer::{Stream, Visitor};
use crate::subject::{Processes, Subject};
use crate::verdict::{Cause, Failure};

/// One of the ways to connect that [`Stream`] offers.
type Connect = fn(SocketAddr, String, i32, &History, Deadline) -> io::Result<Stream>;

/// A server under check.
pub(crate) struct Server {
    pub(crate) subject: Subject,
    pub(crate) address: SocketAddr,
}

impl Bench<'_> {
    /// Starts the server and connects to it.
    pub(crate) fn server(&mut self) -> Result<(Server, Stream), Failure> {
        let (server, stream) = self.server_ungreeted()?;
        Ok((server, self.greeted(stream, NO_GREETING)?))
    }

    /// Starts the server and connects to it, and leaves its greeting unread.
    pub(crate) fn server_ungreeted(&mut self) -> Result<(Server, Stream), Failure> {
        let port = self.port()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if self.target.port.is_some() && TcpStream::connect_timeout(&address, CONNECT).is_ok() {
            return Err(Failure::Broken(format!(
                "another program already listens on {address}; stop it first"
            )));
        }
        self.start_server(address)
    }

    /// Starts the server at an address that may have been used before.
    pub(crate) fn server_at(&mut self, address: SocketAddr) -> Result<(Server, Stream), Failure> {
        let (server, stream) = self.start_server(address)?;
        Ok((server, self.greeted(stream, NO_GREETING)?))
    }

    fn start_server(&mut self, address: SocketAddr) -> Result<(Server, Stream), Failure> {
        let subject = self.start(address)?;
        let server = Server { subject, address };
        let first = self.first_connection(&server)?;
        Ok((server, first))
    }

    /// One more connection to a server that is up.
    ///
    /// # Errors
    /// With `cause` when nobody accepts or greets.
    pub(crate) fn connect(&mut self, server: &Server, cause: Cause) -> Result<Stream, Failure> {
        let stream = self.reach(server, Stream::connect, cause)?;
        self.greeted(stream, cause)
    }

    /// So many more connections, all made before one of them is expected to be
    /// greeted.
    ///
    /// # Errors
    /// With `refused` when nobody accepts, with `forgotten` when nobody greets.
    pub(crate) fn connect_together(
        &mut self,
        server: &Server,
        count: usize,
        refused: Cause,
        forgotten: Cause,
    ) -> Result<Vec<Stream>, Failure> {
        let streams: Result<Vec<_>, _> = (0..count)
            .map(|_| self.reach(server, Stream::connect, refused))
            .collect();
        let greeted = streams?.into_iter();
        greeted
            .map(|stream| self.greeted(stream, forgotten))
            .collect()
    }

    /// One more connection, with small buffers.
    pub(crate) fn connect_narrow(
        &mut self,
        server: &Server,
        cause: Cause,
    ) -> Result<Stream, Failure> {
        let stream = self.reach(server, Stream::connect_narrow, cause)?;
        self.greeted(stream, cause)
    }

    /// Takes the greeting, where the lesson has one.
    fn greeted(&self, mut stream: Stream, cause: Cause) -> Result<Stream, Failure> {
        if let Some(greeting) = self.speech.greeting() {
            stream
                .expect(&greeting)
                .map_err(|seen| seen.or_silence(cause))?;
        }
        Ok(stream)
    }

    /// One of very many connections, which are not recorded one by one.
    ///
    /// # Errors
    /// With `cause` when nobody accepts.
    pub(crate) fn visit(&self, server: &Server, cause: Cause) -> Result<Visitor, Failure> {
        Visitor::connect(server.address, self.deadline.clone())
            .map_err(|error| refused(server, cause, &error))
    }

    fn reach(
        &mut self,
        server: &Server,
        connect: Connect,
        cause: Cause,
    ) -> Result<Stream, Failure> {
        self.dial(server, connect)
            .map_err(|error| refused(server, cause, &error))
    }

    fn dial(&mut self, server: &Server, connect: Connect) -> io::Result<Stream> {
        let name = format!("connection {}", self.connections + 1);
        let group = server.subject.group();
        let stream = connect(
            server.address,
            name,
            group,
            &self.history,
            self.deadline.clone(),
        )?;
        self.connections += 1;
        Ok(stream.patient(self.patience()).speaking(self.speech))
    }

    /// The connection that finds the port open is the first of the check, so
    /// that a server which serves only one can be judged.
    fn first_connection(&mut self, server: &Server) -> Result<Stream, Failure> {
        let readiness = Readiness {
            wanted: "the program to listen on",
            elsewhere: listening_elsewhere,
            never: NOT_LISTENING,
        };
        self.until_up(server, &readiness, |bench| {
            Ok(bench.dial(server, Stream::connect).ok())
        })
    }
}

fn refused(server: &Server, cause: Cause, error: &io::Error) -> Failure {
    let state = match server.subject.exited() {
        Some(exit) => format!("the server had ended with {exit}"),
        None => format!("connecting failed: {error}"),
    };
    Failure::words(cause, "another connection to be accepted", state)
}

/// Where the program listens, when it is not where it should.
fn listening_elsewhere(subject: &Subject, wanted: SocketAddr) -> Option<(Cause, String)> {
    let mut found = Processes::of(subject.group()).listening();
    // Where the system does not tell, the likeliest mistake is looked for.
    let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, wanted.port()));
    if found.is_empty() && TcpStream::connect_timeout(&v6, PAUSES[1]).is_ok() {
        found.push(v6);
    }
    let list: Vec<_> = found.iter().map(ToString::to_string).collect();
    let got = format!("it listens on {}", list.join(" and "));
    (!list.is_empty()).then_some((WRONG_ADDRESS, got))
}
