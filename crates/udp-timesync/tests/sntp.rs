//! The packet of SNTP and the arithmetic: golden bytes, every cut, every field,
//! both eras.

use proptest::prelude::*;
use udp_timesync::{
    Filter, WINDOW,
    sntp::{Nanos, PACKET, Packet, Rejection, SECOND, Sample, Short, Timestamp, Verdict},
};

const NONCE: u64 = 0x0123_4567_89ab_cdef;

/// What a public server once might have answered: every field has a value of
/// its own.
#[rustfmt::skip]
const GOLDEN: [u8; PACKET] = [
    0x24, 0x02, 0x06, 0xe9,                         // LI 0, version 4, mode 4; stratum 2; 64 s; 2^-23
    0x00, 0x00, 0x01, 0x80,                         // root delay 384/65536 s
    0x00, 0x00, 0x00, 0x42,                         // root dispersion 66/65536 s
    0xc0, 0x00, 0x02, 0x07,                         // 192.0.2.7
    0xee, 0x91, 0x48, 0xf9, 0x40, 0x00, 0x00, 0x00, // reference
    0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, // origin
    0xee, 0x91, 0x49, 0x3f, 0x80, 0x00, 0x00, 0x00, // receive
    0xee, 0x91, 0x49, 0x3f, 0xc0, 0x00, 0x00, 0x00, // transmit
];

fn golden() -> Packet {
    Packet {
        leap: 0,
        version: 4,
        mode: 4,
        stratum: 2,
        poll: 6,
        precision: -23,
        root_delay: Short(384),
        root_dispersion: Short(66),
        reference_id: [192, 0, 2, 7],
        reference: Timestamp(0xee91_48f9_4000_0000),
        origin: Timestamp(NONCE),
        receive: Timestamp(0xee91_493f_8000_0000),
        transmit: Timestamp(0xee91_493f_c000_0000),
    }
}

#[test]
fn a_packet_field_by_field_and_back() {
    assert_eq!(Packet::parse(&GOLDEN), Some(golden()));
    assert_eq!(golden().emit(), GOLDEN);
    assert_eq!(Packet::judge(&GOLDEN, NONCE), Verdict::Time(golden()));
}

#[test]
fn every_cut_is_no_packet_and_what_follows_one_is_left_out() {
    for length in 0..PACKET {
        assert_eq!(Packet::parse(&GOLDEN[..length]), None);
        let cut = Verdict::Rejected(Rejection::Length(length));
        assert_eq!(Packet::judge(&GOLDEN[..length], NONCE), cut);
    }
    // As with a message digest behind it, which nobody asked for.
    for length in [1, 4, 20] {
        let longer = [&GOLDEN[..], &vec![7; length]].concat();
        assert_eq!(Packet::parse(&longer), Some(golden()));
        let longer = Packet::judge(&longer, NONCE);
        assert_eq!(
            longer,
            Verdict::Rejected(Rejection::Length(PACKET + length))
        );
    }
}

/// RFC 5905 §7.3: three fields share the first byte.
#[test]
fn the_first_byte_has_three_fields() {
    for first in 0..=255_u8 {
        let mut bytes = GOLDEN;
        bytes[0] = first;
        let packet = Packet::parse(&bytes).expect("48 bytes");
        let fields = (packet.leap, packet.version, packet.mode);
        assert_eq!(fields, (first / 64, first / 8 % 8, first % 8));
        assert_eq!(packet.emit(), bytes);
    }
    // What has no place is left out, and disturbs no other field.
    let packet = Packet {
        leap: 5,
        version: 12,
        mode: 11,
        ..golden()
    };
    assert_eq!(packet.emit()[0], 1 << 6 | 4 << 3 | 3);
}

#[test]
fn a_question_says_nothing_but_its_number() {
    let mut bytes = [0; PACKET];
    bytes[0] = 0x23; // LI 0, version 4, mode 3
    bytes[40..].copy_from_slice(&NONCE.to_be_bytes());
    assert_eq!(Packet::question(NONCE).emit(), bytes);
}

#[test]
fn an_answer_copies_what_it_must_and_keeps_its_times_in_order() {
    let (receive, transmit) = (Timestamp(0x1000), Timestamp(0x1001));
    for version in 0..8 {
        for poll in [-128, -6, 0, 6, 17, 127] {
            // Garbage in every other field: nobody looks at it.
            let question = Packet {
                leap: 3,
                version,
                mode: 3,
                stratum: 99,
                poll,
                ..golden()
            };
            let answer = question.answer(10, receive, transmit);
            assert_eq!((answer.leap, answer.mode, answer.stratum), (0, 4, 10));
            assert_eq!((answer.version, answer.poll), (version, poll));
            assert_eq!(answer.origin, question.transmit);
            assert_eq!(answer.reference_id, [127, 127, 1, 1]);
            let times = (answer.reference.0, answer.receive, answer.transmit);
            assert!(times.0 <= receive.0 && (times.1, times.2) == (receive, transmit));
        }
    }
}

/// The same as bytes, written out: what a client of version 3 gets.
#[test]
fn a_golden_answer() {
    let mut question = [0; PACKET];
    question[..4].copy_from_slice(&[0x1b, 0, 4, 0xfa]);
    question[40..].copy_from_slice(&NONCE.to_be_bytes());
    let question = Packet::parse(&question).expect("48 bytes");
    let times = [0xee91_493f_8000_0000, 0xee91_493f_c000_0000].map(Timestamp);
    #[rustfmt::skip]
    let answer = [
        0x1c, 0x0a, 0x04, 0xec,                         // LI 0, version 3, mode 4; stratum 10; 16 s; 2^-20
        0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00,
        0x7f, 0x7f, 0x01, 0x01,                         // 127.127.1.1
        0xee, 0x91, 0x49, 0x3f, 0x80, 0x00, 0x00, 0x00,
        0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
        0xee, 0x91, 0x49, 0x3f, 0x80, 0x00, 0x00, 0x00,
        0xee, 0x91, 0x49, 0x3f, 0xc0, 0x00, 0x00, 0x00,
    ];
    assert_eq!(question.answer(10, times[0], times[1]).emit(), answer);
}

