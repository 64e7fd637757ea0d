//! The right server, and what wrong ones do instead.

use std::collections::HashSet;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::thread;
use std::time::Duration;

use super::table::Bug;
use crate::common::{AtSignal, hang, stop_on_signal};
use crate::datagram;
use crate::show::{say, say_in_blocks, say_text};

pub(crate) fn run(port: u16, bug: Bug) -> io::Result<()> {
    match bug {
        Bug::ExitsAtStart => return Err(io::Error::other("name 'sokcet' is not defined")),
        Bug::LeavesChild => {
            return datagram::let_a_child_work("udp-server-ignores-sigterm", port);
        }
        Bug::Tcp => {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
            return listener.accept().map(drop);
        }
        _ => {}
    }
    let socket = bind(port, bug)?;
    stop_on_signal(at_signal(bug))?;
    say(&format!("listening on {}", socket.local_addr()?));
    let others = if bug == Bug::Threads { 3 } else { 0 };
    for _ in 0..others {
        let socket = socket.try_clone()?;
        thread::spawn(move || Server::new(socket, bug).serve());
    }
    Server::new(socket, bug).serve()
}

fn at_signal(bug: Bug) -> AtSignal {
    match bug {
        Bug::KilledBySignal => AtSignal::IsKilled,
        Bug::OnlySigterm => AtSignal::OnlySigterm,
        Bug::IgnoresSigterm => AtSignal::Stays,
        _ => AtSignal::Stops,
    }
}

fn bind(port: u16, bug: Bug) -> io::Result<UdpSocket> {
    let address: SocketAddr = match bug {
        Bug::AnyAddress => (Ipv4Addr::UNSPECIFIED, port).into(),
        Bug::Ipv6Only => (Ipv6Addr::LOCALHOST, port).into(),
        Bug::OtherPort => (Ipv4Addr::LOCALHOST, 0).into(),
        _ => (Ipv4Addr::LOCALHOST, port).into(),
    };
    datagram::bind(address, bug == Bug::ReusesAddress)
}

struct Server {
    socket: UdpSocket,
    bug: Bug,
    first: Option<(SocketAddr, Vec<u8>)>,
    answered: HashSet<Vec<u8>>,
}

impl Server {
    fn new(socket: UdpSocket, bug: Bug) -> Self {
        Self {
            socket,
            bug,
            first: None,
            answered: HashSet::new(),
        }
    }

    fn serve(mut self) -> io::Result<()> {
        let size = match self.bug {
            Bug::Buffer1024 => 1024,
            Bug::Buffer1472 => 1472,
            Bug::CutsAndDies => 2000,
            Bug::Buffer4096 => 4096,
            _ => 1 << 16,
        };
        let mut buffer = vec![0; size];
        loop {
            let (data, sender) = datagram::receive(&self.socket, &mut buffer)?;
            match self.bug {
                Bug::PrintsRawInBlocks => say_in_blocks("message: ", &data),
                bug => say_text("message: ", &data, bug == Bug::PrintsRaw),
            }
            self.first.get_or_insert_with(|| (sender, data.clone()));
            self.die_of(&data)?;
            if self.bug == Bug::Sleeps {
                thread::sleep(Duration::from_millis(500));
            }
            let ends = match self.bug {
                Bug::OneAnswer => true,
                Bug::EchoesEmptyAndEnds => data.is_empty(),
                Bug::CutsAndDies => data.len() == size,
                _ => false,
            };
            for answer in self.answers(data) {
                if let Err(error) = self.send(&answer, sender) {
                    match self.bug {
                        Bug::DiesOnRefused => return Err(error),
                        Bug::DeafAfterRefused => hang(),
                        _ => say(&format!("not sent: {error}")),
                    }
                }
            }
            if ends {
                return Ok(());
            }
        }
    }

    /// As if an error were not caught.
    fn die_of(&self, data: &[u8]) -> io::Result<()> {
        let text = String::from_utf8_lossy(data);
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        match self.bug {
            Bug::EmptyEnds if data.is_empty() => hang(),
            Bug::DiesOnBytes => std::str::from_utf8(data)
                .map(drop)
                .map_err(io::Error::other),
            Bug::DiesOnLarge if data.len() > 1472 => Err(io::Error::other("message too long")),
            Bug::ExitWord if data == b"exit" => std::process::exit(0),
            Bug::ParsesNumber if !digits.is_empty() => {
                digits.parse::<u64>().map(drop).map_err(io::Error::other)
            }
            _ => Ok(()),
        }
    }

    /// What is sent for a datagram.
    fn answers(&mut self, data: Vec<u8>) -> Vec<Vec<u8>> {
        let text = || String::from_utf8_lossy(&data);
        let one = match self.bug {
            Bug::Silent => return Vec::new(),
            Bug::SkipsEmpty if data.is_empty() => return Vec::new(),
            Bug::RefusesLarge if data.len() > 1472 => return Vec::new(),
            Bug::Refuses1025 if data.len() > 1024 => return Vec::new(),
            Bug::IgnoresRepeats if !data.is_empty() && !self.answered.insert(data.clone()) => {
                return Vec::new();
            }
            Bug::AnswersTwice => return vec![data.clone(), data],
            Bug::Splits if data.len() > 1024 => {
                return data.chunks(1024).map(<[u8]>::to_vec).collect();
            }
            Bug::BytesRepr => format!("b'{}'", data.escape_ascii()).into_bytes(),
            Bug::Prefix => [b"udp server ", &data[..]].concat(),
            Bug::AddsNewline => [&data[..], b"\n"].concat(),
            Bug::Strips => data.trim_ascii().to_vec(),
            Bug::Decodes => text().into_owned().into_bytes(),
            Bug::CString => data.split(|&byte| byte == 0).next().unwrap_or(&[]).to_vec(),
            Bug::StaleAnswer => match &self.first {
                Some((_, first)) => first.clone(),
                None => data,
            },
            _ => data,
        };
        vec![one]
    }

    fn send(&self, answer: &[u8], sender: SocketAddr) -> io::Result<()> {
        match (self.bug, &self.first) {
            (Bug::FloodsOnEmpty, _) if answer.is_empty() => loop {
                self.socket.send_to(answer, sender)?;
            },
            (Bug::FixedReply, _) => {
                let fixed = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
                self.socket.send_to(answer, fixed)
            }
            (Bug::FirstClient, Some((first, _))) => self.socket.send_to(answer, first),
            (Bug::OtherSocket, _) => {
                UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.send_to(answer, sender)
            }
            (Bug::Connects, _) => datagram::connect_and_send(&self.socket, answer, sender),
            (Bug::DiesOnRefused | Bug::DeafAfterRefused, _) => {
                datagram::send_and_hear(&self.socket, answer, sender)
            }
            _ => self.socket.send_to(answer, sender),
        }
        .map(drop)
    }
}
