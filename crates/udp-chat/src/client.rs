//! The client: keyboard and network at once.
//!
//! Nobody can wait for a key and for a datagram in one call everywhere. So one
//! thread waits for the keyboard and one for the network; each puts what it gets
//! into a channel, and `select!` waits for both, for the clock and for the stop.

use std::{
    fmt, thread,
    time::{Duration, Instant},
};

use common::{
    escape::escape,
    exit::{Failure, reason, tell},
    input::Line,
    net::{DatagramBuffer, DatagramError, DatagramSocket, LARGEST_DATAGRAM},
    output::{Output, OutputError},
    stop::Stop,
};
use crossbeam_channel::{Receiver, RecvError, Sender, bounded, never, select};

pub use crate::session::News;
use crate::{
    more::split,
    protocol::{Change, Code},
    session::{Effects, End, Patience, Session},
};

/// Who types this alone leaves.
pub const LEAVE: &str = "q";

/// Datagrams between the thread of the network and this one. More would only
/// wait here instead of in the socket.
const BETWEEN: usize = 64;

/// After Ctrl-C, how long to wait for the acknowledgement of what was said.
const AFTER_STOP: Duration = Duration::from_millis(300);

/// Without an answer for so long, the next address of the server's name is
/// tried.
const NEXT_ADDRESS: Duration = Duration::from_secs(2);

/// As good as for ever.
const LONG: Duration = Duration::from_secs(3600);

/// How to talk.
#[derive(Debug, Clone)]
pub struct Options {
    /// The name to join with.
    pub name: String,
    /// How long to wait.
    pub patience: Patience,
}

/// Where the client puts what it has to say.
pub trait Show {
    /// Shows one piece of news. Its `Display` is a line without an end, escaped
    /// already.
    ///
    /// # Errors
    ///
    /// The output's; the client then leaves.
    fn show(&mut self, news: &News<'_>) -> Result<(), OutputError>;
}

impl Show for Output {
    fn show(&mut self, news: &News<'_>) -> Result<(), OutputError> {
        self.line(news)
    }
}

/// A line for the user, with nothing in it that could drive the terminal.
impl fmt::Display for News<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            News::Welcome { name, count } => {
                write!(f, "* you are {}, {count} here", escape(name))
            }
            News::Said { from, text } => write!(f, "{}: {}", escape(from), escape(text)),
            News::Changed { change, name } => {
                let was = if *change == Change::Lost { "was " } else { "" };
                write!(f, "* {} {was}{change}", escape(name))
            }
            News::Refused { said, code } => {
                write!(f, "* the server refused it ({code}): {}", escape(said))
            }
        }
    }
}

/// Joins over the first of `sockets` that answers, says every line of `input`,
/// shows what others say, and leaves at the end of input, at a line that is
/// [`LEAVE`], or at the stop.
///
/// # Errors
///
/// [`Failure`] when the server does not let us in or falls silent, something
/// cannot be said, or the output cannot be written.
pub fn run(
    sockets: &[DatagramSocket],
    input: &Receiver<Line>,
    options: &Options,
    show: &mut dyn Show,
    stop: &Stop,
) -> Result<(), Failure> {
    let mut others = sockets.len();
    for socket in sockets {
        others -= 1;
        let mut talk = Talk {
            session: Session::new(&options.name, options.patience, Instant::now()),
            input,
            lines: 0,
            failure: None,
            stop,
            out: Out {
                socket,
                sent: Ok(()),
                show: &mut *show,
                shown: Ok(()),
            },
        };
        if let Some(end) = talk.run(others > 0)? {
            return talk.verdict(end);
        }
    }
    Err(Failure::usage("--connect", "there is no such address"))
}

/// What the thread of the network says.
type Arrived = Result<Vec<u8>, DatagramError>;

/// A client at work.
struct Talk<'a> {
    session: Session,
    input: &'a Receiver<Line>,
    /// Lines read.
    lines: u64,
    /// What went wrong, although the session goes on to its end.
    failure: Option<Failure>,
    stop: &'a Stop,
    out: Out<'a>,
}

