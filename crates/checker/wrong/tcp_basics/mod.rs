//! Lesson 1: one server, one client, lines over TCP.

mod client;
mod conversation;
mod sender;
mod server;
mod table;

use std::io;

use crate::Place;
use crate::common;
use crate::entry::Entry;
use crate::lines::{Habits, Reads, Text};
pub(crate) use table::BANK;
use table::Bug;

pub(crate) fn run(entry: &Entry<Bug>, place: &Place<'_>) -> io::Result<()> {
    common::run(entry.bug, place, server::run, client::run)
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
            Bug::ReadIsMessage => Reads::Lines,
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
            Bug::DropsAllCr => Text::WithoutCr,
            Bug::Truncates => Text::Truncated,
            Bug::KeepsBuffer => Text::Kept,
            _ => Text::AsItIs,
        },
    }
}
