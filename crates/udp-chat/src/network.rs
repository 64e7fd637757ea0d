//! The client's two ends: the socket, and where it shows what came.

use std::time::{Duration, Instant};

use common::{
    exit::Failure,
    net::{DatagramBuffer, DatagramError, DatagramSocket, LARGEST_DATAGRAM},
    output::{Output, OutputError},
    stop::Stop,
};
use crossbeam_channel::Sender;

use crate::session::{Effects, End, News};

/// As good as for ever.
const LONG: Duration = Duration::from_secs(3600);

/// What the thread of the network says.
pub(crate) type Arrived = Result<Vec<u8>, DatagramError>;

/// How the client's talk with one address ends; `None` if nobody answers there.
pub(crate) type Ended = Result<Option<End>, Failure>;

/// Where the client puts what it has to say.
pub trait Show {
    /// Shows one piece of news. Its `Display` is a line without an end, escaped
    /// already.
    ///
    /// # Errors
    ///
    /// The output's; the client then leaves.
    fn show(&mut self, news: &News<'_>) -> Result<(), OutputError>;
}

impl Show for Output {
    fn show(&mut self, news: &News<'_>) -> Result<(), OutputError> {
        self.line(news)
    }
}

/// The thread of the network: every datagram goes into the channel. When that is
/// full nobody takes any out of the socket, which then loses them; the server
/// sends them again.
pub(crate) fn listen(socket: &DatagramSocket, network: &Sender<Arrived>, end: &Stop) {
    let mut buffer = DatagramBuffer::new(LARGEST_DATAGRAM);
    while !end.is_set() {
        let deadline = Instant::now() + LONG;
        let arrived = match socket.receive_until(&mut buffer, deadline, end) {
            Ok(Some(datagram)) if socket.is_peer(datagram.from) => Ok(datagram.bytes.to_vec()),
            // Nothing, a stranger's, or larger than UDP can carry.
            Ok(_) | Err(DatagramError::TooLarge { .. }) => continue,
            Err(error) => Err(error),
        };
        let is_trouble = matches!(arrived, Err(DatagramError::Io(_)));
        if network.send(arrived).is_err() {
            return;
        }
        if is_trouble {
            end.back_off();
        }
    }
}

/// What the session does, done.
pub(crate) struct Out<'a> {
    pub(crate) socket: &'a DatagramSocket,
    /// Also the first trouble of the thread above: systems tell it on the next
    /// call, whichever that is.
    pub(crate) sent: Result<(), DatagramError>,
    pub(crate) show: &'a mut dyn Show,
    pub(crate) shown: Result<(), OutputError>,
}

impl Effects for Out<'_> {
    fn send(&mut self, datagram: &str) {
        let sent = self.socket.send(datagram.as_bytes());
        if self.sent.is_ok() {
            self.sent = sent;
        }
    }

    fn show(&mut self, news: News<'_>) {
        if self.shown.is_ok() {
            self.shown = self.show.show(&news);
        }
    }
}
