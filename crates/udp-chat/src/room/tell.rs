//! How a member goes, and how all others are told of it, or of what one says.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use super::{Effects, News, Peer, Room};
use crate::{name, numbered::Numbered, protocol::Change};

impl Room {
    /// Takes a member out, if it is one, and tells everybody.
    pub(super) fn remove(
        &mut self,
        peer: Peer,
        change: Change,
        now: Instant,
        out: &mut impl Effects,
    ) {
        if let Some(name) = self.take_out(peer) {
            self.changed(peer, change, &name, now, out);
        }
    }

    /// Takes a member out, if it is one; its name, which is free again.
    fn take_out(&mut self, peer: Peer) -> Option<String> {
        let member = self.members.remove(&peer)?;
        self.names.remove(&name::key(&member.name));
        self.totals.resent += member.outbox.resent();
        Some(member.name)
    }

    /// Tells everybody who came or went.
    pub(super) fn changed(
        &mut self,
        from: Peer,
        change: Change,
        name: &str,
        now: Instant,
        out: &mut impl Effects,
    ) {
        let note = self.note(from, change, name, self.members.len(), out);
        self.tell_others(from, &note, now, out);
    }

    /// Tells the operator who came or went; what to tell the others.
    fn note(
        &mut self,
        from: Peer,
        change: Change,
        name: &str,
        count: usize,
        out: &mut impl Effects,
    ) -> Arc<Numbered> {
        match change {
            Change::Joined => self.totals.joined += 1,
            Change::Left => self.totals.left += 1,
            Change::Lost => self.totals.lost += 1,
        }
        out.show(News::Changed {
            change,
            from,
            name,
            count,
        });
        Arc::new(Numbered::note(change, name))
    }

    // ANCHOR: tell_others
    /// Puts one text into the outbox of every member but one, and a NOTE for each
    /// whose outbox was full, which may be one too many for the next. In a loop:
    /// a call inside a call for each of a thousand members is a deep stack.
    pub(super) fn tell_others(
        &mut self,
        but: Peer,
        item: &Arc<Numbered>,
        now: Instant,
        out: &mut impl Effects,
    ) {
        let mut lost = VecDeque::new();
        self.tell_each(but, item, now, &mut lost);
        while let Some((peer, name)) = lost.pop_front() {
            let count = self.members.len() + lost.len();
            let note = self.note(peer, Change::Lost, &name, count, out);
            self.tell_each(peer, &note, now, &mut lost);
        }
        self.wake_at(now);
    }

    /// Takes out whoever is too slow, and adds it to `lost`.
    fn tell_each(
        &mut self,
        but: Peer,
        item: &Arc<Numbered>,
        now: Instant,
        lost: &mut VecDeque<(Peer, String)>,
    ) {
        let mut too_slow = Vec::new();
        for (peer, member) in &mut self.members {
            if *peer != but && member.tell(Arc::clone(item), now).is_err() {
                too_slow.push(*peer);
            }
        }
        for peer in too_slow {
            lost.extend(self.take_out(peer).map(|name| (peer, name)));
        }
    }
    // ANCHOR_END: tell_others
}
