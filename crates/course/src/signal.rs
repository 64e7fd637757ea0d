//! Ctrl-C as something to wait for: a channel that closes nothing and wakes every `select!`.

use crossbeam_channel::{Receiver, bounded};

use crate::error::{Error, Result};

/// One message for each Ctrl-C (and SIGTERM, SIGHUP), from now on. Without this, Ctrl-C ends the
/// process at once and leaves the programs it started behind.
///
/// # Errors
///
/// When the system refuses a handler.
pub(crate) fn stop() -> Result<Receiver<()>> {
    // Bounded to one: that somebody wants to stop is the whole news.
    let (sender, receiver) = bounded(1);
    listen(move || {
        let _ = sender.try_send(());
    })
    .map_err(|error| Error::machine("listening for Ctrl-C", error))?;
    Ok(receiver)
}

#[cfg(unix)]
fn listen(report: impl Fn() + Send + 'static) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || signals.forever().for_each(|_| report()))?;
    Ok(())
}

#[cfg(windows)]
fn listen(report: impl Fn() + Send + 'static) -> std::result::Result<(), ctrlc::Error> {
    ctrlc::set_handler(report)
}
