//! The arithmetic of SNTP: times of both eras, offset and delay, and the best of
//! several samples.

use proptest::prelude::*;
use udp_timesync::{
    Filter, WINDOW,
    sntp::{Nanos, SECOND, Sample, Short, Timestamp},
};

/// Days as RFC 5905 §6 (figure 4) gives them, and the borders of RFC 4330 §3.
#[test]
fn times_of_both_eras() {
    const DAY: Nanos = 86_400 * SECOND;
    for (bits, unix) in [
        // 1 January 1972, the first day of UTC.
        (2_272_060_800 << 32, 730 * DAY),
        // 1 January 1970.
        (2_208_988_800 << 32, 0),
        // 31 December 1999.
        (3_155_587_200 << 32, 10_956 * DAY),
        // The smallest with the top bit set: 20 January 1968, 03:14:08.
        (1 << 63, (-712 * 86_400 + 11_648) * SECOND),
        // The last second of era 0, 7 February 2036, and the first of era 1.
        (0xffff_ffff << 32, 2_085_978_495 * SECOND),
        (1, 2_085_978_496 * SECOND),
        (1 << 32, 2_085_978_497 * SECOND),
        // 8 February 2036, the first day that is all in era 1.
        (63_104 << 32, 24_144 * DAY),
        // The largest with the top bit clear: 26 February 2104, 09:42:23.
        (0x7fff_ffff << 32, 4_233_462_143 * SECOND),
    ] {
        assert_eq!(Timestamp(bits).unix(), unix, "{bits:#x}");
        if bits != 1 {
            assert_eq!(Timestamp::at(unix).0, bits);
        }
    }
    // Half a second, and the smallest steps.
    assert_eq!(Timestamp(2_208_988_800 << 32 | 1 << 31).unix(), SECOND / 2);
    assert_eq!(Timestamp::at(SECOND / 4).0, 2_208_988_800 << 32 | 1 << 30);
    assert_eq!(Timestamp::at(-1).0 >> 32, 2_208_988_799);
    assert_eq!(Timestamp::at(-1).unix(), -1);
    assert_eq!(Timestamp::at(SECOND - 1).unix(), SECOND - 1);
}

#[test]
fn spans_in_the_short_form() {
    for (span, bits) in [
        (0, 0),
        (SECOND, 1 << 16),
        (SECOND / 2, 1 << 15),
        (15_259, 1),
        (7_000, 0),
        (8_000, 1),
        (-5, 0),
        (SECOND * 65_535, 0xffff_0000),
        (SECOND * 65_536, u32::MAX),
        (Nanos::MAX, u32::MAX),
        (Nanos::MIN, 0),
    ] {
        assert_eq!(Short::of(span), Short(bits), "{span}");
    }
    assert_eq!(Short(1).nanos(), 15_259);
    assert_eq!(Short(0x0001_8000).nanos(), SECOND * 3 / 2);
    assert_eq!(Short(u32::MAX).nanos(), 65_535_999_984_741);
}

#[test]
fn offset_and_delay_from_four_times() {
    let ms = SECOND / 1000;
    for (times, offset, delay) in [
        // The same clock, 10 ms each way, 5 ms of work.
        ([0, 10, 15, 25], 0, 20),
        // The server is 100 ms ahead, then behind.
        ([1000, 1110, 1115, 1025], 100, 20),
        ([1000, 910, 915, 1025], -100, 20),
        // All of the 20 ms on the way there, or on the way back: off by half.
        ([0, 20, 25, 25], 10, 20),
        ([0, 0, 5, 25], -10, 20),
        // The worked example of the chapter.
        ([100, 1_150, 1_153, 147], 1028, 44),
        // A clock in coarse steps, or a wrong one: it says it worked for 10 ms of 5.
        ([0, 0, 10, 5], 2, 5),
    ] {
        let [t1, t2, t3, t4] = times.map(|time: Nanos| time * ms);
        let sample = Sample::new(t1, t2, t3, t4);
        assert_eq!(sample.delay, delay * ms, "{times:?}");
        assert_eq!(sample.offset / ms, offset, "{times:?}");
    }
}

