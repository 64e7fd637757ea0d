//! Lesson 3: datagrams there and back, and what the network does to them.

mod client_answers;
mod client_lines;
mod client_loss;
mod client_more;
mod network;
mod server_answers;
mod server_bytes;
mod server_lives;
mod server_more;
mod talk;

use super::datagram::echo::comes_back as exchange;
use crate::lesson::{Check, Lesson, Transport};
use crate::speech::Speech;

pub(super) static LESSON: Lesson = Lesson {
    name: "udp-basics",
    title: "UDP basics",
    number: 3,
    port: 9003,
    transport: Transport::Datagram,
    teaches: "what a datagram is, and how to live with lost, doubled and overtaken ones",
    chapter: "docs/src/lessons/udp-basics.md",
    protocol: "docs/src/protocols/udp-basics.md",
    client_options: &[],
    reference_options: "",
    speech: Speech::ECHO,
    checks: &CHECKS,
};

static CHECKS: [Check; 29] = [
    server_answers::ANSWERS_A_DATAGRAM,
    server_answers::GOES_ON,
    server_answers::ANSWERS_THE_SENDER,
    server_bytes::EMPTY_DATAGRAM,
    server_bytes::ANY_BYTES,
    server_bytes::WHOLE_DATAGRAM,
    server_bytes::NEVER_CUT,
    server_lives::ANY_CONTENT,
    server_lives::CLIENT_GONE,
    server_more::LOOPBACK_ONLY,
    server_more::STOP_SIGNAL,
    server_more::RESTART,
    server_more::ESCAPED_OUTPUT,
    server_more::SECOND_SERVER,
    client_lines::SENDS_NUMBERED,
    client_lines::PRINTS_ANSWERS,
    client_lines::EMPTY_LINE,
    client_loss::SENDS_AGAIN,
    client_loss::GIVES_UP,
    client_answers::DUPLICATE_ANSWER,
    client_answers::STALE_ANSWER,
    client_answers::DAMAGED_ANSWER,
    client_answers::FOREIGN_DATAGRAM,
    client_lines::LONG_ANSWER,
    client_loss::EXIT_CODE,
    client_more::NO_SERVER,
    client_more::ESCAPED_ANSWER,
    client_more::TWO_CLIENTS,
    network::BAD_NETWORK,
];

/// The longest request, in bytes (UB-6, UB-23).
const LIMIT: usize = 1472;
