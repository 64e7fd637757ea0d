//! Lesson 4: a chat room over datagrams, each message once and in order.

mod client_gone;
mod client_hears;
mod client_joins;
mod client_more;
mod client_says;
mod client_strangers;
mod client_window;
mod entering;
mod heard;
mod host;
mod host_ends;
mod member;
mod network;
mod printed;
mod server_joins;
mod server_life;
mod server_limits;
mod server_network;
mod server_sends;
mod server_sessions;
mod server_strangers;
mod server_talk;
mod server_window;
mod wire;

use std::time::{Duration, Instant};

use crate::lesson::{Check, Lesson, Transport};
use crate::speech::Speech;

pub(super) static LESSON: Lesson = Lesson {
    name: "udp-chat",
    title: "A chat room over UDP",
    number: 4,
    port: 9004,
    transport: Transport::Datagram,
    teaches: "how to build on datagrams what TCP gives you, for a room of many",
    chapter: "docs/src/lessons/udp-chat.md",
    protocol: "docs/src/protocols/udp-chat.md",
    client_options: &["name"],
    reference_options: "",
    // Not used: what goes to and fro here is no echo.
    speech: Speech::ECHO,
    checks: &CHECKS,
};

static CHECKS: [Check; 52] = [
    server_joins::ASKS_COOKIE,
    server_joins::WELCOMES,
    server_joins::CHECKS_COOKIE,
    server_talk::RELAYS,
    server_joins::JOINS_TWICE,
    server_joins::NAME_TAKEN,
    server_talk::SAYS_ONCE,
    server_talk::IN_ORDER,
    server_sends::SENDS_AGAIN,
    server_sends::TELLS_WHO,
    server_strangers::STRANGERS,
    server_strangers::SURVIVES,
    server_sessions::BAD_NAME,
    server_sessions::COOKIE_ONCE,
    server_sessions::NEW_SESSION,
    server_window::SAY_WINDOW,
    server_window::UNACKNOWLEDGED,
    server_window::OVERFLOW,
    server_limits::SILENT_MEMBER,
    server_limits::BAD_SAY,
    server_window::FLOOD,
    server_limits::LINE_END,
    server_network::BAD_NETWORK,
    server_life::LOOPBACK_ONLY,
    server_life::STOP_SIGNAL,
    server_life::RESTART,
    server_life::ESCAPED_OUTPUT,
    server_life::SECOND_SERVER,
    client_joins::JOINS,
    client_joins::JOINS_AGAIN,
    client_says::SAYS,
    client_says::SAYS_AGAIN,
    client_hears::ACKNOWLEDGES,
    client_hears::PRINTS,
    client_hears::PRINTS_ONCE,
    client_hears::PRINTS_IN_ORDER,
    client_strangers::FOREIGN_DATAGRAM,
    client_strangers::SURVIVES,
    client_says::LEAVES,
    client_joins::REFUSED,
    client_window::MSG_WINDOW,
    client_window::SAY_WINDOW,
    client_window::REFUSED_SAY,
    client_window::EMPTY_LINE,
    client_gone::FORGOTTEN,
    client_gone::NO_ANSWER,
    client_gone::ASKS_IN_SILENCE,
    client_gone::SILENT_SERVER,
    client_gone::NO_SERVER,
    client_more::ESCAPED_OUTPUT,
    client_more::TWO_CLIENTS,
    client_more::BAD_NETWORK,
];

/// For anything that is due. Only wrong programs are waited for to the end.
const PATIENCE: Duration = Duration::from_secs(5);
/// When the judge itself sends again what has no answer.
const RETRY: Duration = Duration::from_secs(1);
/// How many may be under way without an acknowledgement.
const OUTSTANDING: u32 = 64;
/// How many more may wait for one member.
const QUEUED: u32 = 256;

/// Lets `one` take in what comes, for at most `limit`, until `look` finds something
/// in it. `step` takes in one datagram, and tells whether one came in time.
fn until<W, T>(
    one: &mut W,
    limit: Duration,
    step: impl Fn(&mut W, Instant) -> bool,
    look: impl Fn(&W) -> Option<T>,
) -> Option<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look(one) {
            return Some(found);
        }
        if !step(one, deadline) {
            return look(one);
        }
    }
}
