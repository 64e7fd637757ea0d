//! The running scene: programs, the network between them, and the history of what happened.
//!
//! Everything is waited for by events with a deadline. Three sources report: the programs' output
//! (one thread for each stream), the proxy, and the system about programs that have ended.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use checker::proxy::stream::{Event, Plan, Proxy, What};
use crossbeam_channel::{Receiver, Sender, at, never, select, unbounded};

use super::actor::{Actor, Said, Speech};
use super::entry::{Entry, Kind};
use super::screen::Screen;
use super::script::SERVER;
use crate::error::Error;

/// How long anything that a scene waits for may take.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);
/// How long an event is held back for one that happened before it and is reported after it.
const HOLD: Duration = Duration::from_millis(15);
/// What an event's place in a conversation counts as, in time: server and client are read through
/// pipes, the wire directly, so what happened within a few ms is put in the order of its causes.
const STEP: Duration = Duration::from_millis(3);
/// How often to look for a program's end after its last word; the system offers no event that
/// can be waited for together with a channel.
const LOOK: Duration = Duration::from_millis(5);

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
}

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Woken {
    /// Something happened and was shown.
    News,
    /// Enter was pressed.
    Enter,
    /// The deadline passed.
    Late,
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
    proxy: Option<(Proxy, Instant)>,
    tap: (Sender<Event>, Receiver<Event>),
    /// The clients in the order of their connections.
    connections: Vec<String>,
    opened: usize,
    /// Reported, not yet in order: the time that decides the order, then the entry.
    held: Vec<(Instant, Entry)>,
    history: Vec<Entry>,
}

