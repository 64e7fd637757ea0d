//! The packet of SNTP: golden bytes, every cut, every field.

#[path = "sntp/times.rs"]
mod times;

use proptest::prelude::*;
use udp_timesync::sntp::{PACKET, Packet, Rejection, SECOND, Sample, Short, Timestamp, Verdict};

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
}
