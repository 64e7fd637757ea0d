//! Lesson 4: one server, one client, a room between them.

mod client;
mod hearing;
mod joining;
mod members;
mod saying;
mod server;
mod table;
mod words;

use std::io;

use crate::Place;
use crate::entry::Entry;
pub(crate) use table::BANK;
use table::Bug;

pub(crate) fn run(entry: &Entry<Bug>, place: &Place<'_>) -> io::Result<()> {
    match place.host {
        None => server::run(place.port, entry.bug),
        Some(host) => client::run(host, place.port, place.name, entry.bug),
    }
}