impl<'a> Stage<'a> {
    /// An empty stage.
    pub(super) fn new(
        programs: &'a Programs,
        screen: Screen<'a>,
        stop: &'a Receiver<()>,
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
            proxy: None,
            tap: unbounded(),
            connections: Vec::new(),
            opened: 0,
            held: Vec::new(),
            history: Vec::new(),
        }
    }

    /// Starts the server and puts the network in front of it.
    pub(super) fn open(&mut self, args: &[String], plan: Plan) -> Done<()> {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = self.start_server(any, args)?;
        let server = server.ok_or_else(|| Trouble::Failed(self.last_words(SERVER)))?;
        let proxy = Proxy::start(any, server, plan, self.tap.0.clone())
            .map_err(|error| Trouble::Failed(format!("the proxy does not start: {error}")))?;
        self.proxy = Some((proxy, Instant::now()));
        Ok(())
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

    /// Runs a client and waits until it is connected, or has ended.
    pub(super) fn start_client(&mut self, name: &str, args: &[String]) -> Done<()> {
        let Some((proxy, _)) = &self.proxy else {
            return Err(Trouble::Failed("there is no network".to_owned()));
        };
        let mut all = vec!["--connect".to_owned(), proxy.local_addr().to_string()];
        all.extend_from_slice(args);
        // Before it starts: its connection must find its name.
        self.connections.push(name.to_owned());
        let number = self.start(name, &all)?;
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
        let actor = Actor::start(name, number, program, args, &self.mouth)
            .map_err(|error| Trouble::Failed(format!("{}: {error}", program.display())))?;
        let file = program.file_stem().unwrap_or_default().to_string_lossy();
        self.act(name, Kind::Command, &command(&file, args));
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
        let now = Instant::now();
        self.hold(
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

    /// Waits until `look` finds something in what has happened; `None` when the time is over.
    pub(super) fn until<T>(&mut self, mut look: impl FnMut(&Self) -> Option<T>) -> Done<Option<T>> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(found) = look(self) {
                return Ok(Some(found));
            }
            if self.pump(Some(deadline), &never())? == Woken::Late {
                return Ok(None);
            }
        }
    }

    /// Waits for one thing to happen and shows it.
    pub(super) fn pump(&mut self, deadline: Option<Instant>, enter: &Receiver<()>) -> Done<Woken> {
        loop {
            if self.show_ripe()? {
                return Ok(Woken::News);
            }
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) && self.held.is_empty() {
                return Ok(Woken::Late);
            }
            let timer = self.next_look(deadline).map_or_else(never, at);
            select! {
                recv(self.ears) -> said => if let Ok(said) = said { self.hear(said) },
                recv(self.tap.1) -> event => if let Ok(event) = event { self.see(&event) },
                recv(self.stop) -> _ => return Err(Trouble::Over(Error::stopped())),
                // An error is the end of the input: then nobody is asked any more.
                recv(enter) -> _ => return Ok(Woken::Enter),
                recv(timer) -> _ => {}
            }
            self.look_for_ends();
        }
    }

    /// When to wake up without an event.
    fn next_look(&self, deadline: Option<Instant>) -> Option<Instant> {
        let ripe = self.held.iter().map(|(key, _)| *key + HOLD);
        let leaving = self.actors.iter().any(Actor::is_leaving);
        let look = leaving.then(|| Instant::now() + LOOK);
        ripe.chain(look).chain(deadline).min()
    }

    fn hear(&mut self, said: Said) {
        let actor = &mut self.actors[said.actor];
        let (kind, text) = match said.what {
            Speech::Output(text) => (Kind::Output, text),
            Speech::Complaint(text) => (Kind::Complaint, text),
            Speech::Silence => return actor.falls_silent(),
        };
        let name = actor.name.clone();
        // Complaints come through a pipe of their own, most often as a last word.
        let rank = if name == SERVER { 1 } else { 3 } + u32::from(kind == Kind::Complaint);
        let entry = Entry::new(self.since(said.at), &name, kind, text);
        self.hold(said.at + STEP * rank, entry);
    }

    fn see(&mut self, event: &Event) {
        use checker::proxy::stream::Direction::ToClient;
        let Some((_, started)) = self.proxy else {
            return;
        };
        if matches!(event.what, What::Opened { .. }) {
            self.opened += 1;
        }
        let happened = started + event.at;
        let number = event.connection as usize;
        let client = match self.connections.get(number.wrapping_sub(1)) {
            Some(name) => name.clone(),
            None => format!("#{number}"),
        };
        let rank = match &event.what {
            What::Data {
                direction: ToClient,
                ..
            }
            | What::End {
                direction: ToClient,
            } => 2,
            _ => 0,
        };
        if let Some(entry) = Entry::wire(self.since(happened), &client, &event.what) {
            self.hold(happened + STEP * rank, entry);
        }
    }

    fn look_for_ends(&mut self) {
        for number in 0..self.actors.len() {
            let actor = &mut self.actors[number];
            if !actor.has_just_left() {
                continue;
            }
            let name = actor.name.clone();
            if let Some(status) = actor.status() {
                let now = Instant::now();
                let entry = Entry::exit(self.since(now), &name, status);
                self.hold(now + STEP * 4, entry);
            }
        }
    }

    fn hold(&mut self, key: Instant, entry: Entry) {
        // A program's own lines never change places, however they were delayed.
        let own = self
            .held
            .iter()
            .filter(|(_, held)| held.actor == entry.actor);
        let key = own.map(|(key, _)| *key).chain([key]).max().unwrap_or(key);
        self.held.push((key, entry));
    }

    /// Shows what has been held long enough, in order; true if there was anything.
    fn show_ripe(&mut self) -> Done<bool> {
        let now = Instant::now();
        // Stable: entries with the same key stay as they came.
        self.held.sort_by_key(|(key, _)| *key);
        let ripe = self.held.partition_point(|(key, _)| *key + HOLD <= now);
        for (_, mut entry) in self.held.drain(..ripe).collect::<Vec<_>>() {
            // Where the order was put right, the clock must not run backwards.
            if let Some(last) = self.history.last() {
                entry.at = entry.at.max(last.at);
            }
            self.screen.entry(&entry)?;
            self.history.push(entry);
        }
        Ok(ripe > 0)
    }

    fn since(&self, when: Instant) -> Duration {
        when.saturating_duration_since(self.began)
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        // Programs first: the proxy then closes connections that nobody waits on.
        self.actors.clear();
        if let Some((proxy, _)) = self.proxy.take() {
            proxy.stop();
        }
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
