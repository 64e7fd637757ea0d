//! The right server, a thread for each client, and what wrong ones do instead.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use super::conversation::{converse, lock};
#[cfg(unix)]
use super::stop;
use super::table::Bug;
use super::{BUSY, turns};
use crate::lines::Lines;
use crate::show::say;

/// Clients at once.
const LIMIT: usize = 100;
/// Clients ever, for a server that forgets to count down.
const EVER: usize = 300;

/// What all threads share.
pub(super) struct House {
    pub(super) bug: Bug,
    /// Who is there, to be woken at a stop.
    pub(super) guests: Mutex<HashMap<SocketAddr, TcpStream>>,
    pub(super) left: Condvar,
    pub(super) stopping: AtomicBool,
    /// Names answered.
    pub(super) names: Mutex<u64>,
    /// What some servers hold for too long.
    pub(super) log: Mutex<()>,
    /// What no server should share.
    pub(super) buffer: Mutex<Lines>,
    pub(super) latest: Mutex<Option<TcpStream>>,
    /// A conversation has failed.
    failed: AtomicBool,
    ever: Mutex<usize>,
}

pub(super) fn run(port: u16, bug: Bug) -> io::Result<()> {
    let listener = listen(port, bug)?;
    let house = Arc::new(House {
        bug,
        guests: Mutex::default(),
        left: Condvar::new(),
        stopping: AtomicBool::new(false),
        names: Mutex::default(),
        log: Mutex::default(),
        buffer: Mutex::new(Lines::new(super::habits(bug))),
        latest: Mutex::default(),
        failed: AtomicBool::new(false),
        ever: Mutex::default(),
    });
    #[cfg(unix)]
    stop::on_signal(house.clone())?;
    say(&format!("listening on {}", listener.local_addr()?));
    let serve: Box<dyn Fn(TcpStream)> = match bug {
        Bug::Sequential => {
            let house = house.clone();
            Box::new(move |socket| house.serve(socket))
        }
        Bug::PoolOf8 => pool(&house),
        Bug::AsksInTurn | Bug::ReadsWholeName => turns::serve(&house),
        Bug::LoopVariable => {
            let house = house.clone();
            Box::new(move |socket| {
                *lock(&house.latest) = Some(socket);
                let house = house.clone();
                thread::spawn(move || {
                    // What a thread needs to begin, on a machine that is busy.
                    thread::sleep(Duration::from_millis(5));
                    let latest = lock(&house.latest).as_ref().map(TcpStream::try_clone);
                    if let Some(Ok(socket)) = latest {
                        house.serve(socket);
                    }
                });
            })
        }
        _ => {
            let house = house.clone();
            Box::new(move |socket| {
                let house = house.clone();
                thread::spawn(move || house.serve(socket));
            })
        }
    };
    for socket in listener.incoming() {
        let Ok(socket) = socket else { continue };
        if bug == Bug::AcceptEnds && house.failed.load(Ordering::SeqCst) {
            break;
        }
        if house.stopping.load(Ordering::SeqCst) {
            continue;
        }
        if let Some(socket) = house.admit(socket) {
            serve(socket);
        }
        if bug == Bug::OneClient {
            break;
        }
    }
    drop(listener);
    // The threads go on.
    sleep_for_ever();
}

fn sleep_for_ever() -> ! {
    loop {
        thread::park();
    }
}

fn listen(port: u16, bug: Bug) -> io::Result<TcpListener> {
    let address: SocketAddr = match bug {
        Bug::AnyAddress => (Ipv4Addr::UNSPECIFIED, port).into(),
        _ => (Ipv4Addr::LOCALHOST, port).into(),
    };
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    // Not on Windows, where it would let two servers share the port.
    if cfg!(unix) && bug != Bug::NoReuse {
        socket.set_reuse_address(true)?;
    }
    socket.bind(&address.into())?;
    socket.listen(128)?;
    Ok(socket.into())
}

/// Eight threads, and a queue for those who come when all are taken.
fn pool(house: &Arc<House>) -> Box<dyn Fn(TcpStream)> {
    let (hand_over, queue) = mpsc::channel();
    let queue = Arc::new(Mutex::new(queue));
    for _ in 0..8 {
        let (house, queue) = (house.clone(), queue.clone());
        thread::spawn(move || {
            loop {
                let next = lock(&queue).recv();
                let Ok(socket) = next else { return };
                house.serve(socket);
            }
        });
    }
    Box::new(move |socket| {
        let _ = hand_over.send(socket);
    })
}

impl House {
    /// Counts the client in, or sends it away.
    fn admit(&self, mut socket: TcpStream) -> Option<TcpStream> {
        let _ = socket.set_nodelay(true);
        let mut guests = lock(&self.guests);
        let full = match self.bug {
            Bug::BusyForEver => {
                let mut ever = lock(&self.ever);
                *ever += 1;
                *ever > EVER
            }
            Bug::Unlimited => false,
            _ => guests.len() >= LIMIT,
        };
        if full {
            match self.bug {
                Bug::BusySilent => {}
                Bug::BusyWaits => std::mem::forget(socket),
                _ => {
                    // What cannot be said to somebody who is gone is not missed.
                    let _ = socket.write_all(&[BUSY, b"\n"].concat());
                    if self.bug == Bug::BusyStaysOpen {
                        std::mem::forget(socket);
                    }
                }
            }
            return None;
        }
        let (Ok(peer), Ok(copy)) = (socket.peer_addr(), socket.try_clone()) else {
            return None;
        };
        if self.bug == Bug::WrongClient {
            *lock(&self.latest) = copy.try_clone().ok();
        }
        if self.bug == Bug::MakesRoom
            && guests.len() == 40
            && let Some(guest) = guests.values().next()
        {
            let _ = guest.shutdown(Shutdown::Both);
        }
        guests.insert(peer, copy);
        say(&format!("{peer} joined, {} connected", guests.len()));
        Some(socket)
    }

    /// One conversation, from the greeting until the client is counted out.
    fn serve(self: &Arc<Self>, socket: TcpStream) {
        let peer = socket.peer_addr();
        let outcome = converse(socket, self);
        if let Err(error) = outcome {
            say(&format!("client lost: {error}"));
            self.failed.store(true, Ordering::SeqCst);
            if self.bug == Bug::DiesWithClient {
                // As if the error were the server's.
                std::process::exit(1);
            }
        }
        if let Ok(peer) = peer
            && self.bug != Bug::KeepsOpen
        {
            self.forget(peer);
        }
        if self.bug == Bug::LeaksThreads {
            sleep_for_ever();
        }
    }

    /// Counts a client out.
    pub(super) fn forget(&self, peer: SocketAddr) {
        let mut guests = lock(&self.guests);
        if let Some(socket) = guests.remove(&peer) {
            let _ = socket.shutdown(Shutdown::Both);
        }
        say(&format!("{peer} left, {} connected", guests.len()));
        self.left.notify_all();
    }
}