#[test]
fn an_answer_is_believed_only_if_everything_fits() {
    let time = |packet: Packet| matches!(Packet::judge(&packet.emit(), NONCE), Verdict::Time(_));
    let rejected = |packet: Packet, why| {
        assert_eq!(Packet::judge(&packet.emit(), NONCE), Verdict::Rejected(why));
    };
    for mode in (0..8).filter(|mode| *mode != 4) {
        rejected(Packet { mode, ..golden() }, Rejection::Mode(mode));
    }
    for bit in 0..64 {
        let origin = Timestamp(NONCE ^ 1 << bit);
        rejected(Packet { origin, ..golden() }, Rejection::Origin);
    }
    rejected(
        Packet {
            origin: Timestamp::UNKNOWN,
            ..golden()
        },
        Rejection::Origin,
    );
    for leap in 0..3 {
        assert!(time(Packet { leap, ..golden() }));
    }
    rejected(
        Packet {
            leap: 3,
            ..golden()
        },
        Rejection::Unset,
    );
    for stratum in 1..16 {
        assert!(time(Packet {
            stratum,
            ..golden()
        }));
    }
    for stratum in 16..=255 {
        rejected(
            Packet {
                stratum,
                ..golden()
            },
            Rejection::Stratum(stratum),
        );
    }
    rejected(
        Packet {
            receive: Timestamp::UNKNOWN,
            ..golden()
        },
        Rejection::Times,
    );
    rejected(
        Packet {
            transmit: Timestamp::UNKNOWN,
            ..golden()
        },
        Rejection::Times,
    );
    rejected(
        Packet {
            transmit: Timestamp(0xee91_493f_7fff_0000),
            ..golden()
        },
        Rejection::Times,
    );
    // A very coarse clock reads the same twice.
    assert!(time(Packet {
        transmit: golden().receive,
        ..golden()
    }));
    for version in 0..8 {
        assert!(time(Packet {
            version,
            ..golden()
        }));
    }
}

#[test]
fn a_kiss_of_death_counts_only_from_the_server_that_was_asked() {
    let now = golden().transmit;
    let question = Packet::question(NONCE);
    let kiss = question.kiss(*b"RATE", now);
    assert_eq!((kiss.leap, kiss.stratum, kiss.origin.0), (3, 0, NONCE));
    assert_eq!(Packet::judge(&kiss.emit(), NONCE), Verdict::Kiss(*b"RATE"));
    let forged = Packet::judge(&kiss.emit(), NONCE + 1);
    assert_eq!(forged, Verdict::Rejected(Rejection::Origin));
    // Some send it with a clock that was set.
    let kiss = Packet { leap: 0, ..kiss };
    assert_eq!(Packet::judge(&kiss.emit(), NONCE), Verdict::Kiss(*b"RATE"));
}

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
        // A clock in coarse steps: no way takes less than no time.
        ([0, 0, 10, 5], 2, 0),
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
    filter.push(sample(-7, 1));
    for delay in [50, 40, 20, 30, 20, 60] {
        filter.push(sample(delay * 10, delay));
    }
    assert_eq!((filter.best(), filter.window()), (Some(sample(-7, 1)), 7));
    filter.push(sample(99, 70));
    assert_eq!(
        (filter.best(), filter.window()),
        (Some(sample(-7, 1)), WINDOW)
    );
    // The ninth: the oldest does not count any more.
    filter.push(sample(99, 70));
    assert_eq!(filter.best(), Some(sample(200, 20)));
    // Memory has an end.
    for _ in 0..1000 {
        filter.push(sample(0, 5));
    }
    assert_eq!((filter.samples().count(), filter.window()), (32, WINDOW));
}

#[test]
fn of_two_equal_delays_the_later_counts() {
    let mut filter = Filter::default();
    for offset in [1, 2, 3] {
        filter.push(sample(offset, 5));
    }
    assert_eq!(filter.best(), Some(sample(3, 5)));
    assert_eq!(
        filter.samples().map(|s| s.offset).collect::<Vec<_>>(),
        [1, 2, 3]
    );
}

proptest! {
    #[test]
    fn any_48_bytes_are_a_packet_and_come_back(bytes in prop::collection::vec(any::<u8>(), PACKET)) {
        let packet = Packet::parse(&bytes).expect("48 bytes");
        prop_assert_eq!(&packet.emit()[..], &bytes[..]);
    }

    #[test]
    fn any_datagram_is_judged_and_none_without_the_number_is_believed(
        bytes in prop::collection::vec(any::<u8>(), 0..80),
        mut packet in prop::array::uniform32(any::<u8>()),
        nonce: u64,
    ) {
        let verdict = Packet::judge(&bytes, nonce);
        prop_assert!(matches!(verdict, Verdict::Rejected(_)));
        // With the right number and mode, whatever else it says.
        packet[0] = packet[0] & !7 | 4;
        let mut whole = [packet, packet].concat();
        whole.truncate(PACKET);
        whole[24..32].copy_from_slice(&nonce.to_be_bytes());
        if let Verdict::Time(time) = Packet::judge(&whole, nonce) {
            let sample = Sample::new(0, time.receive.unix(), time.transmit.unix(), SECOND);
            prop_assert!(sample.delay >= 0);
        }
    }

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
