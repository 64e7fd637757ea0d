//! Your server: `my-udp-chat-server PORT`. Holes 5 to 10 are here.

mod protocol;

use std::{
    collections::HashMap,
    env,
    hash::{BuildHasher as _, RandomState},
    io,
    net::{SocketAddr, UdpSocket},
    process::ExitCode,
    time::{Duration, Instant},
};

use protocol::{Inbox, LARGEST, Outbox, cut, line, numbered};

fn main() -> ExitCode {
    let Some(port) = env::args().nth(1).and_then(|port| port.parse::<u16>().ok()) else {
        eprintln!("usage: my-udp-chat-server PORT");
        return ExitCode::from(2);
    };
    match run(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Server {
    socket: UdpSocket,
    /// A member is an address and port: nothing else says who sent a datagram.
    members: HashMap<SocketAddr, Member>,
    /// Hashes with a key that nobody else knows and that differs in each run.
    secret: RandomState,
    started: Instant,
}

struct Member {
    name: String,
    /// What it says.
    inbox: Inbox,
    /// What it is sent: MSG and NOTE, in one sequence.
    outbox: Outbox,
}

fn run(port: u16) -> io::Result<()> {
    let socket = UdpSocket::bind(("127.0.0.1", port))?;
    println!("listening on {}", socket.local_addr()?);
    let mut server = Server {
        socket,
        members: HashMap::new(),
        secret: RandomState::new(),
        started: Instant::now(),
    };
    let mut buffer = vec![0; LARGEST];
    loop {
        let wait = server.send_due();
        // HOLE 5 (UC-9, UC-12): something is due in `wait`, but this waits until
        // somebody sends something. See `UdpSocket::set_read_timeout`. And which
        // of the errors here may end the server? (The question mark is one.)
        let _ = wait;
        let (count, from) = server.socket.recv_from(&mut buffer)?;
        if let Some(line) = line(&buffer[..count]) {
            server.take(line, from);
        }
    }
}

impl Server {
    /// Sends everybody what is due, and says how long nothing will be.
    fn send_due(&mut self) -> Duration {
        let now = Instant::now();
        let mut wait = Duration::from_secs(1);
        for (address, member) in &mut self.members {
            for datagram in member.outbox.due(now) {
                let _ = self.socket.send_to(datagram.as_bytes(), address);
            }
            wait = wait.min(member.outbox.wait(now));
        }
        // To the system, no time at all would be no limit.
        wait.max(Duration::from_millis(1))
    }

    /// Sends what nobody waits for: whoever misses it asks again.
    fn answer(&self, line: &str, to: SocketAddr) {
        let _ = self.socket.send_to(line.as_bytes(), to);
    }

    /// Queues the same for everybody else, for each under an id of its own.
    fn tell_others(&mut self, from: SocketAddr, word: &str, fields: &str) {
        for (address, member) in &mut self.members {
            if *address != from {
                member.outbox.push(word, fields, Instant::now());
            }
        }
    }

    /// Takes a line from somebody.
    ///
    /// HOLE 6 (UC-11): from anybody. Who is no member, and what does he get?
    fn take(&mut self, line: &str, from: SocketAddr) {
        let (word, fields) = cut(line);
        match word {
            "JOIN" => self.join(fields, from),
            "QUIT" => self.quit(from),
            "PING" => self.answer("PONG", from),
            "SAY" => {
                if let Some((id, text)) = numbered(fields) {
                    self.say(id, text, from);
                }
            }
            "ACK" => {
                if let (Some((id, _)), Some(member)) =
                    (numbered(fields), self.members.get_mut(&from))
                {
                    member.outbox.acknowledged(id);
                }
            }
            _ => {}
        }
    }

    /// Somebody wants in: `fields` are his name and perhaps a cookie.
    ///
    /// HOLE 7 (UC-1, UC-2, UC-3, UC-4, UC-5): here any cookie is the right one.
    /// What of another one, of a JOIN that comes again, and of a name that
    /// somebody else has?
    fn join(&mut self, fields: &str, from: SocketAddr) {
        let (name, cookie) = cut(fields);
        if cookie.is_empty() {
            let slot = self.started.elapsed().as_secs() / 30;
            let cookie = self.cookie(from, slot);
            return self.answer(&format!("COOKIE {cookie}"), from);
        }
        let member = Member {
            name: name.to_owned(),
            inbox: Inbox::default(),
            outbox: Outbox::default(),
        };
        self.members.insert(from, member);
        let count = self.members.len();
        self.answer(&format!("WELCOME {name} {count}"), from);
        self.tell_others(from, "NOTE", &format!("joined {name}"));
    }

    /// What only who receives at this address can know, in these 30 seconds.
    ///
    /// HOLE 8 (UC-1, UC-3): everybody gets the same one.
    fn cookie(&self, address: SocketAddr, slot: u64) -> String {
        let _ = address;
        letters(self.secret.hash_one(slot))
    }

    /// A member says something.
    ///
    /// HOLE 9 (UC-6, UC-7, UC-8): it is acknowledged, and nobody gets it.
    fn say(&mut self, id: u32, text: &str, from: SocketAddr) {
        let Some(member) = self.members.get_mut(&from) else {
            return;
        };
        let name = member.name.clone();
        let (is_taken, texts) = member.inbox.take(id, text);
        if is_taken {
            self.answer(&format!("ACK {id}"), from);
        }
        let _ = (name, texts);
    }

    /// Somebody leaves, and perhaps says so again, since our answer was lost.
    ///
    /// HOLE 10 (UC-10)
    fn quit(&mut self, from: SocketAddr) {
        let _ = (self, from);
    }
}

/// 64 bits as 11 letters of the alphabet of base64url.
fn letters(mut bits: u64) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for _ in 0..11 {
        text.push(char::from(ALPHABET[(bits % 64) as usize]));
        bits /= 64;
    }
    text
}
