//! What a member of the room must have been sent, and in which order.

use super::PATIENCE;
use super::member::{Member, wording};
use super::wire::{Event, Item};
use crate::causes::*;
use crate::limits::QUIET;
use crate::verdict::{Cause, Failure, Side};

impl Member {
    /// The texts of the MSGs that came, with their ids, in their order.
    pub(super) fn msgs(&self) -> impl Iterator<Item = (u32, &str, &str)> {
        self.items.iter().filter_map(|(&id, (item, _))| match item {
            Item::Msg { from, text } => Some((id, from.as_str(), text.as_str())),
            Item::Note { .. } => None,
        })
    }

    /// Waits until `from` was heard to say `text`, and tells the id.
    ///
    /// # Errors
    /// With `missing` as the cause where nothing like it comes.
    pub(super) fn hear(&mut self, from: &str, text: &str, missing: Cause) -> Result<u32, Failure> {
        let exact = |member: &Self| {
            let mut msgs = member.msgs();
            msgs.find_map(|(id, by, what)| (by == from && what == text).then_some(id))
        };
        // Neither the sender nor the text is this one's, but the other is.
        let like = |member: &Self| {
            let mut msgs = member.msgs();
            msgs.find_map(|(id, by, what)| {
                let similar = what.contains(text.trim()) || text.contains(what.trim());
                (what == text || by == from && similar && !what.trim().is_empty())
                    .then(|| (id, by.to_owned(), what.to_owned()))
            })
        };
        let either = |member: &Self| exact(member).or_else(|| like(member).map(|like| like.0));
        self.until(PATIENCE, either);
        // What is only like it may have come first.
        self.until(QUIET, exact);
        if let Some(id) = exact(self) {
            return Ok(id);
        }
        let wanted = format!("MSG with its id, {from} and the text");
        let Some((id, by, what)) = like(self) else {
            if self.changed.is_some() {
                self.ids_are_its_own()?;
            }
            let strange = self.strange();
            let cause = strange.as_deref().map_or(missing, wording);
            let wanted = format!("MSG … {from} {text}");
            return Err(self.failure(cause, &wanted, strange));
        };
        let cause = if by != from {
            WRONG_SENDER
        } else if what == text.trim() || what == text.trim_end() || what == text.trim_start() {
            BYTES_STRIPPED
        } else if text.starts_with(&what) {
            CUT_SILENTLY
        } else {
            CHANGED_TEXT
        };
        Err(Failure::compared(
            cause,
            Vec::new(),
            Side::bytes(Item::msg(from, text).emit(id), wanted),
            Side::bytes(Item::msg(&by, &what).emit(id), "in one datagram"),
        ))
    }

    /// Waits for the event of a member, and tells the id of its NOTE.
    pub(super) fn hear_of(&mut self, event: Event, name: &str) -> Result<u32, Failure> {
        let wanted = Item::note(event, name);
        let found = self.until(PATIENCE, |member| member.place_of(&wanted));
        let line = format!("NOTE … {} {name}", event.word());
        found.ok_or_else(|| self.failure(NO_NOTE, &line, self.strange()))
    }

    fn place_of(&self, wanted: &Item) -> Option<u32> {
        let mut items = self.items.iter();
        items.find_map(|(&id, (item, _))| (item == wanted).then_some(id))
    }

    /// Proves that `from` was heard to say exactly these texts, in this order.
    ///
    /// # Errors
    /// With `twice` where one came under two ids, `order` where they are out of
    /// order.
    pub(super) fn heard_only(
        &mut self,
        from: &str,
        texts: &[String],
        twice: Cause,
        order: Cause,
    ) -> Result<(), Failure> {
        self.settle();
        let heard: Vec<_> = self.msgs().filter(|(_, by, _)| *by == from).collect();
        let mut due = texts.iter();
        for (at, (id, _, text)) in heard.iter().enumerate() {
            let next = due.next();
            if next.is_some_and(|next| next == text) {
                continue;
            }
            let cause = match heard[..at].iter().any(|(_, _, before)| before == text) {
                true => twice,
                false => order,
            };
            let wanted = match next {
                Some(next) => Side::bytes(Item::msg(from, next).emit(*id), "under this id"),
                None => Side::words("no other message"),
            };
            let got = Side::bytes(Item::msg(from, text).emit(*id), "");
            return Err(Failure::compared(cause, Vec::new(), wanted, got));
        }
        Ok(())
    }

    /// Waits for what was overtaken.
    fn settle(&mut self) {
        let whole = |member: &Self| {
            let mut places = (1..).zip(member.items.keys());
            places.all(|(due, &id)| due == id).then_some(())
        };
        self.until(PATIENCE, whole);
    }

    /// Proves that the ids of what came are 1, 2, 3 and so on.
    pub(super) fn ids_are_its_own(&mut self) -> Result<(), Failure> {
        self.settle();
        for (due, (&id, (item, _))) in (1..).zip(&self.items) {
            if due != id {
                return Err(Failure::compared(
                    IDS_SHARED,
                    Vec::new(),
                    Side::bytes(item.emit(due), format!("to {}", self.name)),
                    Side::bytes(item.emit(id), "in one datagram"),
                ));
            }
        }
        match &self.changed {
            Some((first, second)) => Err(Failure::compared(
                SEQUENCES_APART,
                Vec::new(),
                Side::bytes(first.clone(), "and nothing else under this id"),
                Side::bytes(second.clone(), "as well"),
            )),
            None => Ok(()),
        }
    }
}
