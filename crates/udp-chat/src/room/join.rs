//! How a stranger becomes a member, and what one is told.

use std::time::Instant;

use super::{Effects, Member, Peer, Room, refusal, reply};
use crate::{
    cookie::Verdict,
    name,
    protocol::{Change, Code, Reply},
};

/// How many bytes a stranger gets for each of its own
/// ([RFC 9000 §8.1](https://www.rfc-editor.org/rfc/rfc9000#section-8.1)).
const AMPLIFICATION: usize = 3;

impl Room {
    // ANCHOR: join
    pub(super) fn join(
        &mut self,
        from: Peer,
        name: &str,
        cookie: Option<&str>,
        bytes: usize,
        now: Instant,
        out: &mut impl Effects,
    ) {
        let members = self.members.len();
        let own = self.members.get_mut(&from);
        // Its WELCOME was lost, or the JOIN came twice.
        if let Some(member) = own.filter(|member| Some(member.cookie.as_str()) == cookie) {
            member.heard = now;
            let count = members as u32;
            let name = &member.name;
            let welcome = Reply::Welcome { name, count };
            return reply(from, &welcome, &mut self.datagram, out);
        }
        if self.closing {
            return;
        }
        let address = from.address;
        let right = cookie.map(|cookie| (cookie, self.cookies.judge(cookie, address, now)));
        let cookie = match right {
            None | Some((_, Verdict::Wrong)) => {
                let cookie = self.cookies.make(address, now);
                self.totals.cookies += 1;
                return answer(from, &Reply::Cookie(&cookie), bytes, out);
            }
            Some((_, Verdict::Used)) => return refuse(from, Code::Cookie, 0, bytes, out),
            Some((cookie, Verdict::Right)) => cookie,
        };
        // Its NOTE is one more for each. Without a WELCOME the JOIN comes again.
        if self.is_held(now) {
            self.totals.held += 1;
            return;
        }
        let key = name::key(name);
        let is_member = self.members.contains_key(&from);
        let full = self.rules.max_members.is_some_and(|most| members >= most);
        let refused = if name::check(name).is_err() {
            Some(Code::Name)
        } else if self.names.get(&key).is_some_and(|bearer| *bearer != from) {
            Some(Code::Taken)
        } else if (full && !is_member) || !self.cookies.spend(cookie, address, now) {
            Some(Code::Full)
        } else {
            None
        };
        if let Some(code) = refused {
            self.totals.refused += 1;
            return refuse(from, code, 0, bytes, out);
        }
        // Who joins anew has lost its old session, and does not know its ids.
        self.remove(from, Change::Lost, now, out);
        let member = Member::new(name, cookie, self.rules.rate, now);
        self.members.insert(from, member);
        self.names.insert(key, from);
        self.wake_at(now);
        let count = self.members.len() as u32;
        let welcome = Reply::Welcome { name, count };
        reply(from, &welcome, &mut self.datagram, out);
        self.changed(from, Change::Joined, name, now, out);
    }
    // ANCHOR_END: join
}

// ANCHOR: answer
/// Sends a reply to a stranger, who may be somebody else than the address says:
/// never so much that it pays to send it in another's name.
fn answer(to: Peer, reply: &Reply<'_>, bytes: usize, out: &mut impl Effects) {
    let datagram = reply.to_string();
    if datagram.len() <= AMPLIFICATION * bytes {
        out.send(to, &datagram);
    }
}
// ANCHOR_END: answer

pub(super) fn refuse(to: Peer, code: Code, id: u32, bytes: usize, out: &mut impl Effects) {
    answer(to, &refusal(code, id), bytes, out);
}
