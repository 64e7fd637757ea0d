//! Checks of the client beyond the core (TT-32 to TT-35).

use super::stream;
use crate::lesson::Check;

pub(super) const NOT_TEXT_ANSWER: Check = Check {
    requirement: "TT-32",
    ..stream::client_more::NOT_TEXT_ANSWER
};

pub(super) const ENDLESS_ANSWER: Check = Check {
    requirement: "TT-33",
    ..stream::client_more::ENDLESS_ANSWER
};

pub(super) const ESCAPED_ANSWER: Check = Check {
    requirement: "TT-34",
    ..stream::client_more::ESCAPED_ANSWER
};

pub(super) const TWO_CLIENTS: Check = Check {
    requirement: "TT-35",
    ..stream::client_more::TWO_CLIENTS
};
