//! Lesson 3: one server, one client, datagrams.

mod ahead;
mod client;
mod server;
mod table;

use std::io;

use crate::Place;
use crate::common;
use crate::entry::Entry;
pub(crate) use table::BANK;
use table::Bug;

pub(crate) fn run(entry: &Entry<Bug>, place: &Place<'_>) -> io::Result<()> {
    common::run(entry.bug, place, server::run, client::run)
}
