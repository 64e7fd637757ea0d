//! The writing half of one direction: every fault is applied here.

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use super::link::Link;
use super::pump::{Arrival, Item, is_idle};
use super::{Direction, Faults, What};

/// Bytes after which `coalesce` stops collecting.
const JOINED: usize = 64 * 1024;
/// `rate` writes this many slices a second.
const SLICES: u64 = 20;
/// Stands for "for ever" where a duration does not fit the clock.
const AGES: Duration = Duration::from_secs(365 * 24 * 3600);

/// The connection is over: nothing more may be written or recorded.
pub(super) struct Over;

pub(super) struct Writer<'a> {
    link: &'a Link,
    direction: Direction,
    sink: &'a TcpStream,
    faults: Faults,
    arrivals: Receiver<Arrival>,
    /// Met while joining data: comes next.
    pending: Option<Arrival>,
    sent: u64,
    /// When `rate` allows the next slice.
    free: Instant,
    /// The FIN is out; what still arrives is discarded.
    finished: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        link: &'a Link,
        direction: Direction,
        faults: Faults,
        arrivals: Receiver<Arrival>,
    ) -> Writer<'a> {
        Writer {
            link,
            direction,
            sink: link.sink(direction),
            faults,
            arrivals,
            pending: None,
            sent: 0,
            free: Instant::now(),
            finished: false,
        }
    }

    pub(super) fn run(mut self) -> Result<(), Over> {
        self.mark()?;
        while let Some((came, item)) = self.next() {
            if self.link.ended() {
                return Err(Over);
            }
            match item {
                Item::Data(_) if self.finished => {}
                Item::Data(bytes) => {
                    let (due, bytes) = self.join(came, bytes);
                    self.delay(due, bytes.len())?;
                    self.put(&bytes)?;
                }
                Item::End => {
                    self.delay(came, 0)?;
                    self.finish();
                    return Ok(());
                }
                Item::Reset => {
                    self.link.reset(self.direction);
                    return Err(Over);
                }
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Option<Arrival> {
        self.pending.take().or_else(|| self.arrivals.recv().ok())
    }

    /// `coalesce`: adds what arrives within the window of the first byte.
    fn join(&mut self, came: Instant, mut bytes: Vec<u8>) -> (Instant, Vec<u8>) {
        let Some(window) = self.faults.coalesce else {
            return (came, bytes);
        };
        let due = later(came, window);
        let mut reads = 1;
        while bytes.len() < JOINED && self.pending.is_none() {
            match self.arrivals.recv_deadline(due) {
                Ok((_, Item::Data(more))) => {
                    bytes.extend_from_slice(&more);
                    reads += 1;
                }
                Ok(other) => self.pending = Some(other),
                Err(_) => break,
            }
        }
        if reads > 1 {
            self.note(format!("joined {reads} reads, {} bytes", bytes.len()));
        }
        (due.min(Instant::now()), bytes)
    }

    fn delay(&mut self, from: Instant, count: usize) -> Result<(), Over> {
        let Some(time) = self.faults.delay else {
            return Ok(());
        };
        if !self.finished {
            let what = match count {
                0 => "the end".to_owned(),
                _ => format!("{count} bytes"),
            };
            self.note(format!("held {what} for {} ms", time.as_millis()));
        }
        self.wait_until(later(from, time))
    }

    fn put(&mut self, mut bytes: &[u8]) -> Result<(), Over> {
        if let Some(limit) = self.faults.split
            && bytes.len() > limit.max(1)
        {
            let pieces = bytes.len().div_ceil(limit.max(1));
            self.note(format!("cut {} bytes into {pieces} pieces", bytes.len()));
        }
        while !bytes.is_empty() && !self.finished {
            let (piece, rest) = bytes.split_at(self.piece(bytes.len()));
            self.pace(piece.len())?;
            self.link.record(What::Data {
                direction: self.direction,
                bytes: piece.to_vec(),
            });
            self.write(piece)?;
            self.sent += piece.len() as u64;
            self.mark()?;
            bytes = rest;
        }
        Ok(())
    }

    /// How much of `available` goes into the next write: at most up to the
    /// next mark, so that `pause`, `half_close` and `reset` hit their byte.
    fn piece(&self, available: usize) -> usize {
        let slice = self.faults.rate.map(|rate| rate / SLICES);
        let marks = [
            self.faults.pause.map(|(after, _)| after),
            self.faults.half_close,
            self.faults.reset,
        ];
        let to_mark = marks
            .into_iter()
            .flatten()
            .filter_map(|mark| mark.checked_sub(self.sent))
            .filter(|left| *left > 0);
        let split = self.faults.split.map(|limit| limit as u64);
        let least = to_mark
            .chain(slice.map(|bytes| bytes.max(1)))
            .chain(split.map(|bytes| bytes.max(1)))
            .min()
            .and_then(|least| usize::try_from(least).ok());
        least.unwrap_or(available).min(available)
    }

    /// `rate`: waits for the slice's turn and books its time.
    fn pace(&mut self, count: usize) -> Result<(), Over> {
        let Some(rate) = self.faults.rate else {
            return Ok(());
        };
        self.wait_until(self.free)?;
        let cost = Duration::from_secs_f64(count as f64 / rate.max(1) as f64);
        self.free = later(self.free.max(Instant::now()), cost);
        Ok(())
    }

    fn write(&mut self, mut piece: &[u8]) -> Result<(), Over> {
        while !piece.is_empty() {
            match self.sink.write(piece) {
                Ok(count) if count > 0 => piece = &piece[count..],
                Err(error) if is_idle(&error) => {
                    if self.link.ended() {
                        return Err(Over);
                    }
                }
                // The receiver has gone: that news travels back to the sender.
                _ => {
                    self.link.reset(self.direction.back());
                    return Err(Over);
                }
            }
        }
        Ok(())
    }

    /// Applies the faults that are due after exactly the bytes sent so far.
    fn mark(&mut self) -> Result<(), Over> {
        let sent = self.sent;
        if let Some((after, time)) = self.faults.pause
            && after == sent
        {
            self.faults.pause = None;
            self.note(format!(
                "paused for {} ms after {sent} bytes",
                time.as_millis()
            ));
            self.wait_until(later(Instant::now(), time))?;
        }
        if self.faults.reset == Some(sent) {
            self.note(format!("reset after {sent} bytes"));
            self.link.reset(self.direction);
            return Err(Over);
        }
        if self.faults.half_close == Some(sent) {
            self.note(format!("ended after {sent} bytes"));
            self.finish();
        }
        Ok(())
    }

    /// Sends the FIN, once.
    fn finish(&mut self) {
        if !self.finished && !self.link.ended() {
            self.link.record(What::End {
                direction: self.direction,
            });
            // Fails if the receiver has gone; its reset is met by its reader.
            let _ = self.sink.shutdown(Shutdown::Write);
        }
        self.finished = true;
    }

    fn note(&self, text: String) {
        self.link.note(self.direction, text);
    }

    fn wait_until(&self, when: Instant) -> Result<(), Over> {
        if self.link.wait_until(when) {
            Ok(())
        } else {
            Err(Over)
        }
    }
}

fn later(from: Instant, by: Duration) -> Instant {
    from.checked_add(by).unwrap_or_else(|| from + AGES)
}
