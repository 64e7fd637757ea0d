//! What the lessons share.
//!
//! The modules stand in layers, and each uses only its own and those above it:
//!
//! | layer | modules | knows |
//! | --- | --- | --- |
//! | pure | [`frame`], [`text`], [`escape`], [`hex`], [`address`] | bytes and characters; no socket, clock or thread |
//! | system | [`net`], [`stop`], [`wire`], [`input`], [`output`] | sockets, threads, time |
//! | conversation | [`messages`], [`ending`] | the codecs over a socket |
//! | program | [`args`], [`exit`], [`serve`] | command lines, exit codes, a thread for each socket |
//!
//! To see how a message gets from one program to the other, read
//! [`frame::lines`], [`frame::Decoder`], [`messages`], [`net::Stream`], in this
//! order.

pub mod address;
pub mod args;

pub mod ending;
pub mod escape;
pub mod exit;
pub mod frame;
pub mod hex;
pub mod input;
pub mod messages;
pub mod net;
pub mod output;
pub mod serve;
pub mod stop;
pub mod text;
pub mod wire;

/// The waits of the tests in `tests/`, for those beside the code.
#[cfg(test)]
#[path = "../tests/soon/mod.rs"]
mod soon;
