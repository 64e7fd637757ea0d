//! What the client makes of SNTP, and what wrong ones do instead.

use super::client::Client;
use super::packet::{SIZE, seconds};
use super::table::Bug;

impl Client {
    pub(super) fn request(&self, nonce: u64) -> Vec<u8> {
        let mut request = vec![0; SIZE];
        request[0] = match self.bug {
            Bug::Mode4 => 0x24,
            Bug::Mode1 => 0x21,
            Bug::Version1 => 0x0b,
            Bug::LeapThree => 0xe3,
            Bug::BitsReversed => 0xc4,
            _ => 0x23,
        };
        request[40..].copy_from_slice(&nonce.to_be_bytes());
        match self.bug {
            Bug::Request12 => request.truncate(12),
            Bug::Request68 => request.resize(68, 0),
            _ => {}
        }
        request
    }

    /// Whether a reply counts: a time, a kiss of death, or nothing at all.
    pub(super) fn look_at(&self, reply: &[u8], nonce: u64) -> Option<bool> {
        let long_enough = match self.bug {
            Bug::AnyLength => reply.len() >= SIZE - 1,
            _ => reply.len() == SIZE,
        };
        if !long_enough {
            return None;
        }
        let nonce = nonce.to_be_bytes();
        let origin = &reply[24..32];
        let is_mine = match self.bug {
            Bug::AnyOrigin => true,
            Bug::UpperHalf => origin[..4] == nonce[..4],
            Bug::OriginNonZero => origin != [0; 8],
            _ => origin == nonce,
        };
        let (leap, mode, stratum) = (reply[0] >> 6, reply[0] & 7, reply[1]);
        let strays = match self.bug {
            Bug::KissFirst => stratum == 0,
            _ => stratum == 0 && is_mine,
        };
        if strays && self.bug != Bug::KissIsTime {
            return match self.bug {
                Bug::KissIsJunk => None,
                _ => Some(false),
            };
        }
        let transmit = reply.get(40..48).is_none_or(|time| time != [0; 8]);
        let right = is_mine
            && (mode == 4 || self.bug == Bug::AnyMode)
            && (leap != 3 || self.bug == Bug::AnyLeap || stratum == 0)
            && (stratum <= 15 || self.bug == Bug::AnyStratum)
            && (transmit || self.bug == Bug::AnyTime);
        right.then_some(true)
    }

    pub(super) fn compute(&self, reply: &[u8], t1: f64, t4: f64) -> (f64, f64) {
        let time = |at: usize| {
            let mut bytes = [0; 8];
            for (to, from) in bytes.iter_mut().zip(reply.get(at..).unwrap_or_default()) {
                *to = *from;
            }
            seconds(u64::from_be_bytes(bytes), self.bug)
        };
        let (t2, t3) = (time(32), time(40));
        let delay = match self.bug {
            Bug::WholeRound => t4 - t1,
            Bug::HalfDelay => ((t4 - t1) - (t3 - t2)) / 2.0,
            _ => (t4 - t1) - (t3 - t2),
        };
        let offset = match self.bug {
            Bug::ThereOnly => t2 - t1,
            Bug::BackOnly => t3 - t4,
            Bug::WrongSign => ((t1 - t2) + (t4 - t3)) / 2.0,
            Bug::NotHalved => (t2 - t1) + (t3 - t4),
            Bug::Unsigned => (((t2 - t1) + (t3 - t4)) / 2.0).max(0.0),
            Bug::OtherFields => time(16) - time(24),
            _ => ((t2 - t1) + (t3 - t4)) / 2.0,
        };
        (offset, delay)
    }
}
