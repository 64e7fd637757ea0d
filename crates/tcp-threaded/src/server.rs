//! The server: a thread for every client.
//!
//! One thread accepts and does nothing else. Whoever comes gets a thread that
//! holds the whole conversation, written as if there were no other client: its
//! buffers are its own, and when it blocks, nobody else waits.
//!
//! What the threads share is one room behind one lock: who is there, and how many
//! have been. The lock is held for counting and printing, never while a thread
//! waits for its client.

mod room;

use std::{
    convert::Infallible,
    io,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
    thread::{self, Scope},
    time::Duration,
};

use common::{
    ending::End,
    exit::{Failure, reason, tell},
    messages::{MessageReader, MessageWriter, Settings},
    net::{Acceptor, Limit, Stream},
    output::Output,
    stop::Stop,
};
use crossbeam_channel::bounded;

use crate::{
    more::{door::Door, pool::Pool},
    protocol::{self, Request, Template},
};

pub use crate::more::totals::Totals;
pub(crate) use room::Room;

/// How clients get a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// Each its own, made when it comes and gone when it leaves.
    Thread,
    /// The next of so many that is free.
    Pool {
        /// Threads, all made at the start.
        workers: usize,
        /// Clients that may wait for a thread, connected and not yet greeted.
        queue: usize,
    },
}

impl Model {
    /// Clients that fit.
    pub(crate) fn seats(self) -> usize {
        match self {
            Model::Thread => usize::MAX,
            Model::Pool { workers, queue } => workers.saturating_add(queue),
        }
    }
}

/// How to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// What to say first.
    pub greeting: Vec<u8>,
    /// What to answer.
    pub template: Template,
    /// How clients get a thread.
    pub model: Model,
    /// Clients at once, waiting ones included; `None` for as many as come.
    pub max_connections: Option<usize>,
    /// How conversations are held.
    pub settings: Settings,
    /// How long to wait for a client that says nothing.
    pub idle: Limit,
    /// How long a stop waits for answers that are being sent.
    pub grace: Duration,
}

/// Serves until `stop`. Whatever a client does ends its own conversation and no
/// more (TT-11).
///
/// # Errors
///
/// [`Failure`] when the output cannot be written, or no thread is left to begin
/// with.
pub fn run(
    mut acceptor: Acceptor,
    options: &Options,
    output: &Output,
    stop: &Stop,
) -> Result<Totals, Failure> {
    let room = Room::new(options, output, stop);
    // ANCHOR: accept
    // The scope ends when every thread in it has ended: none outlives `run`.
    thread::scope(|scope| {
        let pool = Pool::begin(scope, &room)?;
        let door = Door::open(scope, room.capacity, stop)?;
        while let Some(stream) = acceptor.accept(|error| {
            tell("warning", &format!("cannot accept: {}", reason(error)));
        }) {
            // Nothing here waits for a client: others are waiting to be accepted.
            let served = match (room.admit(stream), &pool) {
                (Err(stream), _) => {
                    door.send_away(stream, options);
                    continue;
                }
                (Ok(guest), None) => in_a_thread(scope, guest),
                (Ok(guest), Some(pool)) => pool.serve(guest),
            };
            if let Err(guest) = served {
                door.send_away(guest.stream.clone(), options);
            }
        }
        Ok(())
    })
    .map_err(|error: io::Error| Failure::new("cannot start a thread", reason(&error)))?;
    // ANCHOR_END: accept
    room.close()
}

// ANCHOR: thread
/// Serves the guest in a thread of its own, or gives it back when the system has
/// no thread left.
fn in_a_thread<'scope, 'room>(
    scope: &'scope Scope<'scope, 'room>,
    guest: Guest<'room>,
) -> Result<(), Guest<'room>> {
    // Through a channel: what is moved into a thread that then cannot be started
    // is lost, and with it the connection.
    let (hand_over, take) = bounded::<Guest<'room>>(1);
    let thread = thread::Builder::new().name(format!("client {}", guest.stream.peer()));
    match thread.spawn_scoped(scope, move || take.into_iter().for_each(Guest::serve)) {
        // The thread waits for it.
        Ok(_) => hand_over.send(guest).map_err(|unsent| unsent.into_inner()),
        Err(error) => {
            tell(
                "warning",
                &format!("cannot start a thread: {}", reason(&error)),
            );
            Err(guest)
        }
    }
}
// ANCHOR_END: thread

/// A client in the room. It is counted out when this is dropped, also by a
/// thread that panics.
pub(crate) struct Guest<'a> {
    room: &'a Room<'a>,
    stream: Arc<Stream>,
    names: u64,
    /// Why it left.
    end: End,
}

impl Drop for Guest<'_> {
    fn drop(&mut self) {
        self.room.leave(self.stream.peer(), self.names, &self.end);
    }
}

impl Guest<'_> {
    /// One conversation, from the greeting to the closed connection.
    pub(crate) fn serve(self) {
        // A mistake of ours is one client's affair, too (TT-11): a worker goes on
        // to the next. It was told when it happened.
        let _ = panic::catch_unwind(AssertUnwindSafe(|| self.converse()));
    }

    fn converse(mut self) {
        if self.room.stop.is_set() {
            // Not greeted yet: no answer is under way that a reset could destroy,
            // and in a queue there may be many like this one (TT-17).
            self.end = End::STOPPED;
            return;
        }
        self.end = End::Ours("the server failed");
        let _wake = self.stream.end_on(self.room.stop, self.room.options.grace);
        let mut writer = MessageWriter::new(self.stream.clone(), &self.room.options.settings);
        let Err(end) = self.talk(&mut writer);
        end.carry_out(&self.stream, &mut writer, self.room.stop);
        self.end = end;
    }

    // ANCHOR: talk
    /// Greets, then answers names until there is a reason not to.
    fn talk(&mut self, writer: &mut MessageWriter) -> Result<Infallible, End> {
        let Room { options, stop, .. } = self.room;
        let Options { settings, idle, .. } = options;
        let mut reader = MessageReader::new(self.stream.clone(), settings, *idle);
        // Before the first read: the client may be waiting for it (TT-1).
        writer.put(&options.greeting)?;
        let mut more = true;
        loop {
            let mut answer = Vec::new();
            while let Some(name) = reader.take()? {
                let Request::Greet(_) = protocol::parse(name, &settings.codec)? else {
                    return Err(End::Marker);
                };
                options.template.fill(name, &mut answer);
                writer.put(&answer)?;
                self.names += 1;
            }
            writer.flush()?;
            if stop.is_set() {
                return Err(End::STOPPED);
            }
            if !more {
                return Err(End::Input);
            }
            // A long one must not keep its memory while the client is silent.
            drop(answer);
            more = reader.fill()?;
        }
    }
    // ANCHOR_END: talk
}
