//! A proxy that runs out of file descriptors says so, and goes on when it can.
//!
//! Alone in its process, whose limit it lowers.
#![cfg(target_os = "linux")]

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use checker::proxy::stream::{Plan, Proxy, What};
use crossbeam_channel::unbounded;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::{Domain, Socket, Type};

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_failed_accept_is_reported_once_and_survived() {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let upstream = TcpListener::bind(any).unwrap();
    let (sender, events) = unbounded();
    let to = upstream.local_addr().unwrap();
    let proxy = Proxy::start(any, to, Plan::default(), sender).unwrap();
    // The first is for the accept that waits: the system gave it a number before.
    let socket = || Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let clients = [socket(), socket()];

    let before = getrlimit(Resource::Nofile);
    let none = Rlimit {
        current: Some(0),
        ..before
    };
    setrlimit(Resource::Nofile, none).unwrap();
    for client in &clients {
        client.connect(&proxy.local_addr().into()).unwrap();
    }
    let (mut opened, mut failed) = (0, Vec::new());
    while failed.len() < 2 || opened < 2 {
        match events.recv_timeout(PATIENCE).unwrap().what {
            What::Opened { .. } => opened += 1,
            What::AcceptFailed(why) => failed.push(why),
            _ => {}
        }
        if failed.len() == 2 {
            setrlimit(Resource::Nofile, before).unwrap();
        }
    }
    assert!(!failed[0].contains("times"), "{failed:?}");
    assert!(failed[1].ends_with("(2 times)"), "{failed:?}");
    proxy.stop();
}
