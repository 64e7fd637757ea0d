//! The door of a full server: a polite no, without holding up the others.
//!
//! The answer itself never blocks, for nothing was sent on this connection
//! before. What takes time is closing so that the answer arrives: a socket
//! closed with unread input sends a reset, and that may destroy it. So a thread
//! keeps these connections for a moment, all at once.

use std::{
    io,
    net::Shutdown,
    sync::Arc,
    thread::{self, Scope},
    time::{Duration, Instant},
};

use common::{ending::LINGER, messages::MessageWriter, net::Stream, stop::Stop};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::{more::room_for, protocol::BUSY, server::Options};

/// What is left for taking in what the client has sent by then.
const TICK: Duration = Duration::from_millis(1);

/// The way out.
pub(crate) struct Door(Sender<(Arc<Stream>, Instant)>);

impl Door {
    /// Starts the thread that keeps what was sent away, of a server for so many
    /// clients. It ends when the door is dropped.
    ///
    /// # Errors
    ///
    /// The system's, when it has no thread left.
    pub(crate) fn open<'scope>(
        scope: &'scope Scope<'scope, '_>,
        clients: usize,
        stop: &Stop,
    ) -> io::Result<Self> {
        // The one that is looked at is kept as well.
        let (out, kept) = bounded(room_for::sent_away(clients) - 1);
        let stop = stop.clone();
        thread::Builder::new()
            .name("door".to_owned())
            .spawn_scoped(scope, move || keep(&kept, &stop))?;
        Ok(Door(out))
    }

    /// Says that the server is full and ends the connection.
    pub(crate) fn send_away(&self, stream: Arc<Stream>, options: &Options) {
        let mut writer = MessageWriter::new(stream.clone(), &options.settings);
        let said = writer.put(BUSY.as_bytes()).and_then(|()| writer.flush());
        // If it cannot be said, the client is gone.
        if said.is_ok() && stream.shutdown(Shutdown::Write).is_ok() {
            // Behind the last one kept, they are closed at once: whoever sends so
            // many clients can also do without the answer.
            let _ = self.0.try_send((stream, Instant::now() + LINGER));
        }
    }
}

/// Lets each connection go when its time is over, in the order in which they
/// came, or all at a stop.
fn keep(out: &Receiver<(Arc<Stream>, Instant)>, stop: &Stop) {
    for (stream, until) in out {
        match stop.channel().recv_deadline(until) {
            Err(RecvTimeoutError::Timeout) => stream.finish(TICK),
            Ok(_) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
