//! Cookies: proof that whoever wants to join receives at the address that the
//! JOIN claims.
//!
//! Anybody can write any sender into a datagram. If the first JOIN made a
//! member, one forger could fill the room with addresses that never asked, and
//! aim the room's whole traffic at them. So the server sends a cookie there
//! first, and keeps nothing until it comes back: the cookie itself shows, by a
//! code that only the server can compute
//! ([HMAC, RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)), for whom it was
//! made and when. TCP's SYN cookies
//! ([RFC 4987 §3.6](https://www.rfc-editor.org/rfc/rfc4987#section-3.6)) and
//! QUIC's Retry ([RFC 9000 §8.1.2](https://www.rfc-editor.org/rfc/rfc9000#section-8.1.2))
//! are the same thought.

use std::{
    collections::{HashMap, HashSet},
    net::{IpAddr, Ipv6Addr, SocketAddr},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Cookies are valid until the end of the slot after their own: 30 to 60 s.
pub const SLOT: Duration = Duration::from_secs(30);

/// Bytes that make two cookies of one slot and address differ, so that a second
/// session of the same address can have a cookie of its own.
const SALT: usize = 2;

/// Bytes of the code. A forger has to guess 48 bits within a minute.
const TAG: usize = 6;

/// Most cookies that are remembered as used. They are all of the last minute.
const MOST_USED: usize = 65_536;

/// Most of these for one address, whatever its ports: nobody may use them all up,
/// or keep a room busy with joining.
const MOST_OF_ONE: usize = MOST_USED / 16;

type Bytes = [u8; SALT + TAG];

/// Makes cookies and knows them again.
pub struct Cookies {
    key: Hmac<Sha256>,
    started: Instant,
    salt: u16,
    /// Those of this slot and the last one that have begun a session.
    used: [Used; 2],
    /// The slot that the first of `used` belongs to.
    slot: u64,
}

/// The cookies of one slot that have begun a session.
#[derive(Default)]
struct Used {
    cookies: HashSet<Bytes>,
    /// How many of them each address had.
    owners: HashMap<IpAddr, usize>,
}

/// What a cookie is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Not made here, for somebody else, or too old.
    Wrong,
    /// It has begun a session already.
    Used,
    /// The right one.
    Right,
}

impl Cookies {
    /// Cookies under a secret, which nobody else must know.
    #[must_use]
    pub fn new(secret: [u8; 32], now: Instant) -> Self {
        // HMAC fills a key up with zeros to a block (RFC 2104 §2).
        let mut block = [0; 64];
        block[..secret.len()].copy_from_slice(&secret);
        Cookies {
            key: Hmac::new(&block.into()),
            started: now,
            salt: 0,
            used: Default::default(),
            slot: 0,
        }
    }

    /// A cookie for this address and port.
    pub fn make(&mut self, address: SocketAddr, now: Instant) -> String {
        self.salt = self.salt.wrapping_add(1);
        let bytes = self.bytes(self.salt.to_be_bytes(), self.slot(now), address);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What `cookie` is for this address and port.
    pub fn judge(&mut self, cookie: &str, address: SocketAddr, now: Instant) -> Verdict {
        match self.find(cookie, address, now) {
            None => Verdict::Wrong,
            Some((bytes, age)) if self.used[age].cookies.contains(&bytes) => Verdict::Used,
            Some(_) => Verdict::Right,
        }
    }

    /// Remembers that this cookie has begun a session, as long as it is valid.
    /// `false` if too many are remembered already: then it must not begin one.
    pub fn spend(&mut self, cookie: &str, address: SocketAddr, now: Instant) -> bool {
        let Some((bytes, age)) = self.find(cookie, address, now) else {
            return false;
        };
        let owner = owner(address.ip());
        let used: usize = self.used.iter().map(|slot| slot.cookies.len()).sum();
        let own = self.used.iter().filter_map(|slot| slot.owners.get(&owner));
        let fits = used < MOST_USED && own.sum::<usize>() < MOST_OF_ONE;
        let slot = &mut self.used[age];
        let spent = fits && slot.cookies.insert(bytes);
        if spent {
            *slot.owners.entry(owner).or_default() += 1;
        }
        spent
    }

    /// The bytes of a cookie that was made here for this address, and how many
    /// slots ago that was.
    fn find(&mut self, cookie: &str, address: SocketAddr, now: Instant) -> Option<(Bytes, usize)> {
        self.forget(now);
        // The decoder takes one spelling only: spare bits must be zero, or each
        // cookie could be used four times.
        let bytes: Bytes = URL_SAFE_NO_PAD.decode(cookie).ok()?.try_into().ok()?;
        let salt = [bytes[0], bytes[1]];
        let slot = self.slot(now);
        let age = (0..=slot.min(1)).find(|age| self.bytes(salt, slot - age, address) == bytes)?;
        Some((bytes, age as usize))
    }

    /// Forgets used cookies that are valid no more.
    fn forget(&mut self, now: Instant) {
        let slot = self.slot(now);
        if slot > self.slot {
            self.used.swap(0, 1);
            self.used[0] = Used::default();
            if slot > self.slot + 1 {
                self.used[1] = Used::default();
            }
            self.slot = slot;
        }
    }

    fn slot(&self, now: Instant) -> u64 {
        now.duration_since(self.started).as_secs() / SLOT.as_secs()
    }

    // ANCHOR: bytes
    fn bytes(&self, salt: [u8; SALT], slot: u64, address: SocketAddr) -> Bytes {
        let mut code = self.key.clone();
        code.update(&salt);
        code.update(&slot.to_be_bytes());
        // The family needs no byte of its own: the lengths differ.
        match address.ip() {
            IpAddr::V4(ip) => code.update(&ip.octets()),
            IpAddr::V6(ip) => code.update(&ip.octets()),
        }
        code.update(&address.port().to_be_bytes());
        let tag = code.finalize().into_bytes();
        let mut bytes = [0; SALT + TAG];
        bytes[..SALT].copy_from_slice(&salt);
        bytes[SALT..].copy_from_slice(&tag[..TAG]);
        bytes
    }
    // ANCHOR_END: bytes
}

/// Whose address it is. Of IPv6, whoever has one has 2⁶⁴ of them
/// ([RFC 4291 §2.5.4](https://www.rfc-editor.org/rfc/rfc4291#section-2.5.4)).
fn owner(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
    }
}

