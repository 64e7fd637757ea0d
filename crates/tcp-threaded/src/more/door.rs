//! The door of a full server: a polite no, without holding up the others.
//!
//! The answer itself never blocks, for nothing was sent on this connection
//! before. What takes time is closing so that the answer arrives: a socket
//! closed with unread input sends a reset, and that may destroy it. So a thread
//! keeps these connections for a moment, all at once.

use std::{
    collections::VecDeque,
    io,
    net::Shutdown,
    sync::Arc,
    thread::{self, Scope},
    time::{Duration, Instant},
};

use common::{ending::LINGER, messages::MessageWriter, net::Stream};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::{protocol::BUSY, server::Options};

/// Connections kept at once. Behind it they are closed at once: whoever sends
/// this many clients can also do without the answer.
const KEPT: usize = 256;

/// What is left for taking in what the client has sent by then.
const TICK: Duration = Duration::from_millis(1);

/// The way out.
pub(crate) struct Door(Sender<(Arc<Stream>, Instant)>);

impl Door {
    /// Starts the thread that keeps what was sent away. It ends when the door is
    /// dropped.
    ///
    /// # Errors
    ///
    /// The system's, when it has no thread left.
    pub(crate) fn open<'scope>(scope: &'scope Scope<'scope, '_>) -> io::Result<Self> {
        let (out, kept) = bounded(KEPT);
        thread::Builder::new()
            .name("door".to_owned())
            .spawn_scoped(scope, move || keep(&kept))?;
        Ok(Door(out))
    }

    /// Says that the server is full and ends the connection.
    pub(crate) fn send_away(&self, stream: Arc<Stream>, options: &Options) {
        let mut writer = MessageWriter::new(stream.clone(), &options.settings);
        let said = writer.put(BUSY.as_bytes()).and_then(|()| writer.flush());
        // If it cannot be said, the client is gone.
        if said.is_ok() && stream.shutdown(Shutdown::Write).is_ok() {
            let _ = self.0.try_send((stream, Instant::now() + LINGER));
        }
    }
}

/// Lets each connection go when its time is over.
fn keep(out: &Receiver<(Arc<Stream>, Instant)>) {
    let mut kept = VecDeque::new();
    loop {
        let next = match kept.front() {
            Some((_, until)) => out.recv_deadline(*until),
            None => out.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match next {
            Ok(one) => kept.push_back(one),
            Err(RecvTimeoutError::Timeout) => {
                if let Some((stream, _)) = kept.pop_front() {
                    stream.finish(TICK);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if kept.len() > KEPT {
            kept.pop_front();
        }
    }
}
