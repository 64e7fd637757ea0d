//! A network that exists in memory only: a room, its clients, a clock that is
//! moved by hand, and datagrams that are lost, doubled, late and overtaken. The
//! same seed gives the same history.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use fastrand::Rng;
use udp_chat::{
    protocol::Change,
    room::{self, Peer, Room, Rules},
    session::{self, End, News, Patience, Session},
};

/// What becomes of a datagram, in per cent, each way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weather {
    pub(crate) drop: u8,
    pub(crate) double: u8,
    /// Held back long enough to be overtaken by others.
    pub(crate) late: u8,
}

/// What a client was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    Welcome,
    Said(String, String),
    Changed(Change, String),
}

/// One client program.
pub(crate) struct Client {
    pub(crate) name: String,
    pub(crate) peer: Peer,
    pub(crate) session: Session,
    pub(crate) said: Vec<String>,
    pub(crate) seen: Vec<Seen>,
    /// Whether it was pulled out of the wall: nothing comes from it or to it.
    pub(crate) dead: bool,
}

impl Client {
    pub(crate) fn end(&self) -> Option<End> {
        self.session.end()
    }
}

pub(crate) struct World {
    pub(crate) room: Room,
    pub(crate) clients: Vec<Client>,
    pub(crate) random: Rng,
    pub(crate) now: Instant,
    weather: Weather,
    queue: BinaryHeap<Reverse<(Instant, u64, Packet)>>,
    packets: u64,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Packet {
    /// To the server, or from it.
    up: bool,
    client: usize,
    bytes: Vec<u8>,
}

/// Where what a machine sends is collected.
struct Sent<'a> {
    packets: Vec<Packet>,
    clients: &'a [Client],
}

impl room::Effects for Sent<'_> {
    fn send(&mut self, to: Peer, datagram: &str) {
        // The last one with this address: programs come and go.
        let client = self.clients.iter().rposition(|client| client.peer == to);
        self.packets.extend(client.map(|client| Packet {
            up: false,
            client,
            bytes: datagram.as_bytes().to_vec(),
        }));
    }
    fn show(&mut self, _: room::News<'_>) {}
}

struct Screen<'a> {
    packets: Vec<Packet>,
    client: usize,
    seen: &'a mut Vec<Seen>,
}

impl session::Effects for Screen<'_> {
    fn send(&mut self, datagram: &str) {
        self.packets.push(Packet {
            up: true,
            client: self.client,
            bytes: datagram.as_bytes().to_vec(),
        });
    }
    fn show(&mut self, news: News<'_>) {
        self.seen.push(match news {
            News::Welcome { .. } => Seen::Welcome,
            News::Said { from, text } => Seen::Said(from.to_owned(), text.to_owned()),
            News::Changed { change, name } => Seen::Changed(change, name.to_owned()),
            News::Refused { .. } | News::Split { .. } => panic!("{news}"),
        });
    }
}

impl World {
    pub(crate) fn new(seed: u64, weather: Weather, rules: Rules) -> Self {
        let now = Instant::now();
        World {
            room: Room::new(rules, [7; 32], now),
            clients: Vec::new(),
            random: Rng::with_seed(seed),
            now,
            weather,
            queue: BinaryHeap::new(),
            packets: 0,
        }
    }

    /// Starts a program, at an address of its own.
    pub(crate) fn start(&mut self, name: &str) -> usize {
        let number = self.clients.len();
        // Not in the order in which they come: the room goes by addresses.
        let port = 1 + (number as u16).wrapping_mul(40_503) % 60_000;
        self.clients.push(Client {
            name: name.to_owned(),
            peer: Peer {
                socket: 0,
                address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            },
            session: Session::new(name, Patience::default(), self.now),
            said: Vec::new(),
            seen: Vec::new(),
            dead: false,
        });
        number
    }

