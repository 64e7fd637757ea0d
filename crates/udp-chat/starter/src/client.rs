//! Your client: `my-udp-chat-client HOST PORT NAME`. Holes 11 to 17 are here.
//!
//! Lines come on standard input; what others say goes to standard output.

mod protocol;

use std::{
    env,
    io::{self, Write as _},
    net::{SocketAddr, ToSocketAddrs as _, UdpSocket},
    process::ExitCode,
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use protocol::{Inbox, LARGEST, Outbox, cut, line, numbered};

fn main() -> ExitCode {
    let mut words = env::args().skip(1);
    let (host, port, name) = (words.next(), words.next(), words.next());
    let port = port.and_then(|port| port.parse::<u16>().ok());
    let (Some(host), Some(port), Some(name)) = (host, port, name) else {
        eprintln!("usage: my-udp-chat-client HOST PORT NAME");
        return ExitCode::from(2);
    };
    match run(&host, port, name) {
        Ok(()) => ExitCode::SUCCESS,
        // UC-40: whoever started us must be able to tell.
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What there is to wait for. Nobody can wait for the keyboard and the network
/// in one call, so each has a thread, and both report to one channel.
enum Event {
    Line(String),
    /// There will be no more lines.
    End,
    Datagram(Vec<u8>),
}

struct Client {
    socket: UdpSocket,
    server: SocketAddr,
    name: String,
    state: State,
    /// When JOIN or QUIT is to be sent, in the states that send one.
    due: Option<Instant>,
    inbox: Inbox,
    outbox: Outbox,
    /// What was typed and not said yet.
    typed: Vec<String>,
    has_ended: bool,
}

enum State {
    /// Not let in yet. The cookie is empty until there is one.
    Joining {
        cookie: String,
    },
    In,
    Leaving,
    Over,
}

fn run(host: &str, port: u16, name: String) -> io::Result<()> {
    let mut found = (host, port).to_socket_addrs()?;
    let server = found.next().ok_or(io::ErrorKind::NotFound)?;
    // Port 0: the system chooses one.
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    // HOLE 11 (UC-37): whose datagrams does this socket receive now? There is a
    // call that lets in only the server's.
    let events = events(&socket)?;
    let mut client = Client {
        socket,
        server,
        name,
        state: State::Joining {
            cookie: String::new(),
        },
        due: Some(Instant::now()),
        inbox: Inbox::default(),
        outbox: Outbox::default(),
        typed: Vec::new(),
        has_ended: false,
    };
    loop {
        client.say();
        let wait = client.send_due();
        if let State::Over = client.state {
            return Ok(());
        }
        match events.recv_timeout(wait) {
            Ok(Event::Line(line)) => client.typed.push(line),
            Ok(Event::End) => client.has_ended = true,
            Ok(Event::Datagram(bytes)) => {
                if let Some(line) = line(&bytes) {
                    client.take(line)?;
                }
            }
            // Nothing came, and something is due.
            Err(_) => {}
        }
    }
}

/// Starts the two threads.
fn events(socket: &UdpSocket) -> io::Result<Receiver<Event>> {
    let (report, events) = mpsc::channel();
    let typed = report.clone();
    thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            let _ = typed.send(Event::Line(line));
        }
        let _ = typed.send(Event::End);
    });
    let socket = socket.try_clone()?;
    thread::spawn(move || {
        let mut buffer = vec![0; LARGEST];
        loop {
            // An error is news of an earlier datagram, and no end.
            if let Ok((count, _)) = socket.recv_from(&mut buffer)
                && report
                    .send(Event::Datagram(buffer[..count].to_vec()))
                    .is_err()
            {
                return;
            }
        }
    });
    Ok(events)
}

impl Client {
    fn send(&self, line: &str) {
        let _ = self.socket.send_to(line.as_bytes(), self.server);
    }

    /// Says what was typed.
    ///
    /// HOLE 12 (UC-31): is there anybody to say it to? And what of an empty line?
    fn say(&mut self) {
        for line in self.typed.drain(..) {
            self.outbox.push("SAY", &line, Instant::now());
        }
    }

    /// Sends what is due, and says how long nothing will be.
    fn send_due(&mut self) -> Duration {
        let now = Instant::now();
        // HOLE 13 (UC-39): is everything said, and does the server have it?
        if self.has_ended && !matches!(self.state, State::Over) {
            self.state = State::Leaving;
            self.due = Some(now);
        }
        for datagram in self.outbox.due(now) {
            self.send(&datagram);
        }
        if self.due.is_some_and(|due| due <= now) {
            // HOLE 14 (UC-30, UC-39): here each is sent once. When is it due
            // again? And how many QUITs are enough?
            self.due = None;
            match &self.state {
                State::Joining { cookie } if cookie.is_empty() => {
                    self.send(&format!("JOIN {}", self.name));
                }
                State::Joining { cookie } => self.send(&format!("JOIN {} {cookie}", self.name)),
                State::Leaving => {
                    self.send("QUIT");
                    self.state = State::Over;
                }
                State::In | State::Over => {}
            }
        }
        let wait = self.outbox.wait(now);
        self.due
            .map_or(wait, |due| wait.min(due.saturating_duration_since(now)))
    }

    /// Takes a line from the server.
    fn take(&mut self, line: &str) -> io::Result<()> {
        let (word, fields) = cut(line);
        match word {
            "WELCOME" => {
                if let State::Joining { .. } = self.state {
                    self.state = State::In;
                    self.due = None;
                }
            }
            "ACK" => {
                if let Some((id, _)) = numbered(fields) {
                    self.outbox.acknowledged(id);
                }
            }
            // HOLE 15 (UC-33, UC-34, UC-35, UC-36): what does the server wait
            // for when it has sent this? `texts` are what to print.
            "MSG" | "NOTE" => {
                if let Some((id, text)) = numbered(fields) {
                    let (_, texts) = self.inbox.take(id, text);
                    for text in texts {
                        writeln!(io::stdout(), "{text}")?;
                    }
                }
            }
            // HOLE 16 (UC-29, UC-39, UC-40): what of COOKIE, BYE and ERR?
            // HOLE 17 (UC-38): and of what nobody has heard of?
            word => return Err(io::Error::other(format!("the server says {word}"))),
        }
        Ok(())
    }
}
