//! The checks of every lesson, one module each.

mod datagram;
mod ends;
mod hostile;
mod loopback;
mod printed;
mod stream;
mod tcp_basics;
mod tcp_threaded;
mod udp_basics;
mod udp_chat;
mod udp_timesync;

use crate::lesson::Lesson;

static ALL: [&Lesson; 5] = [
    &tcp_basics::LESSON,
    &tcp_threaded::LESSON,
    &udp_basics::LESSON,
    &udp_chat::LESSON,
    &udp_timesync::LESSON,
];

/// Every lesson, in the order of the course.
#[must_use]
pub fn all() -> &'static [&'static Lesson] {
    &ALL
}

/// The lesson called `name`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Lesson> {
    ALL.into_iter().find(|lesson| lesson.name == name)
}
