//! What goes wrong in programs, one sentence each: the table of likely causes.

use crate::verdict::Cause;

macro_rules! causes {
    ($all:ident: $($name:ident $id:literal $sentence:literal)*) => {
        $(pub(crate) const $name: Cause = Cause { id: $id, sentence: $sentence };)*

        /// All of them.
        pub(super) const $all: &[Cause] = &[$($name),*];
    };
}

mod chat;
mod general;
mod time;

pub(crate) use chat::*;
pub(crate) use general::*;
pub(crate) use time::*;

/// Every cause a card can name.
pub const CAUSES: &[Cause] =
    &joined::<{ GENERAL.len() + CHAT.len() + TIME.len() }>([GENERAL, CHAT, TIME]);

const fn joined<const ALL: usize>(lists: [&[Cause]; 3]) -> [Cause; ALL] {
    let mut all = [GENERAL[0]; ALL];
    let (mut list, mut at, mut place) = (0, 0, 0);
    while place < ALL {
        if at == lists[list].len() {
            (list, at) = (list + 1, 0);
        } else {
            all[place] = lists[list][at];
            (at, place) = (at + 1, place + 1);
        }
    }
    all
}

/// The hint for a program that never came to what the check is about.
pub(crate) fn hint_at_start(cause: Cause) -> Option<&'static str> {
    match cause {
        NOT_FOUND => Some("Can you start exactly this command yourself, from this folder?"),
        NOT_EXECUTABLE => Some(
            "Which program runs a file like this one, and is it the first word of the command?",
        ),
        EXITED_EARLY => {
            Some("What does your program say when you start it yourself, with the same arguments?")
        }
        NOT_RECEIVING => Some("What does your program wait for before it binds its socket?"),
        WRONG_TRANSPORT => Some("Which kind of socket does your program open?"),
        NOT_LISTENING => Some("What does your program wait for before it accepts a client?"),
        WRONG_ADDRESS | WRONG_DATAGRAM_ADDRESS => {
            Some("Which address does your program bind, and where does it take the port from?")
        }
        NEVER_SENDS => Some(
            "Where does your program take the host and the port from, and what does it do before it sends?",
        ),
        NEVER_CONNECTS => Some(
            "Where does your program take the host and the port from, and what does it do before it connects?",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::CAUSES;
    use std::collections::HashSet;

    #[test]
    fn every_cause_is_one_sentence_with_a_name_of_its_own() {
        let ids: HashSet<_> = CAUSES.iter().map(|cause| cause.id).collect();
        assert_eq!(ids.len(), CAUSES.len());
        for cause in CAUSES {
            assert!(cause.sentence.ends_with('.'), "{}", cause.id);
            assert!(!cause.sentence.contains(". "), "{} is two", cause.id);
        }
    }
}
