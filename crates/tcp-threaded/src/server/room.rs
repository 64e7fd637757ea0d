//! Who is there: the one thing that all threads share.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use common::{
    ending::End,
    exit::Failure,
    net::{Endpoint, Stream},
    output::{Output, OutputError},
    stop::Stop,
};

use super::{Guest, Options, Totals};

/// What all threads share.
pub(crate) struct Room<'a> {
    pub(crate) options: &'a Options,
    output: &'a Output,
    pub(super) stop: &'a Stop,
    /// Clients that fit, whatever limits them.
    pub(super) capacity: usize,
    book: Mutex<Book>,
}

/// Written by every thread, so only ever behind the lock.
#[derive(Default)]
struct Book {
    here: usize,
    totals: Totals,
    /// Why the server has to end, if it is not told to.
    failure: Option<OutputError>,
}

impl<'a> Room<'a> {
    pub(super) fn new(options: &'a Options, output: &'a Output, stop: &'a Stop) -> Self {
        let seats = options.model.seats();
        Room {
            options,
            output,
            stop,
            capacity: seats.min(options.max_connections.unwrap_or(usize::MAX)),
            book: Mutex::default(),
        }
    }

    // ANCHOR: admit
    /// Counts the client in, or gives it back when the room is full (TT-15).
    pub(super) fn admit(&self, mut stream: Stream) -> Result<Guest<'_>, Arc<Stream>> {
        // A client that is gone already shows when it is greeted.
        let _ = stream.configure(self.options.settings.stream);
        let stream = Arc::new(stream);
        let mut book = self.book();
        if book.here >= self.capacity {
            book.totals.sent_away += 1;
            self.print(&mut book, format_args!("{} sent away", stream.peer()));
            return Err(stream);
        }
        book.here += 1;
        book.totals.clients += 1;
        book.totals.most = book.totals.most.max(book.here);
        self.print(&mut book, format_args!("{} joined", stream.peer()));
        Ok(Guest {
            room: self,
            stream,
            names: 0,
            end: End::Ours("no thread was left"),
        })
    }
    // ANCHOR_END: admit

    /// Counts a client out.
    pub(super) fn leave(&self, peer: &Endpoint, names: u64, end: &End) {
        let mut book = self.book();
        book.here -= 1;
        book.totals.names += names;
        self.print(&mut book, format_args!("{peer} left: {end}"));
    }

    /// Prints while the lock is held, or two lines could stand in another order
    /// than their numbers.
    fn print(&self, book: &mut MutexGuard<'_, Book>, what: fmt::Arguments<'_>) {
        let printed = self
            .output
            .line(format_args!("{what}, {} connected", book.here));
        if let Err(error) = printed {
            book.failure.get_or_insert(error);
            self.stop.trigger();
        }
    }

    /// A thread that panicked while it held the lock has changed a number at
    /// most.
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn close(self) -> Result<Totals, Failure> {
        let book = self
            .book
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        book.failure
            .map_or(Ok(book.totals), |error| Err(error.into()))
    }
}
