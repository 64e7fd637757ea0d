//! Checks of the server beyond the core: its life on a machine (UC-24 to UC-28).

use super::super::datagram;
use super::super::hostile::Hostile;
use super::member::Member;
use crate::bench::Bench;
use crate::causes::*;
use crate::lesson::Check;
use crate::limits::STOP;
use crate::subject::Stop;
use crate::verdict::Failure;

/// Whoever is no member is told so.
fn nobody(_bench: &mut Bench<'_>) -> (Vec<u8>, Vec<u8>) {
    (b"PING".to_vec(), b"ERR NOJOIN 0".to_vec())
}

pub(super) const LOOPBACK_ONLY: Check = Check {
    requirement: "UC-24",
    run: |bench| datagram::loopback_only(bench, nobody),
    ..datagram::LOOPBACK_ONLY
};

pub(super) const STOP_SIGNAL: Check = Check {
    requirement: "UC-25",
    run: |bench| datagram::stop_signal(bench, nobody),
    ..datagram::STOP_SIGNAL
};

pub(super) const RESTART: Check = Check {
    requirement: "UC-26",
    run: |bench| datagram::restart(bench, nobody),
    ..datagram::RESTART
};

pub(super) const ESCAPED_OUTPUT: Check = Check {
    requirement: "UC-27",
    summary: "what a member says cannot steer the operator's terminal",
    run: escaped_output,
    ..datagram::echo::ESCAPED_OUTPUT
};

fn escaped_output(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let names = [(); 2].map(|()| bench.word());
    let (server, [mut ada, mut bo]) = Member::room(bench, [&names[0], &names[1]])?;
    let hostile = Hostile::new(bench);
    ada.say(&hostile.text)?;
    bo.hear(&names[0], &hostile.text, NOT_RELAYED)?;
    // It prints before or after it answers; the next answer comes after both.
    for text in Hostile::followers(bench, 1000) {
        ada.say(&text)?;
        bo.hear(&names[0], &text, NOT_RELAYED)?;
    }
    server.subject.signal(Stop::Terminate);
    server.subject.wait_exit(STOP);
    hostile.find_in(server.subject.output())
}

pub(super) const SECOND_SERVER: Check = Check {
    requirement: "UC-28",
    run: |bench| datagram::second_server(bench, nobody),
    ..datagram::SECOND_SERVER
};
