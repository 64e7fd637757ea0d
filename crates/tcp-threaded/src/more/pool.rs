//! A worker pool (`--model pool`): a fixed number of threads and a queue.
//!
//! It costs the same whether ten clients come or a thousand, and no client can
//! make the server start a thread. The price: a client that only stays connected
//! occupies a worker, and those behind it wait, greeted by nobody.

use std::{io, thread, thread::Scope};

use crossbeam_channel::{Sender, unbounded};

use crate::server::{Guest, Model, Room};

/// The way to the workers.
pub(crate) struct Pool<'room>(Sender<Guest<'room>>);

impl<'room> Pool<'room> {
    /// Starts the workers, if the model is a pool. They end when it is dropped
    /// and the queue is empty.
    ///
    /// # Errors
    ///
    /// The system's, when it has no thread left.
    pub(crate) fn begin<'scope>(
        scope: &'scope Scope<'scope, 'room>,
        room: &Room<'room>,
    ) -> io::Result<Option<Self>> {
        let Model::Pool { workers, .. } = room.options.model else {
            return Ok(None);
        };
        // Without a bound of its own: the room admits only as many as there are
        // workers and places in the queue.
        let (queue, next) = unbounded::<Guest<'room>>();
        for number in 1..=workers {
            let next = next.clone();
            thread::Builder::new()
                .name(format!("worker {number}"))
                .spawn_scoped(scope, move || next.into_iter().for_each(Guest::serve))?;
        }
        Ok(Some(Pool(queue)))
    }

    /// Puts the guest at the end of the queue, or gives it back when there is no
    /// worker.
    pub(crate) fn serve(&self, guest: Guest<'room>) -> Result<(), Guest<'room>> {
        self.0.send(guest).map_err(|unsent| unsent.into_inner())
    }
}