#[test]
fn the_eras_meet_without_a_step() {
    // Sent in era 0, answered in era 1, a second after.
    let before = 2_085_978_496 * SECOND - SECOND / 2;
    let [t2, t3] = [SECOND / 4, SECOND * 3 / 4].map(|later| Timestamp::at(before + later));
    assert!(t2.0 > t3.0, "the number has begun again");
    let sample = Sample::new(before, t2.unix(), t3.unix(), before + SECOND);
    assert_eq!((sample.offset, sample.delay), (0, SECOND / 2));
}

fn sample(offset: Nanos, delay: Nanos) -> Sample {
    Sample { offset, delay }
}

#[test]
fn the_best_of_eight_has_the_smallest_delay() {
    let mut filter = Filter::default();
    assert_eq!((filter.best(), filter.window()), (None, 0));
    filter.push(1, sample(-7, 1));
    for (number, delay) in (2..).zip([50, 40, 20, 30, 20, 60]) {
        filter.push(number, sample(delay * 10, delay));
    }
    let first = Some((1, sample(-7, 1)));
    assert_eq!((filter.best(), filter.window()), (first, 7));
    filter.push(8, sample(99, 70));
    assert_eq!((filter.best(), filter.window()), (first, WINDOW));
    // The ninth: the oldest does not count any more.
    filter.push(9, sample(99, 70));
    assert_eq!(filter.best(), Some((6, sample(200, 20))));
    // Memory has an end.
    for number in 10..1010 {
        filter.push(number, sample(0, 5));
    }
    assert_eq!((filter.samples().count(), filter.window()), (32, WINDOW));
}

#[test]
fn of_two_equal_delays_the_later_counts() {
    let mut filter = Filter::default();
    let all = [1, 2, 3].map(|number| (number, sample(number.into(), 5)));
    for (number, sample) in all {
        filter.push(number, sample);
    }
    assert_eq!(filter.best(), Some(all[2]));
    assert_eq!(filter.samples().collect::<Vec<_>>(), all);
}

#[test]
fn an_answer_that_was_kept_longer_than_it_took_is_not_the_best() {
    let ms = SECOND / 1000;
    let mut filter = Filter::default();
    filter.push(1, Sample::new(0, ms, ms, 2 * ms));
    filter.push(2, Sample::new(0, 0, 100 * ms, 2 * ms));
    assert_eq!(filter.best().map(|(number, _)| number), Some(1));
}

proptest! {
    #[test]
    fn a_time_comes_back_to_the_nanosecond(unix in -61_000_000_000_000_000..4_233_462_144_000_000_000_i64) {
        let unix = Nanos::from(unix);
        prop_assert_eq!(Timestamp::at(unix).unix(), unix);
    }

    #[test]
    fn bits_come_back_to_four_steps(bits: u64) {
        // A nanosecond is 4.3 steps.
        let back = Timestamp::at(Timestamp(bits).unix()).0;
        prop_assert!(back.wrapping_sub(bits).cast_signed().unsigned_abs() <= 3);
    }

    #[test]
    fn the_error_is_at_most_half_the_delay(
        t1 in 0..1_i64 << 61,
        ahead in -(1_i64 << 60)..1_i64 << 60,
        there in 0..1_i64 << 40,
        work in 0..1_i64 << 40,
        back in 0..1_i64 << 40,
    ) {
        let [t1, ahead, there, work, back] = [t1, ahead, there, work, back].map(Nanos::from);
        let t2 = t1 + there + ahead;
        let sample = Sample::new(t1, t2, t2 + work, t1 + there + work + back);
        prop_assert_eq!(sample.delay, there + back);
        prop_assert!((sample.offset - ahead).abs() <= sample.delay / 2 + 1);
    }
}
