//! Ctrl-C and SIGTERM.

use std::{io, process};
#[cfg(unix)]
use std::{
    thread,
    time::{Duration, Instant},
};

use super::Stop;

/// Ends the process at once, without waiting for what its threads are doing,
/// and still leaves no Unix socket's path behind.
pub(crate) fn end_process(code: i32) -> ! {
    crate::net::remove_paths();
    process::exit(code)
}

#[cfg(unix)]
pub(super) fn watch(stop: Stop) -> io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};

    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            let mut first = None;
            for signal in signals.forever() {
                let now = Instant::now();
                if is_echo(first, now) {
                    continue;
                }
                if stop.is_set() {
                    end_process(128 + signal);
                }
                first = Some(now);
                stop.trigger();
            }
        })?;
    Ok(())
}

/// Two signals within this time are one wish:
/// [timeout(1)](https://man7.org/linux/man-pages/man1/timeout.1.html) sends its
/// signal to the program and then to the group that the program is in.
#[cfg(unix)]
const ECHO: Duration = Duration::from_millis(100);

/// Whether a signal says no more than the one before.
#[cfg(unix)]
fn is_echo(first: Option<Instant>, now: Instant) -> bool {
    first.is_some_and(|first| now.duration_since(first) < ECHO)
}

#[cfg(windows)]
pub(super) fn watch(stop: Stop) -> io::Result<()> {
    ctrlc::set_handler(move || {
        if stop.is_set() {
            end_process(130);
        }
        stop.trigger();
    })
    .map_err(io::Error::other)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn of_two_signals_only_the_later_one_is_a_second_wish() {
        let first = Instant::now();
        assert!(!is_echo(None, first));
        assert!(is_echo(Some(first), first + ECHO / 2));
        assert!(!is_echo(Some(first), first + ECHO));
    }
}
