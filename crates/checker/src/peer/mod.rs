//! The judge's own hands: sockets that record every event.

mod inbox;
mod stream;
mod visitor;

pub(crate) use inbox::End;
pub(crate) use stream::{Stream, narrow};
pub(crate) use visitor::{Heard, Visitor};
