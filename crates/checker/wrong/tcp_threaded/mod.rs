//! Lesson 2: one server, many clients, a greeting for every name.

mod client;
mod conversation;
mod lines;
mod server;
mod stop;
mod table;
mod turns;

use std::io;

use crate::Place;
use crate::common;
use crate::entry::Entry;
pub(crate) use table::BANK;
use table::Bug;

/// What the server says first.
const GREETING: &[u8] = b"Welcome!";
/// What it says instead when it is full.
const BUSY: &[u8] = b"Busy, try again later";

pub(crate) fn run(entry: &Entry<Bug>, place: &Place<'_>) -> io::Result<()> {
    common::run(entry.bug, place, server::run, client::run)
}

fn is_marker(text: &[u8]) -> bool {
    [&b"exit"[..], b"end", b"q"].contains(&text)
}
