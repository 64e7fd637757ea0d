//! Lesson 1: one server, one client, lines over TCP.

mod client_ends;
mod client_lines;
mod client_more;
mod client_text;
mod server_ends;
mod server_input;
mod server_lines;
mod server_more;
mod server_text;

use super::stream;
use crate::lesson::{Check, Lesson, Transport};
use crate::speech::Speech;

pub(super) static LESSON: Lesson = Lesson {
    name: "tcp-basics",
    title: "TCP basics",
    number: 1,
    port: 9001,
    transport: Transport::Stream,
    teaches: "what a socket is, and why a stream of bytes is not a row of messages",
    chapter: "docs/src/lessons/tcp-basics.md",
    protocol: "docs/src/protocols/tcp-basics.md",
    client_options: &[],
    reference_options: "",
    speech: Speech::ECHO,
    checks: &CHECKS,
};

static CHECKS: [Check; 37] = [
    server_lines::ANSWERS_A_MESSAGE,
    server_lines::ANSWERS_IN_ORDER,
    server_lines::MESSAGE_CUT,
    server_lines::MESSAGES_GLUED,
    server_text::EMPTY_MESSAGE,
    server_text::CARRIAGE_RETURN,
    server_text::LONG_MESSAGE,
    server_text::CHARACTER_CUT,
    server_ends::MARKER_ENDS,
    server_ends::MARKER_INSIDE,
    server_ends::END_OF_INPUT,
    server_ends::NEXT_CLIENT,
    server_input::MEGABYTE,
    server_input::TOO_LONG,
    server_input::NOT_TEXT,
    server_more::WAITING_CLIENT,
    server_more::UNREAD_INPUT,
    server_more::RESTART,
    server_more::LOOPBACK_ONLY,
    server_more::STOP_SIGNAL,
    server_input::ESCAPED_OUTPUT,
    client_lines::SENDS_LINES,
    client_lines::PRINTS_ANSWERS,
    client_lines::ANSWER_CUT,
    client_lines::EMPTY_LINE,
    client_text::LONG_ANSWER,
    client_text::ANSWER_CHARACTER_CUT,
    client_ends::INPUT_END,
    client_ends::MARKER_SENT,
    client_ends::SERVER_GONE,
    client_ends::NO_SERVER,
    client_more::UNTERMINATED_ANSWER,
    client_more::NOT_TEXT_ANSWER,
    client_more::ENDLESS_ANSWER,
    client_more::ESCAPED_ANSWER,
    client_more::TWO_CLIENTS,
    client_more::BIG_INPUT,
];