impl Talk<'_> {
    /// The whole session; `None` if nobody answers here and there are other
    /// addresses to try.
    fn run(&mut self, others: bool) -> Result<Option<End>, Failure> {
        let (sender, network) = bounded(BETWEEN);
        let (socket, end) = (self.out.socket, Stop::new());
        thread::scope(|scope| {
            let thread = thread::Builder::new().name("network".to_owned());
            let started = thread.spawn_scoped(scope, || listen(socket, &sender, &end));
            let ended = match started {
                Ok(_) => self.talk(&network, others),
                Err(error) => Err(Failure::new("cannot listen", reason(&error))),
            };
            end.trigger();
            // The thread may be waiting for room in the channel.
            drop(network);
            ended
        })
    }

    // ANCHOR: talk
    fn talk(&mut self, network: &Receiver<Arrived>, others: bool) -> Result<Option<End>, Failure> {
        let began = Instant::now();
        let mut stop = self.stop.channel().clone();
        let no_input = never();
        loop {
            self.session.transmit(Instant::now(), &mut self.out);
            if let Some(end) = self.session.end() {
                return Ok(Some(end));
            }
            let is_new = others && !self.session.was_answered();
            if is_new && began.elapsed() >= NEXT_ADDRESS {
                return Ok(None);
            }
            let input = if self.session.takes_more() {
                self.input
            } else {
                &no_input
            };
            let wake = self.session.next_wake();
            select! {
                recv(network) -> arrived => self.out.sent = self.arrived(arrived),
                recv(input) -> line => self.say(line.ok()),
                recv(stop) -> _ => {
                    stop = never();
                    self.leave_within(AFTER_STOP);
                }
                default(wake.saturating_duration_since(Instant::now())) => {}
            }
            match std::mem::replace(&mut self.out.sent, Ok(())) {
                Err(_) if is_new => return Ok(None),
                Err(error) => return self.unreachable(&error).map(Some),
                Ok(()) => {}
            }
            if self.out.shown.is_err() {
                self.leave_within(Duration::ZERO);
            }
        }
    }
    // ANCHOR_END: talk

    fn arrived(&mut self, arrived: Result<Arrived, RecvError>) -> Result<(), DatagramError> {
        // The thread lives as long as its channel is open.
        let Ok(arrived) = arrived else { return Ok(()) };
        let now = Instant::now();
        self.session.receive(&arrived?, now, &mut self.out);
        Ok(())
    }

    /// Says a line; none is the end of input.
    fn say(&mut self, line: Option<Line>) {
        let now = Instant::now();
        self.lines += 1;
        let number = self.lines;
        let unusable =
            |why: &dyn fmt::Display| Failure::new(format_args!("cannot say line {number}"), why);
        let line = match line {
            None => return self.session.leave(None, now),
            Some(Err(error)) => Err(unusable(&error)),
            Some(Ok(bytes)) => String::from_utf8(bytes).map_err(|error| {
                let at = error.utf8_error().valid_up_to();
                unusable(&format_args!("it is not UTF-8 at byte {at}"))
            }),
        };
        match line {
            Ok(line) if line == LEAVE => self.session.leave(None, now),
            Ok(line) => {
                let count = split::pieces(&line)
                    .map(|piece| self.session.say(piece, now))
                    .count();
                if count > 1 {
                    let bytes = line.len();
                    tell(
                        "note",
                        &format_args!(
                            "line {number} has {bytes} bytes and goes as {count} messages"
                        ),
                    );
                }
            }
            Err(failure) => {
                self.failure = Some(failure);
                self.session.leave(None, now);
            }
        }
    }

    fn leave_within(&mut self, limit: Duration) {
        let now = Instant::now();
        self.session.leave(Some(now + limit), now);
    }

    /// Nobody listens there any more. Whoever was leaving has left.
    fn unreachable(&self, error: &DatagramError) -> Result<End, Failure> {
        if self.session.is_leaving() {
            return Ok(End::Left);
        }
        let failure = Failure::new(format_args!("cannot reach {}", self.server()), error);
        Err(match error {
            DatagramError::Refused => {
                failure.next_step("start the server first: cargo run --bin udp-chat-server")
            }
            _ => failure,
        })
    }

    /// What the end of the session means for the program.
    fn verdict(self, end: End) -> Result<(), Failure> {
        let server = self.server();
        self.out.shown?;
        let unsaid = self.session.unsaid();
        if self.stop.is_set() {
            return Err(match unsaid {
                0 => Failure::stopped("you have left"),
                _ => Failure::stopped(format_args!("messages not acknowledged: {unsaid}")),
            });
        }
        let lost = |why| Err(Failure::new("the chat is over", why));
        match (end, self.failure) {
            (_, Some(failure)) => Err(failure),
            (End::Left, None) => Ok(()),
            (End::Refused(code), None) => Err(refused(code)),
            (End::NoAnswer, None) => {
                let failure = Failure::new("cannot join", format_args!("{server} does not answer"));
                Err(failure.next_step("is it the address of a udp-chat-server?"))
            }
            (End::Silent, None) => lost("the server is silent"),
            (End::Forgotten, None) => lost("the server does not know you any more; join again"),
            (End::Closed, None) => lost("the server has closed the room"),
        }
    }

    fn server(&self) -> String {
        let peer = self.out.socket.peer();
        peer.map_or_else(String::new, |peer| peer.to_string())
    }
}

fn refused(code: Code) -> Failure {
    let (why, next) = match code {
        Code::Taken => ("another member has that name", "choose another --name"),
        Code::Name => ("the server takes no such name", "choose another --name"),
        Code::Full => ("the room is full", "try again later"),
        Code::Bad | Code::NoJoin | Code::Cookie => (
            "the server does not understand it",
            "is it a udp-chat-server?",
        ),
    };
    Failure::new("cannot join", why).next_step(next)
}

/// The thread of the network: every datagram goes into the channel. When that is
/// full nobody takes any out of the socket, which then loses them; the server
/// sends them again.
fn listen(socket: &DatagramSocket, network: &Sender<Arrived>, end: &Stop) {
    let mut buffer = DatagramBuffer::new(LARGEST_DATAGRAM);
    while !end.is_set() {
        let deadline = Instant::now() + LONG;
        let arrived = match socket.receive_until(&mut buffer, deadline, end) {
            Ok(Some(datagram)) if socket.is_peer(datagram.from) => Ok(datagram.bytes.to_vec()),
            // Nothing, a stranger's, or larger than UDP can carry.
            Ok(_) | Err(DatagramError::TooLarge { .. }) => continue,
            Err(error) => Err(error),
        };
        if network.send(arrived).is_err() {
            return;
        }
    }
}

/// What the session does, done.
struct Out<'a> {
    socket: &'a DatagramSocket,
    sent: Result<(), DatagramError>,
    show: &'a mut dyn Show,
    shown: Result<(), OutputError>,
}

impl Effects for Out<'_> {
    fn send(&mut self, datagram: &str) {
        let sent = self.socket.send(datagram.as_bytes());
        if self.sent.is_ok() {
            self.sent = sent;
        }
    }

    fn show(&mut self, news: News<'_>) {
        if self.shown.is_ok() {
            self.shown = self.show.show(&news);
        }
    }
}
