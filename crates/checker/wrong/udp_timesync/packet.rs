//! Replies and times in SNTP, and the bugs of that.

use super::calendar::{since_1970, zone};
use super::table::Bug;

pub(crate) const SIZE: usize = 48;
const TO_1970: u64 = 2_208_988_800;

/// This moment as a timestamp.
pub(crate) fn now(bug: Bug) -> u64 {
    let moment = since_1970();
    let (unix, nanos) = (moment.as_secs(), u64::from(moment.subsec_nanos()));
    let binary = (nanos << 32) / 1_000_000_000;
    let seconds = unix + TO_1970;
    match bug {
        Bug::Epoch1970 => (unix << 32) | binary,
        Bug::Microseconds => (seconds << 32) | (nanos / 1000),
        Bug::Nanoseconds => (seconds << 32) | nanos,
        Bug::WholeSeconds => seconds << 32,
        Bug::LocalTime => (seconds + zone().unsigned_abs() * 60) << 32 | binary,
        Bug::HostOrder => u64::from((seconds as u32).swap_bytes()) << 32 | binary,
        _ => seconds << 32 | binary,
    }
}

/// The reply to a request that came at `received`.
pub(crate) fn reply(request: &[u8], received: u64, bug: Bug) -> Vec<u8> {
    if bug == Bug::EchoesRequest {
        return request.to_vec();
    }
    let mut reply = vec![0; SIZE];
    let version = match bug {
        Bug::Version4 => 4,
        _ => request[0] >> 3 & 7,
    };
    let leap = match bug {
        Bug::LeapThree => 3,
        Bug::LeapCopied => request[0] >> 6,
        _ => 0,
    };
    let mode = match bug {
        Bug::ModeCopied => 3,
        Bug::ModeBroadcast => 5,
        _ => 4,
    };
    reply[0] = leap << 6 | version << 3 | mode;
    reply[1] = match bug {
        Bug::StratumZero => 0,
        Bug::Stratum16 => 16,
        _ => 10,
    };
    reply[2] = match bug {
        Bug::PollFixed => 4,
        _ => request[2],
    };
    reply[3] = 0xec;
    reply[12..16].copy_from_slice(&[127, 127, 1, 1]);
    let sent = now(bug);
    let reference = match bug {
        Bug::ReferenceLate => sent.wrapping_add(1 << 32),
        _ => received.wrapping_sub(1 << 32),
    };
    let (receive, transmit) = match bug {
        Bug::Reversed => (sent.wrapping_add(1 << 20), received),
        Bug::NoReceive => (0, sent),
        _ => (received, sent),
    };
    reply[16..24].copy_from_slice(&reference.to_be_bytes());
    let origin = match bug {
        Bug::OriginFromOrigin => &request[24..32],
        Bug::OriginIsReceive => &received.to_be_bytes(),
        _ => &request[40..48],
    };
    reply[24..32].copy_from_slice(origin);
    reply[32..40].copy_from_slice(&receive.to_be_bytes());
    reply[40..48].copy_from_slice(&transmit.to_be_bytes());
    if bug == Bug::ReplyWithKey {
        reply.extend([0; 20]);
    }
    reply
}

/// A timestamp as seconds since 1970.
pub(crate) fn seconds(timestamp: u64, bug: Bug) -> f64 {
    let whole = timestamp >> 32;
    let fraction = f64::from(timestamp as u32) / 4_294_967_296.0;
    let era = match bug {
        Bug::EraIgnored => 0.0,
        _ if whole < 1 << 31 => 4_294_967_296.0,
        _ => 0.0,
    };
    let to_1970 = match bug {
        Bug::Epoch1970 => 0.0,
        _ => TO_1970 as f64,
    };
    whole as f64 + era - to_1970 + fraction
}
