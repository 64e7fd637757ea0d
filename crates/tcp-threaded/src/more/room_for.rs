//! How many clients there is room for.
//!
//! Each connection is a descriptor, and a process may have only so many. A
//! server that says "as many as 1024" and cannot accept the last two hundred
//! would leave them waiting, told by nobody that it is full (TT-15).

use common::{exit::tell, net::allow_descriptors};

use crate::server::Model;

/// Most connections kept of clients that were sent away.
const MOST_KEPT: usize = 256;

/// Descriptors for everything else: the three that every program has, listening
/// sockets, the alarm and the signals.
const OWN: usize = 15;

/// Connections kept of clients that were sent away, for so many clients.
pub(crate) fn sent_away(clients: usize) -> usize {
    (clients / 4).clamp(1, MOST_KEPT)
}

/// As many clients as asked for, or as there are descriptors for, and one line
/// of warning then. `None` asks for as many as come, and gets that.
#[must_use]
pub fn clients(max: Option<usize>, model: Model) -> Option<usize> {
    let seats = model.seats().min(max?);
    let wanted = seats.saturating_add(sent_away(seats)).saturating_add(OWN);
    let allowed = allow_descriptors(wanted);
    if allowed >= wanted {
        return max;
    }
    let fit = fitting(allowed);
    tell(
        "warning",
        &format_args!(
            "at most {fit} clients at once and not {seats}, because the system allows {allowed} \
             open files (ulimit -n)"
        ),
    );
    Some(fit)
}

/// The most clients for which, with those that are sent away, so many
/// descriptors are enough.
fn fitting(allowed: usize) -> usize {
    let left = allowed.saturating_sub(OWN);
    // Of five, four are for clients and one for those that are sent away.
    let four = left.saturating_mul(4) / 5;
    four.max(left.saturating_sub(MOST_KEPT)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_fits_with_those_that_are_sent_away() {
        for allowed in (OWN + 2..OWN + 100).chain([1024, 4096, 1 << 20]) {
            let fit = fitting(allowed);
            assert!(fit + sent_away(fit) + OWN <= allowed, "{allowed}: {fit}");
            assert!(
                fit + sent_away(fit) + OWN + 3 >= allowed,
                "{allowed}: {fit}"
            );
        }
        assert_eq!(fitting(3), 1);
    }
}
