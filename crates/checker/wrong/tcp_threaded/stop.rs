//! How the server stops.
#![cfg(unix)]

use std::io;
use std::net::Shutdown;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::conversation::lock;
use super::server::House;
use super::table::Bug;
use crate::show::say;

/// How long those may take who are being answered.
const GRACE: Duration = Duration::from_millis(800);

/// Wakes every conversation at a signal, lets it finish what it writes, and ends
/// the process.
pub(super) fn on_signal(house: Arc<House>) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    thread::spawn(move || {
        for _ in signals.forever() {
            if house.bug == Bug::ExitsAtOnce {
                std::process::exit(0);
            }
            house.stopping.store(true, Ordering::SeqCst);
            let guests = lock(&house.guests);
            for socket in guests.values() {
                let _ = socket.shutdown(Shutdown::Read);
            }
            let waited = house
                .left
                .wait_timeout_while(guests, GRACE, |guests| !guests.is_empty());
            drop(waited.unwrap_or_else(PoisonError::into_inner));
            say("stopped");
            match house.bug {
                // The clients are gone, but nobody wakes the accept.
                Bug::StaysInAccept => {}
                Bug::StopsAsFailure => std::process::exit(1),
                _ => std::process::exit(0),
            }
        }
    });
    Ok(())
}
