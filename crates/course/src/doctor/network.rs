//! Loopback and the lessons' ports.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};

use checker::{Transport, suites};

use super::{Finding, Remedy};

/// Everything in the course runs on it.
pub(super) fn loopback_v4() -> Finding {
    const NAME: &str = "127.0.0.1";
    match talk(Ipv4Addr::LOCALHOST.into()) {
        Ok(()) => Finding::good(NAME, "listen and connect work"),
        Err(error) => Finding::bad(
            NAME,
            format!("{error}: no lesson works without it"),
            Remedy {
                debian: "sudo ip link set lo up; look at your firewall and container settings",
                macos: "sudo ifconfig lo0 up; look at your firewall",
                windows: "look at your firewall",
            },
        ),
    }
}

/// Only the parts of the lessons about IPv6 use it.
pub(super) fn loopback_v6() -> Finding {
    const NAME: &str = "::1";
    match talk(Ipv6Addr::LOCALHOST.into()) {
        Ok(()) => Finding::good(NAME, "listen and connect work"),
        Err(error) => Finding::optional(
            NAME,
            format!("{error}: the examples with IPv6 will not work"),
            Remedy {
                debian: "sudo sysctl -w net.ipv6.conf.lo.disable_ipv6=0",
                macos: "sudo ifconfig lo0 inet6 ::1",
                windows: "enable 'Internet Protocol Version 6' for your network adapter",
            },
        ),
    }
}

/// Binds, connects, accepts.
fn talk(ip: IpAddr) -> io::Result<()> {
    let listener = TcpListener::bind(SocketAddr::new(ip, 0))?;
    // The system completes the handshake by itself: nobody has to accept at the same time.
    TcpStream::connect(listener.local_addr()?)?;
    listener.accept().map(drop)
}

/// The default port of each lesson.
pub(super) fn ports() -> Vec<Finding> {
    suites::all()
        .iter()
        .map(|lesson| port(lesson.port, lesson.transport, lesson.name))
        .collect()
}

fn port(port: u16, transport: Transport, lesson: &str) -> Finding {
    const NAME: &str = "port";
    let address = (Ipv4Addr::LOCALHOST, port);
    let bound = match transport {
        Transport::Stream => TcpListener::bind(address).map(drop),
        Transport::Datagram => UdpSocket::bind(address).map(drop),
    };
    let remedy = Remedy::everywhere("stop that program, or use --listen 127.0.0.1:0");
    match bound {
        Ok(()) => Finding::good(NAME, format!("{port} is free ({lesson})")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let who = owner(port, transport)
                .unwrap_or_else(|| "a program that is not visible".to_owned());
            Finding::optional(NAME, format!("{port} ({lesson}) is taken by {who}"), remedy)
        }
        Err(error) => Finding::optional(NAME, format!("{port} ({lesson}): {error}"), remedy),
    }
}

/// Who listens on a port, as `name (process 123)`: the kernel's list of sockets gives the inode,
/// a link of the same number among the processes' open files gives the process (proc(5)).
#[cfg(target_os = "linux")]
fn owner(port: u16, transport: Transport) -> Option<String> {
    use std::fs;
    // A UDP socket does not listen; one that is not connected counts as closed.
    let (tables, state) = match transport {
        Transport::Stream => (["/proc/net/tcp", "/proc/net/tcp6"], "0A"),
        Transport::Datagram => (["/proc/net/udp", "/proc/net/udp6"], "07"),
    };
    let inodes: Vec<String> = tables
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| sockets(&table, port, state))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    let holds = |process: &fs::DirEntry| {
        // Numbers only: `self` is a link to one of them.
        process.file_name().to_str()?.parse::<u32>().ok()?;
        let files = fs::read_dir(process.path().join("fd")).ok()?;
        files
            .flatten()
            .filter_map(|file| fs::read_link(file.path()).ok())
            .any(|link| {
                inodes
                    .iter()
                    .any(|inode| link.as_os_str() == inode.as_str())
            })
            .then_some(())
    };
    let process = fs::read_dir("/proc")
        .ok()?
        .flatten()
        .find(|process| holds(process).is_some())?;
    let name = fs::read_to_string(process.path().join("comm")).ok()?;
    let id = process.file_name();
    Some(format!(
        "{} (process {})",
        checker::harmless(name.trim().as_bytes()),
        id.to_string_lossy()
    ))
}

/// The inodes of the sockets that listen on a port, from the text of `/proc/net/tcp`: columns
/// `sl local_address rem_address st … inode`, addresses in hex, state 0A is LISTEN.
#[cfg(target_os = "linux")]
fn sockets(table: &str, port: u16, state: &str) -> Vec<String> {
    let ending = format!(":{port:04X}");
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let is_it = columns.get(1)?.ends_with(&ending) && columns.get(3) == Some(&state);
            is_it.then(|| columns.get(9).map(|inode| (*inode).to_owned()))?
        })
        .collect()
}

#[cfg(target_os = "macos")]
fn owner(port: u16, transport: Transport) -> Option<String> {
    use std::process::{Command, Stdio};
    let which = match transport {
        Transport::Stream => vec!["-sTCP:LISTEN".to_owned(), format!("-iTCP:{port}")],
        Transport::Datagram => vec![format!("-iUDP:{port}")],
    };
    let output = Command::new("lsof")
        .args(["-nP", "-Fpc"])
        .args(which)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    // One field a line, the first character says which: p process, c command.
    let text = String::from_utf8_lossy(&output.stdout);
    let field = |mark: char| text.lines().find_map(|line| line.strip_prefix(mark));
    Some(format!("{} (process {})", field('c')?, field('p')?))
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn owner(_port: u16, _transport: Transport) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_is_good_and_a_taken_one_names_its_owner() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let number = listener.local_addr().unwrap().port();
        let taken = port(number, Transport::Stream, "x");
        assert!(taken.detail.contains("is taken by"), "{}", taken.detail);
        #[cfg(target_os = "linux")]
        assert!(
            taken
                .detail
                .contains(&format!("process {}", std::process::id())),
            "{}",
            taken.detail
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_listening_sockets_count() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1\n\
            1: 0100007F:2329 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1\n";
        assert_eq!(sockets(table, 9001, "0A"), ["4711"]);
        assert!(sockets(table, 9002, "0A").is_empty());
    }
}
