//! Lesson 2: one server, many clients, a greeting for every name.

mod client_ends;
mod client_more;
mod client_words;
mod server_crowd;
mod server_ends;
mod server_many;
mod server_more;
mod server_others;
mod server_stop;
mod server_words;

use super::stream;
use crate::lesson::{Check, Lesson, Transport};
use crate::speech::Speech;

pub(super) static LESSON: Lesson = Lesson {
    name: "tcp-threaded",
    title: "Many clients at once",
    number: 2,
    port: 9002,
    transport: Transport::Stream,
    teaches: "how one server serves many clients at once, and what threads share",
    chapter: "docs/src/lessons/tcp-threaded.md",
    protocol: "docs/src/protocols/tcp-threaded.md",
    client_options: &[],
    reference_options: "",
    speech: Speech {
        greeting: "Welcome!",
        before: "Hello, ",
        after: "!",
    },
    checks: &CHECKS,
};

static CHECKS: [Check; 38] = [
    server_words::GREETS_FIRST,
    server_words::ANSWERS_NAMES,
    server_words::NAME_CUT,
    server_words::NAMES_GLUED,
    server_words::EMPTY_NAME,
    server_words::NAME_BYTES,
    server_ends::MARKER_ENDS,
    server_ends::END_OF_INPUT,
    server_many::SILENT_CLIENTS,
    server_many::NO_MIXING,
    server_many::SLOW_CLIENTS,
    server_others::OTHERS_GO_ON,
    server_more::TOO_LONG,
    server_more::NOT_TEXT,
    server_crowd::DEAF_CLIENT,
    server_crowd::BUSY,
    server_crowd::GIVES_BACK,
    server_stop::STOP_SIGNAL,
    server_stop::STOP_ANSWERING,
    server_more::RESTART,
    server_more::LOOPBACK_ONLY,
    server_more::ESCAPED_OUTPUT,
    client_words::PRINTS_GREETING,
    client_words::SENDS_LINES,
    client_words::PRINTS_ANSWERS,
    client_words::ANSWER_CUT,
    client_words::LONG_ANSWER,
    client_words::ANSWER_CHARACTER_CUT,
    client_words::EMPTY_LINE,
    client_ends::INPUT_END,
    client_ends::MARKER_SENT,
    client_ends::BUSY_SHOWN,
    client_ends::SERVER_GONE,
    client_ends::NO_SERVER,
    client_more::NOT_TEXT_ANSWER,
    client_more::ENDLESS_ANSWER,
    client_more::ESCAPED_ANSWER,
    client_more::TWO_CLIENTS,
];

/// What a full server says in place of the greeting (TT-15, TT-29).
const BUSY: &str = "Busy, try again later";
