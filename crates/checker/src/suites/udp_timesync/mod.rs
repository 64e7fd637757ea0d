//! Lesson 8: the time as text and by SNTP, and what the answer is worth.

mod ask;
mod calendar;
mod client_more;
mod client_replies;
mod client_sntp;
mod client_text;
mod packet;
mod request;
mod sample;
mod server_errors;
mod server_lives;
mod server_more;
mod server_sntp;
mod server_text;
mod sntp;
mod talk;

use crate::lesson::{Check, Lesson, Transport};
use crate::speech::Speech;

pub(super) static LESSON: Lesson = Lesson {
    name: "udp-timesync",
    title: "UDP time sync",
    number: 8,
    port: 9008,
    transport: Transport::Datagram,
    teaches: "how to ask for the time, what the answer is worth, and who else may profit from it",
    chapter: "docs/src/lessons/udp-timesync.md",
    protocol: "docs/src/protocols/udp-timesync.md",
    client_options: &["format"],
    reference_options: "--count 1 --wait 0.2 --timeout 2.5",
    speech: Speech::ECHO,
    checks: &CHECKS,
};

static CHECKS: [Check; 37] = [
    server_text::FORMATS_THE_TIME,
    server_text::TEXT_STAYS,
    server_text::ANSWERS_THE_SENDER,
    server_errors::UNKNOWN_CONVERSION,
    server_errors::NO_FORMAT,
    server_errors::TOO_LONG,
    server_sntp::SNTP_REPLY,
    server_sntp::SNTP_TIME,
    server_sntp::FORTY_EIGHT_BYTES,
    server_lives::ANY_CONTENT,
    server_lives::CLIENT_GONE,
    server_more::ALL_CONVERSIONS,
    server_more::LOCAL_ZONE,
    server_more::BURST_OF_REQUESTS,
    server_more::OTHER_VERSIONS,
    server_more::LOOPBACK_ONLY,
    server_more::STOP_SIGNAL,
    server_more::RESTART,
    server_more::ESCAPED_OUTPUT,
    server_more::SECOND_SERVER,
    client_text::ASKS_FOR_FORMAT,
    client_text::PRINTS_THE_ANSWER,
    client_text::ASKS_AGAIN,
    client_text::GIVES_UP,
    client_text::ERROR_ANSWER,
    client_sntp::SNTP_REQUEST,
    client_sntp::NONCE,
    client_sntp::OFFSET_AND_DELAY,
    client_replies::FOREIGN_DATAGRAM,
    client_replies::ORIGIN,
    client_replies::USELESS_REPLIES,
    client_replies::KISS_OF_DEATH,
    client_more::NEXT_ERA,
    client_more::NO_SERVER,
    client_more::ESCAPED_ANSWER,
    client_more::TWO_CLIENTS,
    client_more::LOST_REQUEST,
];
