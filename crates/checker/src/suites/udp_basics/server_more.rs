//! Checks of the server beyond the core: its life on a machine (UB-10 to UB-14).

use super::super::datagram;
use crate::lesson::Check;

pub(super) const LOOPBACK_ONLY: Check = Check {
    requirement: "UB-10",
    ..datagram::LOOPBACK_ONLY
};

pub(super) const STOP_SIGNAL: Check = Check {
    requirement: "UB-11",
    ..datagram::STOP_SIGNAL
};

pub(super) const RESTART: Check = Check {
    requirement: "UB-12",
    ..datagram::RESTART
};

pub(super) const ESCAPED_OUTPUT: Check = Check {
    requirement: "UB-13",
    ..datagram::echo::ESCAPED_OUTPUT
};

pub(super) const SECOND_SERVER: Check = Check {
    requirement: "UB-14",
    ..datagram::SECOND_SERVER
};
