//! Checks of the server beyond the core: its life on a machine (TB-15 to TB-19).

use super::super::ends::{needs_signals, stops_by};
use super::stream;
use super::stream::lf;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::{Check, Level, Role};
use crate::limits::LATE;
use crate::peer::End;
use crate::subject::Stop;
use crate::verdict::Failure;

pub(super) const WAITING_CLIENT: Check = Check {
    name: "waiting-client",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-15",
    summary: "a client that comes while another is served gets its turn",
    section: "going-further",
    hints: [
        "Where is a client that has connected but was not accepted yet?",
        "The system keeps it in the backlog of the listening socket. Give listen a backlog, and do not close what you cannot serve yet.",
        "listen(128); serve one client to its end; accept the next: it may have been waiting",
    ],
    run: waiting_client,
};

fn waiting_client(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (server, mut served) = bench.server()?;
    let message = lf(&bench.word());
    served.send(&message);
    served.expect(&message)?;
    let mut waiting = bench.connect(&server, SECOND_REFUSED)?;
    let due = lf(&bench.word());
    waiting.send(&due);
    // Whoever sends it away does so while the other is still there.
    waiting.wait_end(LATE);
    let message = lf(&bench.word());
    served.send(&message);
    served.expect(&message)?;
    served.half_close();
    served.expect_end()?;
    waiting
        .expect(&due)
        .map_err(|seen| seen.or_silence(SECOND_REFUSED))
}

pub(super) const UNREAD_INPUT: Check = Check {
    name: "unread-input",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-16",
    summary: "the connection ends cleanly, although input is still unread",
    section: "going-further",
    hints: [
        "What does your system send when you close a socket whose input you have not read?",
        "It sends a reset, which can overtake your last answers. End your own side only, read until the client has ended too, then close.",
        "shutdown(write); until read returns 0 bytes or 1 s has passed { read and forget }; close",
    ],
    run: unread_input,
};

fn unread_input(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    let due = lf(&bench.word());
    let later = lf(&bench.text(1023)).repeat(256);
    conversation.send(&[&due, &b"exit\n"[..], &later].concat());
    conversation.expect(&due).map_err(|seen| match seen.end {
        Some(End::Reset) => seen.blame(CLOSED_WITH_UNREAD),
        _ => Failure::from(seen),
    })?;
    conversation.expect_end()?;
    // What was on its way when the server closed is answered by a reset, too.
    conversation.hold();
    if conversation.was_reset() {
        return Err(Failure::words(
            CLOSED_WITH_UNREAD,
            "the end of the connection",
            "a reset of the connection",
        ));
    }
    Ok(())
}

pub(super) const RESTART: Check = Check {
    requirement: "TB-17",
    ..stream::server_life::RESTART
};

pub(super) const LOOPBACK_ONLY: Check = Check {
    requirement: "TB-18",
    ..stream::server_life::LOOPBACK_ONLY
};

pub(super) const STOP_SIGNAL: Check = Check {
    name: "stop-signal",
    role: Role::Server,
    level: Level::More,
    requirement: "TB-19",
    summary: "SIGTERM or Ctrl-C ends the server within a second, with exit code 0",
    section: "going-further",
    hints: [
        "Where does your server wait when the signal comes, and what wakes it?",
        "Let the signal handler only say that it is time to stop, and make every wait, in accept and in read, notice it.",
        "on SIGTERM or SIGINT { stopping = true; wake accept; shut down open connections }; then return 0 from main",
    ],
    run: stop_signal,
};

fn stop_signal(bench: &mut Bench<'_>) -> Result<(), Failure> {
    needs_signals()?;
    for stop in [Stop::Terminate, Stop::Interrupt] {
        let (server, mut idle) = bench.server()?;
        let message = lf(&bench.word());
        idle.send(&message);
        idle.expect(&message)?;
        stops_by(&server, stop, "an idle client")?;
    }
    Ok(())
}
