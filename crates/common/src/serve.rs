//! A server with several sockets and a thread for each.

use std::{ops::AddAssign, thread};

use crate::{
    exit::{Failure, reason},
    net::DatagramSocket,
    stop::Stop,
};

/// Calls `serve` for each socket, in a thread of its own, and adds up what they
/// have done. A stop wakes whatever they receive with. Whoever ends first, also by a
/// panic, ends all and gives `stop` itself.
///
/// # Errors
///
/// What `serve` fails with; [`Failure`] for want of threads or descriptors, and when
/// a thread has panicked.
pub fn serve_each<Totals: AddAssign + Default + Send>(
    sockets: &[DatagramSocket],
    stop: &Stop,
    serve: impl Fn(&DatagramSocket) -> Result<Totals, Failure> + Sync,
) -> Result<Totals, Failure> {
    let cannot = |error| Failure::new("cannot serve", reason(&error));
    let serve_one = &|socket: &DatagramSocket| {
        let _end = EndsAll(stop);
        let _wake = socket.wake_on(stop).map_err(cannot)?;
        serve(socket)
    };
    thread::scope(|scope| {
        let start = |socket| thread::Builder::new().spawn_scoped(scope, move || serve_one(socket));
        let threads: Vec<_> = sockets.iter().map(start).collect();
        if threads.iter().any(Result::is_err) {
            stop.trigger();
        }
        let panicked = |_| Failure::new("cannot serve", "an internal error");
        // All of them, before one is looked at: what nobody joins panics here, too.
        let served: Vec<Result<Totals, Failure>> = threads
            .into_iter()
            .map(|thread| thread.map_err(cannot)?.join().map_err(panicked)?)
            .collect();
        let mut totals = Totals::default();
        for done in served {
            totals += done?;
        }
        Ok(totals)
    })
}

/// Gives the signal when it is dropped.
struct EndsAll<'a>(&'a Stop);

impl Drop for EndsAll<'_> {
    fn drop(&mut self) {
        self.0.trigger();
    }
}
