//! The four threads of one connection: a reader and a writer per direction.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use crossbeam_channel::{Sender, bounded};

use super::link::Link;
use super::writer::Writer;
use super::{Direction, Plan};

/// Bytes per read, and reads that may wait: with what `coalesce` joins, all that is held per direction.
const READ: usize = 8 * 1024;
const QUEUE: usize = 8;

/// What a reader hands to its writer, with the time it came.
pub(super) type Arrival = (Instant, Item);

pub(super) enum Item {
    Data(Vec<u8>),
    End,
    Reset,
}

/// Passes both directions on until both have ended.
pub(super) fn run(link: &Arc<Link>, plan: Plan) {
    thread::scope(|scope| {
        for (direction, faults) in [
            (Direction::ToServer, plan.to_server),
            (Direction::ToClient, plan.to_client),
        ] {
            let (queue, arrivals) = bounded(QUEUE);
            let reader = thread::Builder::new()
                .spawn_scoped(scope, move || read(link, link.source(direction), &queue));
            let writer = thread::Builder::new().spawn_scoped(scope, move || {
                // Over is how a connection may end, not an error.
                let _ = Writer::new(link, direction, faults, arrivals).run();
            });
            if reader.and(writer).is_err() {
                link.note(direction, "no thread to be had".to_owned());
                link.reset(direction);
            }
        }
    });
}

fn read(link: &Link, mut source: &TcpStream, queue: &Sender<Arrival>) {
    let mut buffer = [0; READ];
    loop {
        let item = match source.read(&mut buffer) {
            Ok(0) => Item::End,
            Ok(count) => Item::Data(buffer[..count].to_vec()),
            Err(error) if is_idle(&error) => {
                if link.ended() {
                    return;
                }
                continue;
            }
            Err(_) => Item::Reset,
        };
        let last = !matches!(item, Item::Data(_));
        // Blocks while the writer is held: this is what bounds the memory.
        if queue.send((Instant::now(), item)).is_err() || last {
            return;
        }
    }
}

/// A timeout (which systems report differently) or a signal: no news.
pub(super) fn is_idle(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}
