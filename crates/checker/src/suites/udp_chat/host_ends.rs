//! What the judge as a server brings about: an item that is acknowledged, and the
//! client's end.

use std::time::{Duration, Instant};

use super::host::Host;
use super::wire::Item;
use super::{PATIENCE, RETRY};
use crate::bench::end_at_start;
use crate::causes::*;
use crate::limits::CLIENT;
use crate::subject::Exit;
use crate::verdict::{Cause, Failure, Side};

impl Host {
    /// Sends an item until it is acknowledged.
    pub(super) fn send_item(&mut self, id: u32, item: &Item) -> Result<(), Failure> {
        let before = self.acks(id);
        let until = Instant::now() + PATIENCE;
        let line = item.emit(id);
        while self.acks(id) == before {
            self.judge.send(&line);
            let retry = RETRY.min(until.saturating_duration_since(Instant::now()));
            self.until(retry, |host| (host.acks(id) > before).then_some(()));
            self.is_right()?;
            if self.acks(id) == before && (self.is_over() || until <= Instant::now()) {
                let got = match self.client.exited() {
                    Some(exit) => format!("it ended with {exit}"),
                    None => "it did not come".to_owned(),
                };
                let wanted = Side::bytes(format!("ACK {id}"), "from the client");
                return Err(Failure::of(NEVER_ACKS, wanted, Side::words(got)));
            }
        }
        Ok(())
    }

    /// Ends the input, and goes on answering until the client has ended.
    pub(super) fn leaves(&mut self) -> Result<(), Failure> {
        self.client.end_input();
        self.listen(CLIENT);
        match self.client.exited() {
            Some(Exit::Code(0)) => Ok(()),
            Some(Exit::Code(code)) => {
                let got = format!("exit code {code}");
                Err(Failure::words(SUCCESS_HIDDEN, "exit code 0", got))
            }
            exit => Err(self.stays(exit)),
        }
    }

    /// Goes on answering until the client has ended, with another code than 0.
    pub(super) fn fails(&mut self, limit: Duration, never: Cause) -> Result<(), Failure> {
        self.listen(limit);
        let wanted = "an exit code other than 0";
        match self.client.exited() {
            Some(Exit::Code(0)) => Err(Failure::words(FAILURE_HIDDEN, wanted, "exit code 0")),
            Some(exit @ Exit::Code(126 | 127)) => {
                Err(Failure::words(end_at_start(exit), wanted, exit.to_string()))
            }
            Some(Exit::Code(_)) => Ok(()),
            None => {
                let got = format!("it still ran after {} s", limit.as_secs());
                Err(Failure::words(never, "the client to give up", got))
            }
            exit => Err(self.stays(exit)),
        }
    }

    fn stays(&self, exit: Option<Exit>) -> Failure {
        let wanted = "the client to end by itself";
        match exit {
            Some(exit) => {
                Failure::words(KILLED_BY_SIGNAL, wanted, format!("it was ended by {exit}"))
            }
            None => {
                let got = format!(
                    "it still ran {} s after its input had ended",
                    CLIENT.as_secs()
                );
                Failure::words(NEVER_LEAVES, wanted, got)
            }
        }
    }
}
