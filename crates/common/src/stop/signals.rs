//! Ctrl-C and SIGTERM.

#[cfg(unix)]
use std::thread;
use std::{io, process};

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
            for signal in signals.forever() {
                if stop.is_set() {
                    end_process(128 + signal);
                }
                stop.trigger();
            }
        })?;
    Ok(())
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
