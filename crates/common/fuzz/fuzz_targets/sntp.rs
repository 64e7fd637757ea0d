//! Any datagram, as a question of SNTP and as an answer to one: what parses
//! comes back bit by bit, and only an answer with our number is believed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use udp_timesync::{
    protocol::Request,
    sntp::{PACKET, Packet, SECOND, Sample, Timestamp, Verdict},
};

fuzz_target!(|data: &[u8]| {
    let is_question = data.len() == PACKET && data[0] & 7 == 3;
    match Request::parse(data) {
        Request::Sntp(_) => assert!(is_question),
        Request::Text(text) => assert!(!is_question && text == data),
    }
    let Some(packet) = Packet::parse(data) else {
        assert!(data.len() < PACKET);
        return;
    };
    assert_eq!(packet.emit(), data[..PACKET]);

    // As an answer: its own origin for our number, then any other number.
    let nonce = packet.origin.0;
    assert!(matches!(Packet::judge(data, !nonce), Verdict::Rejected(_)));
    match Packet::judge(data, nonce) {
        Verdict::Time(answer) => {
            assert_eq!(answer, packet);
            let (t2, t3) = (answer.receive.unix(), answer.transmit.unix());
            let sample = Sample::new(t2 - SECOND, t2, t3, t3 + SECOND);
            assert_eq!((sample.offset, sample.delay), (0, 2 * SECOND));
        }
        Verdict::Kiss(_) => assert_eq!(packet.stratum, 0),
        Verdict::Rejected(_) => {}
    }

    // As a question: our own answer to it would be believed.
    let now = Timestamp(packet.receive.0 | 1);
    let answer = packet.answer(10, now, now);
    let verdict = Packet::judge(&answer.emit(), packet.transmit.0);
    assert_eq!(verdict, Verdict::Time(answer));
});