    /// Lets a client say one more thing, if it can.
    pub(crate) fn say(&mut self, client: usize) -> bool {
        let now = self.now;
        let one = &mut self.clients[client];
        if one.dead || !one.session.takes_more() {
            return false;
        }
        let text = format!("{client}:{}", one.said.len());
        one.session.say(&text, now);
        one.said.push(text);
        true
    }

    pub(crate) fn leave(&mut self, client: usize) {
        self.clients[client].session.leave(None, self.now);
    }

    /// Goes on to whatever happens next, but not beyond `until`.
    pub(crate) fn step(&mut self, until: Instant) {
        let clients = self.clients.iter().filter(|c| !c.dead && c.end().is_none());
        let wake = clients.map(|client| client.session.next_wake());
        let wake = wake.chain(self.room.next_wake()).min();
        let arrival = self.queue.peek().map(|Reverse((at, ..))| *at);
        let next = wake.into_iter().chain(arrival).min().unwrap_or(until);
        self.now = self.now.max(next.min(until));
        while let Some(Reverse((at, ..))) = self.queue.peek() {
            if *at > self.now {
                break;
            }
            if let Some(Reverse((_, _, packet))) = self.queue.pop() {
                self.arrive(&packet);
            }
        }
        for client in 0..self.clients.len() {
            self.act(client, |session, now, screen| session.transmit(now, screen));
        }
        let mut sent = Sent {
            packets: Vec::new(),
            clients: &self.clients,
        };
        self.room.transmit(self.now, usize::MAX, &mut sent);
        let packets = sent.packets;
        self.send(packets);
    }

    /// Steps until `done`, for at most so many seconds.
    pub(crate) fn until(&mut self, seconds: u64, done: impl Fn(&World) -> bool) -> bool {
        let limit = self.now + Duration::from_secs(seconds);
        while !done(self) {
            if self.now >= limit {
                return false;
            }
            self.step(limit);
        }
        true
    }

    fn arrive(&mut self, packet: &Packet) {
        if self.clients[packet.client].dead {
            return;
        }
        if packet.up {
            let mut sent = Sent {
                packets: Vec::new(),
                clients: &self.clients,
            };
            let from = self.clients[packet.client].peer;
            self.room.receive(from, &packet.bytes, self.now, &mut sent);
            let packets = sent.packets;
            self.send(packets);
        } else {
            self.act(packet.client, |session, now, screen| {
                session.receive(&packet.bytes, now, screen);
            });
        }
    }

    fn act(&mut self, client: usize, act: impl FnOnce(&mut Session, Instant, &mut Screen<'_>)) {
        let now = self.now;
        let one = &mut self.clients[client];
        // The port of a program that has ended is closed.
        if one.dead || one.session.end().is_some() {
            return;
        }
        let mut screen = Screen {
            packets: Vec::new(),
            client,
            seen: &mut one.seen,
        };
        act(&mut one.session, now, &mut screen);
        let packets = screen.packets;
        self.send(packets);
    }

    fn send(&mut self, packets: Vec<Packet>) {
        for packet in packets {
            let random = &mut self.random;
            if random.u8(..100) < self.weather.drop {
                continue;
            }
            let copies = 1 + usize::from(random.u8(..100) < self.weather.double);
            for _ in 0..copies {
                let late = match random.u8(..100) {
                    roll if roll >= self.weather.late => 0,
                    0 => random.u64(200..2000),
                    _ => random.u64(5..60),
                };
                let at = self.now + Duration::from_micros(random.u64(200..3000) + late * 1000);
                self.packets += 1;
                let packet = Packet {
                    up: packet.up,
                    client: packet.client,
                    bytes: packet.bytes.clone(),
                };
                self.queue.push(Reverse((at, self.packets, packet)));
            }
        }
    }

    /// What a client saw of what `from` said.
    pub(crate) fn heard(&self, client: usize, from: usize) -> Vec<String> {
        let prefix = format!("{from}:");
        let seen = self.clients[client].seen.iter();
        seen.filter_map(|seen| match seen {
            Seen::Said(_, text) if text.starts_with(&prefix) => Some(text.clone()),
            _ => None,
        })
        .collect()
    }
}