impl std::fmt::Debug for Cookies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the secret.
        f.debug_struct("Cookies").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "127.0.0.1:5000";

    fn at(address: &str) -> SocketAddr {
        address.parse().unwrap()
    }

    #[test]
    fn a_cookie_is_for_one_address_and_port_and_for_this_and_the_next_slot() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut cookies = Cookies::new([7; 32], start);
        for made in [0, 29, 30, 1000] {
            let cookie = cookies.make(at(ADA), after(made));
            assert_eq!(cookie.len(), crate::protocol::COOKIE);
            let end = made / 30 * 30 + 60;
            for (seconds, verdict) in [
                (made, Verdict::Right),
                (end - 1, Verdict::Right),
                (end, Verdict::Wrong),
            ] {
                assert_eq!(cookies.judge(&cookie, at(ADA), after(seconds)), verdict);
            }
        }
        let now = after(2000);
        let cookie = cookies.make(at(ADA), now);
        for other in ["127.0.0.1:5001", "127.0.0.2:5000", "[::1]:5000"] {
            assert_eq!(cookies.judge(&cookie, at(other), now), Verdict::Wrong);
        }
        let mut others = Cookies::new([8; 32], start);
        assert_eq!(others.judge(&cookie, at(ADA), now), Verdict::Wrong);
    }

    #[test]
    fn a_used_cookie_is_used_for_as_long_as_it_would_be_valid() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut cookies = Cookies::new([7; 32], start);
        let first = cookies.make(at(ADA), after(29));
        let second = cookies.make(at(ADA), after(29));
        assert_ne!(first, second);
        assert!(cookies.spend(&first, at(ADA), after(29)));
        for seconds in [29, 30, 59] {
            let verdict = cookies.judge(&first, at(ADA), after(seconds));
            assert_eq!(verdict, Verdict::Used, "{seconds}");
            assert!(!cookies.spend(&first, at(ADA), after(seconds)));
            assert_eq!(
                cookies.judge(&second, at(ADA), after(seconds)),
                Verdict::Right
            );
        }
        assert_eq!(cookies.judge(&first, at(ADA), after(60)), Verdict::Wrong);
        assert!(!cookies.spend("made-up-abc", at(ADA), after(60)));
        cookies.forget(after(120));
        assert!(cookies.used.iter().all(|slot| slot.cookies.is_empty()));
        assert!(cookies.used.iter().all(|slot| slot.owners.is_empty()));
    }

    #[test]
    fn another_spelling_is_not_another_cookie() {
        let now = Instant::now();
        let mut cookies = Cookies::new([7; 32], now);
        let cookie = cookies.make(at(ADA), now);
        assert!(cookies.spend(&cookie, at(ADA), now));
        let mut wrong = 0;
        for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=".chars() {
            let other = format!("{}{last}", &cookie[..10]);
            match cookies.judge(&other, at(ADA), now) {
                Verdict::Right => panic!("{cookie} and {other}"),
                Verdict::Used => assert_eq!(other, cookie),
                Verdict::Wrong => wrong += 1,
            }
        }
        assert_eq!(wrong, 64);
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let now = Instant::now();
        let mut cookies = Cookies::new([7; 32], now);
        let mut spends = |address, now| {
            let cookie = cookies.make(address, now);
            cookies.spend(&cookie, address, now)
        };
        for ip in 10..26_u8 {
            let port = |n: usize| SocketAddr::from(([127, 0, 0, ip], 1 + (n % 100) as u16));
            for n in 0..MOST_OF_ONE {
                assert!(spends(port(n), now), "{ip}: {n}");
            }
            assert!(!spends(port(0), now), "one address has had its share");
        }
        assert!(!spends(at(ADA), now), "all have");
        assert!(spends(at(ADA), now + 2 * SLOT));
    }

    #[test]
    fn a_network_of_ipv6_has_the_share_of_one() {
        let same = ["2001:db8::1", "2001:db8::ffff:1"].map(|ip| owner(ip.parse().unwrap()));
        assert_eq!(same[0], same[1]);
        assert_ne!(same[0], owner("2001:db8:0:1::1".parse().unwrap()));
        assert_ne!(owner([10, 0, 0, 1].into()), owner([10, 0, 0, 2].into()));
    }
}
