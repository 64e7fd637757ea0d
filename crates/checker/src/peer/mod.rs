//! The judge's own hands: sockets that record every event.

mod datagram;
mod inbox;
mod stream;
mod visitor;

pub(crate) use crate::diagnose::Missed;
pub(crate) use datagram::{Came, Datagrams, is_refused};
pub(crate) use inbox::End;
pub(crate) use stream::{Stream, narrow};
pub(crate) use visitor::{Heard, Visitor};
