//! Lesson 1: one server, one client, lines over TCP.

mod server_lines;

use crate::lesson::{Check, Lesson};

pub(super) static LESSON: Lesson = Lesson {
    name: "tcp-basics",
    title: "TCP basics",
    number: 1,
    port: 9001,
    teaches: "what a socket is, and why a stream of bytes is not a row of messages",
    chapter: "docs/src/lessons/tcp-basics.md",
    protocol: "docs/src/protocols/tcp-basics.md",
    checks: &CHECKS,
};

static CHECKS: [Check; 3] = [
    server_lines::ANSWERS_A_MESSAGE,
    server_lines::ANSWERS_IN_ORDER,
    server_lines::MESSAGE_CUT,
];
