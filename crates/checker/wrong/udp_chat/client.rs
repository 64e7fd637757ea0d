//! The right client, and what wrong ones do instead: its socket, its input, and
//! what is said.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::table::Bug;
use crate::common::resolve;

/// How often it looks what is due.
const TURN: Duration = Duration::from_millis(10);
/// How long it asks to be let in.
const JOINING: Duration = Duration::from_secs(10);
/// How long the server may be silent.
const SILENT: Duration = Duration::from_secs(30);

pub(crate) fn run(host: &str, port: u16, name: &str, bug: Bug) -> io::Result<()> {
    let server = resolve(host, port)?;
    let own = if bug == Bug::FixedPort { 7184 } else { 0 };
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, own))?;
    let connected = !matches!(bug, Bug::Unconnected | Bug::HostOnly | Bug::IgnoresRefused);
    if connected {
        socket.connect(server)?;
    }
    socket.set_read_timeout(Some(TURN))?;
    let (sender, input) = channel();
    thread::spawn(move || {
        for line in io::stdin().lock().split(b'\n') {
            let Ok(line) = line else { return };
            let line = String::from_utf8_lossy(&line).into_owned();
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let now = Instant::now();
    Client {
        socket,
        server,
        bug,
        name: match bug {
            Bug::OtherName => name.to_uppercase(),
            _ => name.to_owned(),
        },
        cookie: None,
        state: State::Joining { since: now },
        asked: 0,
        due: now,
        heard: now,
        pinged: None,
        said: if bug == Bug::FromTwo { 1 } else { 0 },
        waiting: BTreeMap::new(),
        input: Some(input),
        last: 0,
        kept: BTreeMap::new(),
        acked: Vec::new(),
    }
    .talk()
}

/// Where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Joining { since: Instant },
    In,
    Leaving { quits: u32 },
    Gone,
}

pub(crate) struct Client {
    pub(crate) socket: UdpSocket,
    pub(crate) server: SocketAddr,
    pub(crate) bug: Bug,
    pub(crate) name: String,
    pub(crate) cookie: Option<String>,
    pub(crate) state: State,
    /// How often it has sent what it sends now, and when it does again.
    pub(crate) asked: u32,
    pub(crate) due: Instant,
    /// When the server was heard last.
    pub(crate) heard: Instant,
    pub(crate) pinged: Option<Instant>,
    said: u32,
    /// What is not acknowledged.
    pub(crate) waiting: BTreeMap<u32, Waiting>,
    /// Gone when the input has ended.
    input: Option<Receiver<String>>,
    /// The last item printed, and those that wait for the ones before them.
    pub(crate) last: u32,
    pub(crate) kept: BTreeMap<u32, String>,
    pub(crate) acked: Vec<u32>,
}

pub(crate) struct Waiting {
    text: String,
    times: u32,
    wait: Duration,
    due: Instant,
}

impl Client {
    fn talk(mut self) -> io::Result<()> {
        if self.bug == Bug::SaysFirst {
            self.send("SAY 1 hello")?;
        }
        loop {
            self.take_input();
            match self.state {
                State::Joining { since } => self.ask_in(since)?,
                State::In => self.say_and_ping()?,
                State::Leaving { quits } => self.quit(quits)?,
                State::Gone if self.bug == Bug::ExitOne => return Err(io::Error::other("done")),
                State::Gone => return Ok(()),
            }
            self.receive()?;
        }
    }

    pub(crate) fn send(&self, line: &str) -> io::Result<()> {
        match self.socket.peer_addr() {
            Ok(_) => self.socket.send(line.as_bytes()),
            Err(_) => self.socket.send_to(line.as_bytes(), self.server),
        }
        .map(drop)
    }

    fn take_input(&mut self) {
        let Some(input) = &self.input else { return };
        // As many as may be under way; the rest waits in the channel.
        let most = match self.bug {
            Bug::StopAndWait => 1,
            Bug::SaysAll => usize::MAX,
            _ => 64,
        };
        let early = matches!(self.state, State::Joining { .. });
        // A refused one is out of the way of the others.
        while !early && self.span() < most {
            let mut line = match input.try_recv() {
                Ok(line) => line,
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    self.input = None;
                    return;
                }
            };
            match self.bug {
                Bug::TrimsLines => line = line.trim().to_owned(),
                Bug::CountsEmpty if line.is_empty() => self.said += 1,
                Bug::OneLine if self.said > 0 => continue,
                _ => {}
            }
            if line.is_empty() && self.bug != Bug::SaysEmpty {
                continue;
            }
            self.said += 1;
            let waiting = Waiting {
                text: line,
                times: 0,
                wait: Duration::from_millis(100),
                due: Instant::now(),
            };
            self.waiting.insert(self.said, waiting);
        }
    }

    /// From the first that is not acknowledged to the last that was said.
    fn span(&self) -> usize {
        match (self.waiting.first_key_value(), self.bug) {
            (Some((first, _)), _) => (self.said - first + 1) as usize,
            (None, _) => 0,
        }
    }

    fn ask_in(&mut self, since: Instant) -> io::Result<()> {
        if self.bug == Bug::NeverSends {
            return Ok(());
        }
        if since.elapsed() > JOINING && self.bug != Bug::JoinsForEver {
            return Err(io::Error::other("no answer"));
        }
        let once = match self.cookie {
            Some(_) => self.bug == Bug::CookieOnce,
            None => self.bug == Bug::JoinsOnce,
        };
        if Instant::now() < self.due || once && self.asked > 0 {
            return Ok(());
        }
        let line = match &self.cookie {
            Some(cookie) => format!("JOIN {} {cookie}", self.name),
            None => format!("JOIN {}", self.name),
        };
        self.asked += 1;
        self.due = Instant::now() + Duration::from_millis(200);
        match self.bug {
            Bug::JoinBytesRepr => self.send(&format!("b'{line}'")),
            // Before the second JOIN, however late its input comes.
            Bug::SaysTooSoon if self.cookie.is_none() => {
                self.send(&line)?;
                self.send("SAY 1 hello")
            }
            _ => self.send(&line),
        }
    }

    fn say_and_ping(&mut self) -> io::Result<()> {
        let silence = self.heard.elapsed();
        if silence > SILENT && self.bug != Bug::WaitsForEver {
            return Err(io::Error::other("the server is silent"));
        }
        let pinged = self.pinged.map(|at| at.elapsed() > Duration::from_secs(1));
        let again = match self.bug {
            Bug::NeverPings => false,
            Bug::PingsOnce => pinged.is_none(),
            _ => pinged != Some(false),
        };
        if silence > Duration::from_secs(5) && again {
            self.pinged = Some(Instant::now());
            self.send("PING")?;
        }
        self.say_due()?;
        let early = self.bug == Bug::QuitsEarly;
        if self.input.is_none() && (self.waiting.is_empty() || early) {
            match self.bug {
                Bug::LeavesSilently => self.state = State::Gone,
                Bug::NeverLeaves => {}
                _ => self.state = State::Leaving { quits: 0 },
            }
            self.due = Instant::now();
        }
        Ok(())
    }

    fn say_due(&mut self) -> io::Result<()> {
        let now = Instant::now();
        let most = match self.bug {
            Bug::NeverSaysAgain => 1,
            Bug::SaysTwice => 2,
            Bug::DeafToAcks => 10,
            _ => u32::MAX,
        };
        let mut lines = Vec::new();
        let renumbered = Bug::RenumbersSays == self.bug;
        for (&id, waiting) in &mut self.waiting {
            if waiting.due > now || waiting.times >= most {
                continue;
            }
            let id = if renumbered {
                id + 100 * waiting.times
            } else {
                id
            };
            lines.push(format!("SAY {id} {}", waiting.text));
            waiting.times += 1;
            waiting.due = now + waiting.wait;
            waiting.wait = (waiting.wait * 3 / 2).min(Duration::from_millis(500));
        }
        if self.bug == Bug::DeafToAcks {
            self.waiting.retain(|_, waiting| waiting.times < most);
        }
        lines.iter().try_for_each(|line| self.send(line))
    }

    fn quit(&mut self, quits: u32) -> io::Result<()> {
        if Instant::now() < self.due {
            return Ok(());
        }
        if quits == 5 {
            // Everything it said has arrived.
            self.state = State::Gone;
            return Ok(());
        }
        if self.bug == Bug::QuitsOnce && quits > 0 {
            return Ok(());
        }
        self.state = State::Leaving { quits: quits + 1 };
        self.due = Instant::now() + Duration::from_millis(300);
        self.send("QUIT")
    }
}
