//! What a check works with: a fresh program, its connections, random words.

mod accept;
mod datagram;
mod words;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::causes::*;
use crate::history::{Event, History};
use crate::lesson::Lesson;
use crate::limits::{CONNECT, Deadline, ELSEWHERE};
use crate::peer::{Stream, Visitor};
use crate::run::{Options, Target};
use crate::speech::Speech;
use crate::subject::{Exit, Output, Port, Processes, Subject, Values};
use crate::verdict::{Cause, Failure};
use words::Words;

/// The shortest and the longest pause between two looks at something that sends
/// no event of its own: a port that opens, a client that connects.
const PAUSES: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(20)];

/// One of the ways to connect that [`Stream`] offers.
type Connect = fn(SocketAddr, String, i32, &History, Deadline) -> io::Result<Stream>;

/// The place where one check is made.
pub(crate) struct Bench<'a> {
    speech: Speech,
    target: &'a Target,
    options: &'a Options,
    history: History,
    deadline: Deadline,
    words: Words,
    /// The outputs of every program started in this check.
    outputs: Vec<Arc<Output>>,
    /// What the program started last was given on standard input.
    input: Vec<u8>,
    connections: usize,
    /// Reserved until the check is over.
    ports: Vec<Port>,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(
        lesson: &Lesson,
        target: &'a Target,
        options: &'a Options,
        check: &str,
    ) -> Self {
        // Each check has words of its own, whichever checks ran before it.
        let salt = check.bytes().fold(options.seed, |salt, byte| {
            salt.rotate_left(5) ^ u64::from(byte)
        });
        Self {
            speech: lesson.speech,
            target,
            options,
            history: History::new(),
            deadline: Deadline::after(options.check_timeout),
            words: Words::new(salt),
            outputs: Vec::new(),
            input: Vec::new(),
            connections: 0,
            ports: Vec::new(),
        }
    }

    /// The failure of a check that took all the time it may take. What it found
    /// after that is worth nothing: its waits were cut short.
    pub(crate) fn too_slow(&self) -> Option<Failure> {
        let limit = self.options.check_timeout.as_secs_f64();
        let got = "it went on, and the program was ended";
        self.deadline.has_passed().then(|| {
            Failure::words(
                TOO_SLOW,
                format!("the check to be over within {limit} s"),
                got,
            )
        })
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.history.events()
    }

    /// What was sent last, and where it was cut.
    pub(crate) fn last_sent(&self) -> Vec<Vec<u8>> {
        self.history.last_sent()
    }

    /// The last lines of standard error of the programs of this check.
    pub(crate) fn last_words(&self) -> Vec<Vec<u8>> {
        self.outputs
            .iter()
            .flat_map(|output| output.last_words())
            .collect()
    }

    /// Gives `program` bytes on standard input, without waiting for it to read.
    pub(crate) fn feed(&mut self, program: &Subject, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
        program.feed(bytes);
    }

    /// What the program started last was given on standard input.
    pub(crate) fn input(&self) -> &[u8] {
        &self.input
    }

    /// A random word no other message of this check contains.
    pub(crate) fn word(&mut self) -> String {
        self.words.next()
    }

    /// A random text of `length` bytes that neither is nor holds an end marker.
    pub(crate) fn text(&mut self, length: usize) -> String {
        self.words.text(length)
    }

    /// What the programs of the lesson say.
    pub(crate) fn speech(&self) -> Speech {
        self.speech
    }

    /// The answer to `text`, as it goes over the wire.
    pub(crate) fn answer(&self, text: &str) -> Vec<u8> {
        self.speech.answer(text.as_bytes())
    }

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
        let stream = self
            .dial(server, Stream::connect)
            .map_err(|error| refused(server, cause, &error))?;
        self.greeted(stream, cause)
    }

    /// One more connection, with small buffers.
    pub(crate) fn connect_narrow(
        &mut self,
        server: &Server,
        cause: Cause,
    ) -> Result<Stream, Failure> {
        let stream = self
            .dial(server, Stream::connect_narrow)
            .map_err(|error| refused(server, cause, &error))?;
        self.greeted(stream, cause)
    }

    /// Takes the greeting, where the lesson has one.
    fn greeted(&self, mut stream: Stream, cause: Cause) -> Result<Stream, Failure> {
        if let Some(greeting) = self.speech.greeting() {
            stream.expect(&greeting).map_err(|seen| {
                if seen.got.is_empty() {
                    seen.blame(cause)
                } else {
                    seen.into()
                }
            })?;
        }
        Ok(stream)
    }

    /// One of very many connections, which are not recorded one by one.
    ///
    /// # Errors
    /// With `cause` when nobody accepts.
    pub(crate) fn visit(&self, server: &Server, cause: Cause) -> Result<Visitor, Failure> {
        Visitor::connect(server.address, self.deadline)
            .map_err(|error| refused(server, cause, &error))
    }

    /// Records what no connection does by itself.
    pub(crate) fn note(&self, text: impl Into<String>) {
        self.history.note(text);
    }

    fn dial(&mut self, server: &Server, connect: Connect) -> io::Result<Stream> {
        let name = format!("connection {}", self.connections + 1);
        let group = server.subject.group();
        let stream = connect(server.address, name, group, &self.history, self.deadline)?;
        self.connections += 1;
        Ok(stream.patient(self.patience()).speaking(self.speech))
    }

    /// The connection that finds the port open is the first of the check, so
    /// that a server which serves only one can be judged.
    fn first_connection(&mut self, server: &Server) -> Result<Stream, Failure> {
        let address = server.address;
        let wanted = || format!("the program to listen on {address}");
        let start = Instant::now();
        let until = self.deadline.within(self.options.start_timeout);
        let mut elsewhere_since = None;
        let [mut pause, longest] = PAUSES;
        while Instant::now() < until {
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

    /// An address where nobody listens.
    pub(crate) fn dead_address(&mut self) -> Result<SocketAddr, Failure> {
        Ok((Ipv4Addr::LOCALHOST, self.port()?).into())
    }

    /// Starts the program, told `address`.
    pub(crate) fn start(&mut self, address: SocketAddr) -> Result<Subject, Failure> {
        if let Some(failure) = self.too_slow() {
            return Err(failure);
        }
        let here = || std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let values = Values {
            address,
            dir: self.target.dir.clone().unwrap_or_else(here),
        };
        let subject = Subject::start(&self.target.command, &values, &self.history, self.deadline)?;
        self.outputs.push(subject.output().clone());
        self.input.clear();
        Ok(subject)
    }

    /// Whether every start of the program uses the same port.
    pub(crate) fn has_fixed_port(&self) -> bool {
        self.target.port.is_some()
    }

    fn port(&mut self) -> Result<u16, Failure> {
        if let Some(port) = self.target.port {
            return Ok(port);
        }
        let port =
            Port::pick().map_err(|error| Failure::Broken(format!("no free port: {error}")))?;
        let number = port.number;
        self.ports.push(port);
        Ok(number)
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

/// Why a program ended that did nothing else.
///
/// The shell that sets the limits reports a command it cannot run by these
/// codes (POSIX, Shell Command Language, 2.8.2).
pub(crate) fn end_at_start(exit: Exit) -> Cause {
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
