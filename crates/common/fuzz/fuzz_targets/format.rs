//! Any datagram, as a request of lesson 8 for the time as text: it gets an
//! answer, which is short, at every time and in every zone.

#![no_main]

use jiff::{Timestamp, tz::Offset};
use libfuzzer_sys::fuzz_target;
use udp_timesync::protocol::{FORMAT, RESULT, answer, format};

fuzz_target!(|input: (i32, i8, &[u8])| {
    let (time, zone, request) = input;
    // Hours, and quarters of one: from year 250 to 3700.
    let offset = Offset::from_seconds(i32::from(zone) % 48 * 900).expect("less than a day");
    let moment = Timestamp::from_second(i64::from(time) * 25).expect("in range");
    let now = moment.to_zoned(offset.to_time_zone());

    let answer = answer(request, &now);
    assert!(!answer.is_empty() && answer.len() <= RESULT);
    match format(request, &now) {
        Ok(result) => {
            assert_eq!(result, answer);
            assert!((1..=FORMAT).contains(&request.len()) && !request.contains(&0));
            if !request.contains(&b'%') {
                assert_eq!(result.as_bytes(), request);
            }
        }
        Err(refusal) => {
            assert_eq!(answer, format!("ERR {refusal}"));
            assert!(answer.len() < 50);
        }
    }
});
