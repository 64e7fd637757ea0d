//! [proc(5)] as a source.
//!
//! [proc(5)]: https://man7.org/linux/man-pages/man5/proc.5.html

mod diag;

use std::fs;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use super::Usage;

/// A busy kernel delivers what was sent, and our own reader takes what came, a
/// moment later.
const DELIVERY: Duration = Duration::from_millis(2);

/// How long nothing may change before a program counts as stuck.
const STUCK: Duration = Duration::from_millis(20);

/// A program and what it has started, as known when this was made.
pub(crate) struct Processes(Vec<i32>);

impl Processes {
    /// The leader of a group and its descendants. One whose parent has ended is
    /// missing; asking every process of the machine for its group would find it,
    /// but takes long, and a hold that is too short fails nobody.
    pub(crate) fn of(group: i32) -> Self {
        Self(descendants(group))
    }

    /// Whether the program has read what came from port `near` to its port `far`,
    /// sleeps again, and the judge has read what it answered. For a judge that has
    /// `ended` reading that is so, although the end itself is counted as a byte.
    pub(crate) fn settled(&self, near: u16, far: u16, ended: bool) -> Option<bool> {
        // Asleep before and after a look at the queues that found nothing unread
        // at either end. The queues cost most to look at, so they come second. An
        // end that is not listed was missed, unless it has gone.
        let read = |queue: Option<u64>| queue.map_or(ended, |unread| unread == 0);
        let settled = !self.busy() && {
            let [ours, theirs] = unread(near, far);
            read(theirs) && (ended || read(ours)) && {
                thread::sleep(DELIVERY);
                !self.busy()
            }
        };
        Some(settled)
    }

    /// Whether the program sleeps although its port `far` has input from `near`.
    /// One that is only slow to wake has read some of it a moment later.
    pub(crate) fn stuck(&self, near: u16, far: u16) -> Option<bool> {
        let look = || self.left_unread(near, far);
        let left = look()?.filter(|&unread| unread > 0);
        Some(
            left.is_some() && {
                thread::sleep(STUCK);
                look()? == left
            },
        )
    }

    /// How many bytes from port `near` the program, which sleeps, has not read at its
    /// port `far`; `Some(None)` while it does not sleep.
    pub(crate) fn left_unread(&self, near: u16, far: u16) -> Option<Option<u64>> {
        if self.busy() {
            return Some(None);
        }
        let [_, left] = unread(near, far);
        thread::sleep(DELIVERY);
        Some(left.filter(|_| !self.busy()))
    }

    /// Whether any thread is running, or waits for a processor or a disk.
    fn busy(&self) -> bool {
        self.0.iter().any(|pid| {
            let tasks = format!("/proc/{pid}/task");
            numbers(&tasks).any(|task| {
                fs::read_to_string(format!("{tasks}/{task}/stat"))
                    .is_ok_and(|stat| matches!(state(&stat), Some("R" | "D")))
            })
        })
    }

    /// How many threads and open files they have together. One that has ended and
    /// was not waited for counts as a thread.
    pub(crate) fn usage(&self) -> Option<Usage> {
        let count = |what| {
            let each = self.0.iter().map(|pid| format!("/proc/{pid}/{what}"));
            each.map(|dir| numbers(&dir).count()).sum()
        };
        Some(Usage {
            threads: count("task"),
            files: count("fd"),
        })
    }

    /// The TCP addresses they listen on.
    pub(crate) fn listening(&self) -> Vec<SocketAddr> {
        self.local(&TABLES, |socket| socket.state == LISTEN)
    }

    /// The addresses they receive datagrams at, from anybody.
    pub(crate) fn receiving(&self) -> Vec<SocketAddr> {
        self.local(&DATAGRAMS, |socket| socket.state == UNCONNECTED)
    }

    /// The addresses of those of their sockets that `wanted` is true of.
    fn local(&self, tables: &[&str], wanted: fn(&Socket) -> bool) -> Vec<SocketAddr> {
        let files = self.0.iter().map(|pid| format!("/proc/{pid}/fd"));
        let open: Vec<String> = files
            .filter_map(|files| fs::read_dir(files).ok())
            .flatten()
            .filter_map(|file| fs::read_link(file.ok()?.path()).ok())
            .filter_map(|link| {
                let inode = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
                Some(inode.to_owned())
            })
            .collect();
        tables
            .iter()
            .flat_map(|table| sockets(table))
            .filter(|socket| wanted(socket) && open.contains(&socket.inode))
            .map(|socket| socket.local)
            .collect()
    }
}

/// A process and all that descend from it.
pub(crate) fn descendants(pid: i32) -> Vec<i32> {
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(&pid) = found.get(next) {
        found.extend(children(pid));
        next += 1;
    }
    found
}

/// The processes whose parent is `pid`, as each of its threads knows them.
pub(crate) fn children(pid: i32) -> Vec<i32> {
    let tasks = format!("/proc/{pid}/task");
    let mut found = Vec::new();
    for task in numbers(&tasks) {
        let children = fs::read_to_string(format!("{tasks}/{task}/children"));
        let children = children.unwrap_or_default();
        let numbers = children.split_ascii_whitespace();
        found.extend(numbers.filter_map(|pid| pid.parse::<i32>().ok()));
    }
    found
}

