//! Lesson 8: the time as text and by SNTP.

mod calendar;
mod client;
mod limit;
mod offset;
mod packet;
mod server;
mod table;

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
