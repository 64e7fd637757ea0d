//! The judge's own hands: sockets that record every event.

mod inbox;
mod stream;

pub(crate) use inbox::End;
pub(crate) use stream::{Stream, narrow};
