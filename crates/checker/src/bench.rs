//! What a check works with: a fresh program, its connections, random words.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;
use socket2::{Domain, Socket, Type};

use crate::causes::*;
use crate::history::{Event, History};
use crate::limits::ELSEWHERE;
use crate::peer::{Stream, narrow};
use crate::run::{Options, Target};
use crate::subject::{self, Exit, Output, Processes, Subject, Values};
use crate::verdict::{Cause, Failure};

/// The shortest and the longest pause between two looks at something that sends
/// no event of its own: a port that opens, a client that connects.
const PAUSES: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(20)];

/// What a client is expected to do first.
const CONNECTED: &str = "the client to connect";

/// One of the ways to connect that [`Stream`] offers.
type Connect = fn(SocketAddr, String, i32, &History) -> io::Result<Stream>;

/// The place where one check is made.
pub(crate) struct Bench<'a> {
    target: &'a Target,
    options: &'a Options,
    history: History,
    words: Words,
    /// The outputs of every program started in this check.
    outputs: Vec<Arc<Output>>,
    connections: usize,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(target: &'a Target, options: &'a Options, check: &str) -> Self {
        // Each check has words of its own, whichever checks ran before it.
        let salt = check.bytes().fold(options.seed, |salt, byte| {
            salt.rotate_left(5) ^ u64::from(byte)
        });
        Self {
            target,
            options,
            history: History::new(),
            words: Words::new(salt),
            outputs: Vec::new(),
            connections: 0,
        }
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.history.events()
    }

    /// The last lines of standard error of the programs of this check.
    pub(crate) fn last_words(&self) -> Vec<Vec<u8>> {
        self.outputs
            .iter()
            .flat_map(|output| output.last_words())
            .collect()
    }

    /// A random word no other message of this check contains.
    pub(crate) fn word(&mut self) -> String {
        self.words.next()
    }

    /// A random text of `length` bytes: digits and capitals, so that it neither
    /// is nor holds an end marker.
    pub(crate) fn text(&mut self, length: usize) -> String {
        let rng = &mut self.words.rng;
        let mut letter = || rng.digit(36).to_ascii_uppercase();
        (0..length).map(|_| letter()).collect()
    }

    /// Starts the server and connects to it.
    pub(crate) fn server(&mut self) -> Result<(Server, Stream), Failure> {
        let port = self.port()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if self.target.port.is_some()
            && Stream::connect(address, "probe".into(), 0, &History::new()).is_ok()
        {
            return Err(Failure::Broken(format!(
                "another program already listens on {address}; stop it first"
            )));
        }
        self.server_at(address)
    }

    /// Starts the server at an address that may have been used before.
    pub(crate) fn server_at(&mut self, address: SocketAddr) -> Result<(Server, Stream), Failure> {
        let subject = self.start(address, false)?;
        let server = Server { subject, address };
        let first = self.first_connection(&server)?;
        Ok((server, first))
    }

    /// One more connection to a server that is up.
    ///
    /// # Errors
    /// With `cause` when nobody accepts.
    pub(crate) fn connect(&mut self, server: &Server, cause: Cause) -> Result<Stream, Failure> {
        self.dial(server, Stream::connect)
            .map_err(|error| refused(server, cause, &error))
    }

    /// One more connection, with small buffers.
    pub(crate) fn connect_narrow(&mut self, server: &Server) -> Result<Stream, Failure> {
        self.dial(server, Stream::connect_narrow)
            .map_err(|error| refused(server, ONE_CLIENT_ONLY, &error))
    }

    fn dial(&mut self, server: &Server, connect: Connect) -> io::Result<Stream> {
        let name = format!("connection {}", self.connections + 1);
        let group = server.subject.group();
        let stream = connect(server.address, name, group, &self.history)?;
        self.connections += 1;
        Ok(stream.patient(self.patience()))
    }

    /// The connection that finds the port open is the first of the check, so
    /// that a server which serves only one can be judged.
    fn first_connection(&mut self, server: &Server) -> Result<Stream, Failure> {
        let address = server.address;
        let wanted = || format!("the program to listen on {address}");
        let start = Instant::now();
        let mut elsewhere_since = None;
        let [mut pause, longest] = PAUSES;
        while start.elapsed() < self.options.start_timeout {
            if let Ok(stream) = self.dial(server, Stream::connect) {
                return Ok(stream);
            }
            if let Some(exit) = server.subject.exited() {
                return Err(Failure::words(
                    end_at_start(exit),
                    wanted(),
                    format!("it ended with {exit}"),
                ));
            }
            // Asking the system is slow; most programs are up before it is asked.
            if start.elapsed() > ELSEWHERE / 10 {
                let found = listening_elsewhere(&server.subject, address);
                let since = *elsewhere_since.get_or_insert_with(Instant::now);
                match found {
                    None => elsewhere_since = None,
                    Some(found) if since.elapsed() > ELSEWHERE => {
                        let got = format!("it listens on {found}");
                        return Err(Failure::words(WRONG_ADDRESS, wanted(), got));
                    }
                    Some(_) => {}
                }
            }
            thread::sleep(pause);
            pause = (pause * 2).min(longest);
        }
        let waited = self.options.start_timeout.as_secs();
        Err(Failure::words(
            NOT_LISTENING,
            wanted(),
            format!("it did not within {waited} s"),
        ))
    }

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

    /// An address where nobody listens.
    pub(crate) fn dead_address(&self) -> Result<SocketAddr, Failure> {
        Ok((Ipv4Addr::LOCALHOST, self.port()?).into())
    }

    /// Starts the program, told `address`; with `input` it can be fed.
    pub(crate) fn start(&mut self, address: SocketAddr, input: bool) -> Result<Subject, Failure> {
        let here = || std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let values = Values {
            address,
            dir: self.target.dir.clone().unwrap_or_else(here),
        };
        let subject = Subject::start(&self.target.command, &values, input, &self.history)?;
        self.outputs.push(subject.output().clone());
        Ok(subject)
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
        let [mut pause, longest] = PAUSES;
        while start.elapsed() < limit {
            // Looked at before accepting: a client may connect and end at once.
            let exit = client.exited();
            match listener.accept() {
                Ok((socket, _)) => return self.accepted(socket, client).map(Some),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(Failure::Broken(format!("accept failed: {error}"))),
            }
            if let Some(exit) = exit {
                let got = format!("it ended with {exit}");
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
            .and_then(|()| Stream::new(socket, name, client.group(), &self.history))
            .map(|stream| stream.patient(self.patience()))
            .map_err(|error| Failure::Broken(format!("cannot use the connection: {error}")))
    }

    fn port(&self) -> Result<u16, Failure> {
        match self.target.port {
            Some(port) => Ok(port),
            None => subject::pick_port()
                .map_err(|error| Failure::Broken(format!("no free port: {error}"))),
        }
    }

    /// A replay holds every cut twice as long.
    fn patience(&self) -> u32 {
        if self.options.only.is_some() { 2 } else { 1 }
    }
}

/// A server under check.
pub(crate) struct Server {
    pub(crate) subject: Subject,
    pub(crate) address: SocketAddr,
}

fn refused(server: &Server, cause: Cause, error: &io::Error) -> Failure {
    let state = match server.subject.exited() {
        Some(exit) => format!("the server had ended with {exit}"),
        None => format!("connecting failed: {error}"),
    };
    Failure::words(cause, "another connection to be accepted", state)
}

/// The shell that sets the limits reports a command it cannot run by these
/// codes (POSIX, Shell Command Language, 2.8.2).
fn end_at_start(exit: Exit) -> Cause {
    match exit {
        Exit::Code(127) => NOT_FOUND,
        Exit::Code(126) => NOT_EXECUTABLE,
        _ => EXITED_EARLY,
    }
}

/// Where the program listens, when it is not where it should.
fn listening_elsewhere(subject: &Subject, wanted: SocketAddr) -> Option<String> {
    let mut found = Processes::of(subject.group()).listening();
    // Where the system does not tell, the likeliest mistake is looked for.
    let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, wanted.port()));
    if found.is_empty() && TcpStream::connect_timeout(&v6, PAUSES[1]).is_ok() {
        found.push(v6);
    }
    let list: Vec<_> = found.iter().map(ToString::to_string).collect();
    (!list.is_empty()).then(|| list.join(" and "))
}

/// Random words: easy to recognise, never markers, none part of another.
struct Words {
    rng: Rng,
    given: u32,
}

impl Words {
    const LIST: [&str; 16] = [
        "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven", "inlet", "jolly",
        "koala", "lemon", "maple", "north", "ocean", "pearl",
    ];

    fn new(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            given: 0,
        }
    }

    /// A word and two digits at random, then the count: never the same twice.
    fn next(&mut self) -> String {
        self.given += 1;
        let word = self.rng.choice(Self::LIST).unwrap_or("word");
        format!("{word}{}-{:02}", self.rng.u8(10..100), self.given)
    }
}
