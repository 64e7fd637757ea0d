//! How fast a member may talk, and whether it listens as fast as others talk.

use std::time::{Duration, Instant};

/// What a member may say at once after a pause, in seconds of its rate: a few
/// pasted lines are no flood.
const BURST: u32 = 2;

/// Over how long a listener's pace is measured.
const MEASURE: Duration = Duration::from_secs(2);

/// Acknowledgements within [`MEASURE`] for which the room waits. With 30 % loss
/// each way half a window brings about 60.
const ENOUGH: u32 = 20;

/// How long the room waits for the one acknowledgement that holds up a window of
/// which the rest is there. Half of the tries fail at 30 % loss each way, and
/// there are 20 in this time: one in a million fails all of them.
const STUCK: Duration = Duration::from_secs(10);

/// A limit on messages a second, as GCRA: each one allowed moves a moment on by
/// its share of a second, and that moment may be so far ahead of now and no
/// further.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    /// Messages a second; `None` for any.
    limit: Option<u32>,
    spent_until: Instant,
}

impl Rate {
    /// At most so many a second.
    #[must_use]
    pub(super) fn new(limit: Option<u32>, now: Instant) -> Self {
        Rate {
            limit: limit.filter(|limit| *limit > 0),
            spent_until: now,
        }
    }

    /// Whether one more is allowed now. If so, it is counted.
    pub(super) fn allow(&mut self, now: Instant) -> bool {
        let Some(limit) = self.limit else {
            return true;
        };
        let share = Duration::from_secs(1) / limit;
        let next = self.spent_until.max(now) + share;
        if next > now + share * limit * BURST {
            return false;
        }
        self.spent_until = next;
        true
    }
}

/// Whether a member acknowledges at a rate that is worth waiting for.
///
/// The room takes nothing more from anybody while a member that keeps up has
/// much waiting for it: so a bad network slows the room down and loses nothing.
/// For a member that does not keep up nobody waits: it is dropped when its
/// queue is full. So the slowest that somebody can make a room is
/// [`ENOUGH`] messages in [`MEASURE`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    since: Instant,
    count: u32,
    enough: bool,
    last: Instant,
}

impl Pace {
    /// It has had no time to be slow.
    #[must_use]
    pub(super) fn new(now: Instant) -> Self {
        Pace {
            since: now,
            count: 0,
            enough: true,
            last: now,
        }
    }

    /// One acknowledgement more.
    pub(super) fn count(&mut self, now: Instant) {
        if now >= self.since + MEASURE {
            // One that comes after a long silence ends that silence only.
            self.enough = self.count >= ENOUGH && now < self.since + 2 * MEASURE;
            self.since = now;
            self.count = 0;
        }
        self.count += 1;
        self.last = now;
    }

    /// Whether it keeps up. Only asked while much is waiting for it; `stuck` is
    /// whether most of the window is acknowledged, and the first is not.
    #[must_use]
    pub(super) fn keeps_up(&self, stuck: bool, now: Instant) -> bool {
        if stuck {
            return now < self.last + STUCK;
        }
        match now.saturating_duration_since(self.since) {
            so_far if so_far < MEASURE => self.enough || self.count >= ENOUGH,
            so_far => self.count >= ENOUGH && so_far < 2 * MEASURE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_kept_and_a_pause_gives_two_seconds_of_it() {
        let start = Instant::now();
        let mut rate = Rate::new(Some(50), start);
        assert_eq!((0..1000).filter(|_| rate.allow(start)).count(), 100);
        let allowed = (1..=3000).filter(|ms| rate.allow(start + Duration::from_millis(*ms)));
        assert!((149..=150).contains(&allowed.count()));
        let later = start + Duration::from_secs(100);
        assert_eq!((0..1000).filter(|_| rate.allow(later)).count(), 100);
        for limit in [None, Some(0)] {
            let mut any = Rate::new(limit, start);
            assert!((0..1000).all(|_| any.allow(start)));
        }
    }

    #[test]
    fn ten_a_second_keep_up_and_fewer_do_not() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        for (every, keeps_up) in [(50, true), (99, true), (200, false), (900, false)] {
            let mut pace = Pace::new(start);
            assert!(pace.keeps_up(false, start));
            let mut ms = 0;
            while ms < 10_000 {
                ms += every;
                pace.count(at(ms));
                if ms > 5000 {
                    let kept_up = pace.keeps_up(false, at(ms));
                    assert_eq!(kept_up, keeps_up, "{every}: {ms}");
                }
            }
            assert!(!pace.keeps_up(false, at(ms + 4000)), "{every}: silent");
            assert!(pace.keeps_up(true, at(ms + 9999)), "{every}: stuck");
            assert!(!pace.keeps_up(true, at(ms + 10_000)), "{every}: gone");
        }
        assert!(
            !Pace::new(start).keeps_up(false, at(2000)),
            "never anything"
        );
    }
}
