//! Lesson 2: one server, many clients, a greeting for every name.

mod client;
mod conversation;
mod server;
mod stop;
mod table;
mod turns;

use std::io;

use crate::Place;
use crate::common;
use crate::entry::Entry;
use crate::lines::{Habits, Reads, Text};
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

/// What the program does to the lines it reads.
fn habits(bug: Bug) -> Habits {
    Habits {
        limit: match bug {
            Bug::Limit4096 => Some(4096),
            Bug::NoLimit => Some(usize::MAX),
            _ => None,
        },
        reads: match bug {
            Bug::DecodesReads => Reads::Decodes,
            Bug::ReplacesCut => Reads::Replaces,
            Bug::ReadIsLine => Reads::Lines,
            _ => Reads::Collects,
        },
        glues: bug == Bug::GluedAsOne,
        cuts: bug == Bug::CutsAt1024,
        drops_partial: bug == Bug::DropsPartial,
        drops_rest: bug == Bug::FirstLineOnly,
        keeps_cr: bug == Bug::KeepsCr,
        loses_last: bug == Bug::LastLineLost,
        text: match bug {
            Bug::Trims => Text::Trimmed,
            _ => Text::AsItIs,
        },
    }
}