/// Bytes that arrived and were not read, at the `near` and at the `far` end of
/// one connection, by their ports.
fn unread(near: u16, far: u16) -> [Option<u64>; 2] {
    match (diag::unread(near, far), diag::unread(far, near)) {
        (Some(ours), Some(theirs)) => [ours, theirs],
        _ => unread_in_tables(near, far),
    }
}

/// Printing a table takes the kernel milliseconds, so it is asked for once, and
/// for the second one only where the first does not know the connection.
fn unread_in_tables(near: u16, far: u16) -> [Option<u64>; 2] {
    let mut unread = [None; 2];
    for table in TABLES {
        for socket in sockets(table) {
            match (socket.local.port(), socket.remote.port()) {
                ports if ports == (near, far) => unread[0] = Some(socket.unread),
                ports if ports == (far, near) => unread[1] = Some(socket.unread),
                _ => {}
            }
        }
        if unread.iter().all(Option::is_some) {
            break;
        }
    }
    unread
}

struct Socket {
    local: SocketAddr,
    remote: SocketAddr,
    state: String,
    unread: u64,
    inode: String,
}

/// Every TCP socket. A program that listens on `[::]` serves IPv4 clients
/// through sockets of the second table.
const TABLES: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];
/// The same for UDP.
const DATAGRAMS: [&str; 2] = ["/proc/net/udp", "/proc/net/udp6"];

/// States as these tables write them (include/net/tcp_states.h): a UDP socket
/// that is bound and not connected counts as closed.
const LISTEN: &str = "0A";
const UNCONNECTED: &str = "07";

/// How many sockets receive the datagrams of an IPv4 address. Nobody knows it
/// of one that is bound to `[::]`, which may or may not take IPv4 as well.
pub(crate) fn receivers(address: SocketAddr) -> Option<usize> {
    let on_port = |table| {
        let all = sockets(table).into_iter();
        all.filter(|socket: &Socket| socket.local.port() == address.port())
    };
    let is_here =
        |socket: &Socket| socket.local.ip() == address.ip() || socket.local.ip().is_unspecified();
    let [v4, v6] = DATAGRAMS;
    let found = on_port(v4).filter(is_here).count();
    let unclear = found == 0 && on_port(v6).any(|socket| socket.local.ip().is_unspecified());
    (!unclear && std::path::Path::new(v4).exists()).then_some(found)
}

fn sockets(table: &str) -> Vec<Socket> {
    let text = fs::read_to_string(table).unwrap_or_default();
    text.lines().skip(1).filter_map(socket).collect()
}

fn socket(row: &str) -> Option<Socket> {
    let fields: Vec<_> = row.split_ascii_whitespace().collect();
    let [_, local, remote, state, queues, _, _, _, _, inode, ..] = fields[..] else {
        return None;
    };
    let (_, unread) = queues.split_once(':')?;
    Some(Socket {
        local: address(local)?,
        remote: address(remote)?,
        state: state.to_owned(),
        unread: u64::from_str_radix(unread, 16).ok()?,
        inode: inode.to_owned(),
    })
}

/// `0100007F:2329` is 127.0.0.1:9001: the address as 32-bit words in the
/// machine's own byte order, the port as a number.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let mut bytes = Vec::with_capacity(16);
    let words = ip.as_bytes().chunks_exact(8);
    if !words.remainder().is_empty() {
        return None;
    }
    for word in words {
        let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    if let Ok(v4) = <[u8; 4]>::try_from(&bytes[..]) {
        return Some((v4, port).into());
    }
    Some((<[u8; 16]>::try_from(&bytes[..]).ok()?, port).into())
}

/// The state of a task: what follows its name, which may itself contain blanks.
fn state(stat: &str) -> Option<&str> {
    stat.rsplit_once(')')?.1.split_ascii_whitespace().next()
}

fn numbers(dir: &str) -> impl Iterator<Item = i32> {
    fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn unread_bytes_are_counted() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut far, _) = listener.accept().unwrap();
        let local = far.local_addr().unwrap().port();
        let remote = near.local_addr().unwrap().port();
        near.write_all(b"hello").unwrap();
        for unread in [unread, unread_in_tables] {
            assert_eq!(unread(local, remote), [Some(5), Some(0)]);
            assert_eq!(unread(remote, local), [Some(0), Some(5)]);
        }
        far.read_exact(&mut [0; 5]).unwrap();
        for unread in [unread, unread_in_tables] {
            assert_eq!(unread(local, remote), [Some(0), Some(0)]);
            // Ports the wrong way round are a listener's, and no connection.
            assert_eq!(unread(local, 1), [None, None]);
        }
    }

    #[test]
    fn grandchildren_belong_to_the_program() {
        use std::io::BufRead as _;
        use std::process::{Command, Stdio};

        let mut child = Command::new("sh")
            .args(["-c", "sh -c 'echo started; read end; true'; true"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut String::new()).unwrap();
        let processes = Processes::of(child.id().cast_signed());
        assert_eq!(processes.0.len(), 2, "{:?}", processes.0);
        drop(child.stdin.take());
        child.wait().unwrap();
    }

    #[test]
    fn both_kinds_of_address_are_read() {
        let text = |text| address(text).unwrap().to_string();
        assert_eq!(text("0100007F:2329"), "127.0.0.1:9001");
        assert_eq!(text("00000000000000000000000001000000:0050"), "[::1]:80");
        assert!(address("0100:1").is_none());
    }

    #[test]
    fn names_with_blanks_do_not_hide_the_state() {
        assert_eq!(state("7 (a) b) R 1 42 0"), Some("R"));
    }
}
