//! The judge as a server, for one client under check.

mod takes;

use std::collections::BTreeMap;
use std::time::Duration;

use super::{PATIENCE, until};
use crate::bench::{Bench, end_at_start};
use crate::causes::*;
use crate::peer::Datagrams;
use crate::subject::Subject;
use crate::verdict::{Cause, Failure, Side};

/// What it answers by itself. Everything, unless a check says otherwise.
pub(super) struct Manners {
    pub(super) joins: bool,
    pub(super) says: bool,
    pub(super) pings: bool,
    pub(super) quits: bool,
}

/// A client, the judge's socket, and what came there.
pub(super) struct Host {
    pub(super) judge: Datagrams,
    pub(super) client: Subject,
    pub(super) name: String,
    pub(super) cookie: String,
    pub(super) manners: Manners,
    /// Whether it was welcomed.
    pub(super) is_in: bool,
    /// The SAYs that came, and how often.
    pub(super) says: BTreeMap<u32, (String, usize)>,
    /// Which of them were acknowledged.
    pub(super) acked: Vec<u32>,
    /// How often each item was acknowledged.
    pub(super) acks: BTreeMap<u32, usize>,
    pub(super) joins: Vec<Option<String>>,
    pub(super) pings: usize,
    pub(super) quits: usize,
    /// The first thing that is wrong with what came.
    pub(super) wrong: Option<(Cause, &'static str, Vec<u8>)>,
    /// How long the client may take to begin.
    start: Duration,
}

impl Host {
    /// Starts the client, and gives it `lines` on standard input, which stays
    /// open.
    pub(super) fn start(bench: &mut Bench<'_>, lines: &[String]) -> Result<Self, Failure> {
        let judge = bench.datagram_judge()?;
        let broken = |error| Failure::Broken(format!("no address of the judge: {error}"));
        let address = judge.address().map_err(broken)?;
        Self::start_at(bench, judge, address, lines)
    }

    /// The same for a client that is told another address than the judge's.
    pub(super) fn start_at(
        bench: &mut Bench<'_>,
        mut judge: Datagrams,
        address: std::net::SocketAddr,
        lines: &[String],
    ) -> Result<Self, Failure> {
        let name = bench.word();
        // As a cookie looks that a server makes.
        let cookie = format!("{}-_{}", bench.text(4), bench.text(5));
        bench.tell("name", &name);
        let client = bench.start(address)?;
        judge.watch(client.output());
        let host = Self {
            judge,
            client,
            name,
            cookie,
            manners: Manners {
                joins: true,
                says: true,
                pings: true,
                quits: true,
            },
            is_in: false,
            says: BTreeMap::new(),
            acked: Vec::new(),
            acks: BTreeMap::new(),
            joins: Vec::new(),
            pings: 0,
            quits: 0,
            wrong: None,
            start: bench.start_timeout(),
        };
        host.type_lines(bench, lines);
        Ok(host)
    }

    /// Starts a client and lets it in.
    pub(super) fn joined(bench: &mut Bench<'_>, lines: &[String]) -> Result<Self, Failure> {
        let mut host = Self::start(bench, lines)?;
        host.let_in()?;
        Ok(host)
    }

    /// Gives the client lines on standard input.
    pub(super) fn type_lines(&self, bench: &mut Bench<'_>, lines: &[String]) {
        let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
        bench.feed(&self.client, input.as_bytes());
    }

    /// Waits until it has asked, and come back with its cookie.
    pub(super) fn let_in(&mut self) -> Result<(), Failure> {
        self.first_join()?;
        self.until(PATIENCE, |host| host.is_in.then_some(()));
        self.is_right()?;
        if self.is_in {
            return Ok(());
        }
        let wanted = Side::bytes(self.join_line(), "from the client");
        let again = self.joins.len() > 1;
        let got = match self.client.exited() {
            Some(exit) => format!("it ended with {exit}"),
            None if again => "it sent its JOIN again, without the cookie".to_owned(),
            None => "it did not come".to_owned(),
        };
        Err(Failure::of(COOKIE_NOT_RETURNED, wanted, Side::words(got)))
    }

    /// Waits for the first JOIN.
    pub(super) fn first_join(&mut self) -> Result<(), Failure> {
        let came = |host: &Self| (!host.joins.is_empty()).then_some(());
        self.until(self.start, came);
        self.is_right()?;
        if !self.joins.is_empty() {
            return Ok(());
        }
        let (cause, got) = match self.client.exited() {
            Some(exit) => (end_at_start(exit), format!("it ended with {exit}")),
            None => (
                NEVER_SENDS,
                format!("nothing for {} s", self.start.as_secs()),
            ),
        };
        let wanted = Side::bytes(format!("JOIN {}", self.name), "from the client");
        Err(Failure::of(cause, wanted, Side::words(got)))
    }

    pub(super) fn join_line(&self) -> Vec<u8> {
        format!("JOIN {} {}", self.name, self.cookie).into_bytes()
    }

    /// Fails when anything that came was none of a client's.
    pub(super) fn is_right(&self) -> Result<(), Failure> {
        match &self.wrong {
            None => Ok(()),
            Some((cause, wanted, got)) => {
                let got = Side::bytes(got.clone(), "from the client");
                Err(Failure::of(*cause, Side::words(*wanted), got))
            }
        }
    }

    /// Waits until the SAY with this id has come, and is the one for `text`.
    pub(super) fn said(&mut self, id: u32, text: &str) -> Result<(), Failure> {
        let came = |host: &Self| host.says.contains_key(&id).then_some(());
        self.until(PATIENCE, came);
        self.is_right()?;
        let wanted = Side::bytes(format!("SAY {id} {text}"), "from the client");
        let Some((said, _)) = self.says.get(&id) else {
            let (cause, got) = match (self.client.exited(), self.says.is_empty()) {
                (Some(exit), _) => (SAID_NOTHING, format!("it ended with {exit}")),
                (None, true) => (SAID_NOTHING, "nothing was said".to_owned()),
                (None, false) => (LINES_MISSING, "it did not come".to_owned()),
            };
            return Err(Failure::of(cause, wanted, Side::words(got)));
        };
        if said == text {
            return Ok(());
        }
        let cause = if said.trim() == text.trim() {
            BYTES_STRIPPED
        } else if said.starts_with("b'") || said.starts_with("b\"") {
            PRINTED_BYTES_OBJECT
        } else {
            CHANGED_TEXT
        };
        let got = Side::bytes(format!("SAY {id} {said}"), "");
        Err(Failure::compared(cause, Vec::new(), wanted, got))
    }

    pub(super) fn acks(&self, id: u32) -> usize {
        self.acks.get(&id).copied().unwrap_or(0)
    }

    /// How often a SAY came.
    pub(super) fn says(&self, id: u32) -> usize {
        self.says.get(&id).map_or(0, |(_, count)| *count)
    }

    /// Waits at most `limit` until `look` finds something in what came.
    pub(super) fn until<T>(
        &mut self,
        limit: Duration,
        look: impl Fn(&Self) -> Option<T>,
    ) -> Option<T> {
        until(self, limit, Self::step, look)
    }

    /// Takes in, and answers, whatever comes in this time.
    pub(super) fn listen(&mut self, limit: Duration) {
        self.until(limit, |_| None::<()>);
    }

    pub(super) fn is_over(&self) -> bool {
        self.client.exited().is_some()
    }
}
