//! What can go wrong with a datagram.

use std::{fmt, io, net::SocketAddr};

/// Why a datagram was not sent, or a wait brought none. None of these ends a
/// socket.
#[derive(Debug)]
#[non_exhaustive]
pub enum DatagramError {
    /// One came that does not fit. It is lost, and nobody should use the part
    /// that did fit.
    TooLarge {
        /// Most bytes that would have fitted.
        limit: usize,
        /// Its sender, on systems that tell (Windows does not).
        from: Option<SocketAddr>,
    },
    /// Nobody listened where an earlier datagram of ours went ("port
    /// unreachable", [RFC 792](https://www.rfc-editor.org/rfc/rfc792)). Systems
    /// tell this on the next call, whatever that is; Linux tells it to
    /// connected sockets only.
    Refused,
    /// The system's word.
    Io(io::Error),
}

impl fmt::Display for DatagramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatagramError::TooLarge { limit, from } => {
                write!(f, "a datagram has more than {limit} bytes")?;
                from.map_or(Ok(()), |from| write!(f, " ({from} sent it)"))
            }
            DatagramError::Refused => f.write_str("nobody listens there"),
            DatagramError::Io(error) => f.write_str(&crate::output::reason(error)),
        }
    }
}

impl std::error::Error for DatagramError {}

impl From<io::Error> for DatagramError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // The same news: Unix says refused, Windows says reset.
            io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => {
                DatagramError::Refused
            }
            _ => DatagramError::Io(error),
        }
    }
}
