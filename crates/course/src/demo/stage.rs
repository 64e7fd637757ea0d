//! The running scene: programs, the network between them, and the history of what happened.
//!
//! Everything is waited for by events with a deadline. Three sources report: the programs' output
//! (one thread for each stream), the proxy, and the system about programs that have ended.

mod network;
mod pump;
mod unread;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use checker::Transport;
use crossbeam_channel::{Receiver, Sender, unbounded};

use super::actor::{Actor, Said};
use super::entry::{Entry, Kind};
use super::order::Held;
use super::screen::Screen;
use super::script::{self, SERVER};
use crate::error::Error;
use network::Network;
pub(super) use pump::{DEADLINE, Woken};
use unread::Unread;

/// Why a scene cannot go on.
#[derive(Debug)]
pub(super) enum Trouble {
    /// A step failed, in words.
    Failed(String),
    /// Ctrl-C, or the output is gone.
    Over(Error),
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Trouble {
        Trouble::Over(error.into())
    }
}

pub(super) type Done<T> = Result<T, Trouble>;

/// The lesson's two programs.
#[derive(Debug)]
pub(super) struct Programs {
    pub(super) server: PathBuf,
    pub(super) client: PathBuf,
    /// What they speak over.
    pub(super) transport: Transport,
}

/// A running scene.
pub(super) struct Stage<'a> {
    programs: &'a Programs,
    pub(super) screen: Screen<'a>,
    stop: &'a Receiver<()>,
    began: Instant,
    actors: Vec<Actor>,
    mouth: Sender<Said>,
    ears: Receiver<Said>,
    network: Network,
    /// The clients in the order of their connections, or of their first datagrams.
    connections: Vec<String>,
    opened: usize,
    /// Reported, not yet in order.
    held: Held,
    history: Vec<Entry>,
    unread: Unread,
}

impl<'a> Stage<'a> {
    /// An empty stage.
    pub(super) fn new(
        programs: &'a Programs,
        screen: Screen<'a>,
        stop: &'a Receiver<()>,
        pace: Duration,
    ) -> Stage<'a> {
        let (mouth, ears) = unbounded();
        Stage {
            programs,
            screen,
            stop,
            began: Instant::now(),
            actors: Vec::new(),
            mouth,
            ears,
            network: Network::new(programs.transport),
            connections: Vec::new(),
            opened: 0,
            held: Held::default(),
            history: Vec::new(),
            unread: Unread::new(pace),
        }
    }

    /// Starts the server and puts the network in front of it.
    pub(super) fn open(&mut self, args: &[String], plan: &script::Network) -> Done<()> {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = self.start_server(any, args)?;
        let server = server.ok_or_else(|| Trouble::Failed(self.last_words(SERVER)))?;
        let started = self.network.start(server, plan);
        started.map_err(|error| Trouble::Failed(format!("the proxy does not start: {error}")))
    }

    /// Starts a server and waits until it listens; `None` if it ends instead.
    pub(super) fn start_server(
        &mut self,
        listen: SocketAddr,
        args: &[String],
    ) -> Done<Option<SocketAddr>> {
        let mut all = vec!["--listen".to_owned(), listen.to_string()];
        all.extend_from_slice(args);
        let seen = self.history.len();
        let number = self.start(SERVER, &all)?;
        self.until(|stage| {
            let ready = stage.history[seen..].iter().find_map(|entry| {
                let address = entry.text.strip_prefix("listening on ")?;
                (entry.actor == SERVER).then(|| address.parse().ok())
            });
            match ready {
                Some(address) => Some(address),
                None => stage.actors[number].status().map(|_| None),
            }
        })?
        .ok_or_else(|| Trouble::Failed("it neither listens nor ends".to_owned()))
    }

    /// Runs a client and waits until it is connected, or has ended. One that sends datagrams is not
    /// waited for: nothing tells that it is there before its first one.
    pub(super) fn start_client(&mut self, name: &str, args: &[String]) -> Done<()> {
        let Some(address) = self.network.address() else {
            return Err(Trouble::Failed("there is no network".to_owned()));
        };
        let mut all = vec!["--connect".to_owned(), address.to_string()];
        all.extend_from_slice(args);
        // Before it starts: its connection must find its name.
        self.connections.push(name.to_owned());
        let number = self.start(name, &all)?;
        if self.network.transport == Transport::Datagram {
            return Ok(());
        }
        self.until(|stage| {
            let connected = stage.opened == stage.connections.len();
            (connected || stage.actors[number].status().is_some()).then_some(())
        })?
        .ok_or_else(|| Trouble::Failed("it does not connect".to_owned()))?;
        if self.opened < self.connections.len() {
            self.connections.pop();
        }
        Ok(())
    }

    /// Where the server listens, as seen from the proxy.
    pub(super) fn server_address(&self) -> Option<SocketAddr> {
        self.history.iter().find_map(|entry| {
            let address = entry.text.strip_prefix("listening on ")?;
            address.parse().ok()
        })
    }

    fn start(&mut self, name: &str, args: &[String]) -> Done<usize> {
        let program = match name {
            SERVER => &self.programs.server,
            _ => &self.programs.client,
        };
        let number = self.actors.len();
        // Before it starts: what it does then comes behind it.
        let now = Instant::now();
        let actor = Actor::start(name, number, program, args, &self.mouth)
            .map_err(|error| Trouble::Failed(format!("{}: {error}", program.display())))?;
        let file = program.file_stem().unwrap_or_default().to_string_lossy();
        self.act_at(now, name, Kind::Command, &command(&file, args));
        self.actors.push(actor);
        Ok(number)
    }

    /// The latest program of this name.
    pub(super) fn actor(&mut self, name: &str) -> Done<&mut Actor> {
        let found = self
            .actors
            .iter_mut()
            .rev()
            .find(|actor| actor.name == name);
        found.ok_or_else(|| Trouble::Failed(format!("'{name}' is not on the stage")))
    }

    /// Notes what we did ourselves.
    pub(super) fn act(&mut self, actor: &str, kind: Kind, text: &str) {
        self.act_at(Instant::now(), actor, kind, text);
    }

    fn act_at(&mut self, now: Instant, actor: &str, kind: Kind, text: &str) {
        self.held.push(
            now,
            Entry::new(self.since(now), actor, kind, text.to_owned()),
        );
    }

    /// What has happened so far.
    pub(super) fn history(&self) -> &[Entry] {
        &self.history
    }

    /// The last lines of an actor, for an error message.
    pub(super) fn last_words(&self, actor: &str) -> String {
        let lines: Vec<String> = self
            .history
            .iter()
            .filter(|entry| entry.actor == actor && entry.is_news())
            .map(|entry| format!("'{}'", entry.line()))
            .collect();
        match lines.as_slice() {
            [] => format!("{actor}: nothing at all so far"),
            lines => format!(
                "{actor}, last: {}",
                lines[lines.len().saturating_sub(3)..].join(", ")
            ),
        }
    }

    fn since(&self, when: Instant) -> Duration {
        when.saturating_duration_since(self.began)
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        // Programs first: the proxy then closes connections that nobody waits on.
        self.actors.clear();
        self.network.stop();
    }
}

/// A command as it would be typed.
fn command(program: &str, args: &[String]) -> String {
    let mut line = program.to_owned();
    for arg in args {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/[]".contains(c);
        line.push(' ');
        if !arg.is_empty() && arg.chars().all(plain) {
            line.push_str(arg);
        } else {
            line.push_str(&format!("'{arg}'"));
        }
    }
    line
}
