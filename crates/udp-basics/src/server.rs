//! The server: whatever comes goes back.
//!
//! There is nobody to accept and nothing to close. One socket hears all
//! clients; each datagram brings the address to answer to, and with the answer
//! sent the server has forgotten it.

use common::{
    escape::Shown,
    exit::{Failure, tell},
    net::{Datagram, DatagramBuffer, DatagramError, DatagramSocket},
    output::Output,
    serve::serve_each,
    stop::Stop,
    text::TextCodec,
};

pub use crate::more::totals::Totals;

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The same bytes (UB-1).
    Echo,
    /// These bytes, then the same.
    Prefix(Vec<u8>),
    /// Nothing.
    Nothing,
}

/// How to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// What to answer.
    pub reply: Reply,
    /// Whether to stop after one datagram.
    pub once: bool,
    /// Most bytes of a datagram that is answered (UB-7).
    pub buffer: usize,
    /// How datagrams are shown. What is answered does not depend on it.
    pub codec: TextCodec,
}

/// Serves until `stop`, or until the first datagram if that was asked for, and
/// gives `stop` itself when it ends for another reason. No datagram ends it
/// (UB-8).
///
/// # Errors
///
/// [`Failure`] when the output cannot be written, or a socket cannot be served
/// for want of threads or descriptors.
pub fn run(
    sockets: &[DatagramSocket],
    options: &Options,
    output: &Output,
    stop: &Stop,
) -> Result<Totals, Failure> {
    serve_each(sockets, stop, |socket| serve(socket, options, output, stop))
}

/// One socket, from its first datagram to the end.
fn serve(
    socket: &DatagramSocket,
    options: &Options,
    output: &Output,
    stop: &Stop,
) -> Result<Totals, Failure> {
    let mut buffer = DatagramBuffer::new(options.buffer);
    let mut totals = Totals::default();
    // ANCHOR: serve
    loop {
        match socket.receive(&mut buffer, stop) {
            Ok(None) => return Ok(totals),
            Ok(Some(Datagram { bytes, from })) => {
                totals.datagrams += 1;
                totals.bytes += bytes.len() as u64;
                let sent = match &options.reply {
                    Reply::Echo => socket.send_to(bytes, from),
                    Reply::Prefix(prefix) => socket.send_to(&[prefix, bytes].concat(), from),
                    Reply::Nothing => Ok(()),
                };
                output.line(format_args!("{from}: {}", Shown(bytes, &options.codec)))?;
                if let Err(error) = sent {
                    totals.undelivered += 1;
                    tell("warning", &format_args!("cannot answer {from}: {error}"));
                }
            }
            Err(error @ DatagramError::TooLarge { .. }) => {
                totals.too_large += 1;
                tell("warning", &format_args!("not answered: {error}"));
            }
            // A client left before its answer came (UB-9). Not this socket's end.
            Err(DatagramError::Refused) => totals.undelivered += 1,
            Err(error) => {
                tell("warning", &format_args!("cannot receive: {error}"));
                stop.back_off();
            }
        }
        if options.once {
            return Ok(totals);
        }
    }
    // ANCHOR_END: serve
}
