//! Deeds of a person: read, put off, remove, undo.

use campanile_core::{
    change::{Filter, Mark},
    event::RowKey,
    ids::{ChangeId, EventId},
    inbox::{Marked, RowHash},
    time::{HOUR_MS, Timestamp},
};
use campanile_protocol::changes::{Deed, PUSH_MOST, PushedChange};

use super::{
    Session,
    deeds::{Before, Withheld},
    refill::Refill,
};
use crate::{
    act::{Availability, What},
    effect::Effect,
    message::OwnMelody,
};

impl Session {
    pub(super) fn read(&mut self, what: &What, now: Timestamp) {
        let ids = self.items_of(what, |marked| marked.is_unread(now));
        self.mark(ids, Mark::Read, now);
    }

    pub(super) fn unread(&mut self, what: &What, now: Timestamp) {
        let mut ids = self.items_of(what, |marked| marked.mark != Mark::Removed);
        // Of a row the newest is meant: one is enough to bring it back to mind.
        ids.sort_by_key(|id| self.of.inbox.item(*id).map(|item| (item.time, item.seq)));
        let newest = ids.pop();
        self.mark(newest.into_iter().collect(), Mark::Unread, now);
    }

    pub(super) fn snooze(&mut self, what: &What, until: Timestamp, now: Timestamp) {
        if until <= now {
            self.problem = Some("past");
            return;
        }
        let mut ids = self.items_of(what, |marked| marked.is_unread(now));
        if ids.is_empty() {
            ids = self.items_of(what, |marked| marked.mark != Mark::Removed);
        }
        let count = ids.len();
        let made = self.mark(ids, Mark::Snoozed { until }, now);
        self.withhold(Withheld::new(made, "snoozed", count, now));
    }

    pub(super) fn remove(&mut self, what: &What, now: Timestamp) {
        let ids = self.items_of(what, |marked| marked.mark != Mark::Removed);
        let count = ids.len();
        let made = self.mark(ids, Mark::Removed, now);
        self.withhold(Withheld::new(made, "removed", count, now));
    }

    pub(super) fn read_all(&mut self, filter: Filter, now: Timestamp) {
        let up_to = self.of.refill.as_ref().map_or(self.of.newest, Refill::last);
        let meant = |id: &EventId| {
            self.of
                .inbox
                .item(*id)
                .is_some_and(|item| item.seq <= up_to && filter.lets(self.of.inbox.kind(item)))
        };
        let ids: Vec<_> = self
            .of
            .inbox
            .unread(now)
            .map(|(id, _)| id)
            .filter(meant)
            .collect();
        if ids.is_empty() {
            return;
        }
        let at = self.stamp_marks(&ids, now);
        let before = self.set_marks(&ids, Mark::Read, at, now);
        let id = self.done(Deed::AllRead { up_to, filter }, at, before, now);
        self.withhold(Withheld::new(vec![id], "read", ids.len(), now));
    }

    /// Takes back the last deed that can be taken back.
    pub(super) fn undo(&mut self, now: Timestamp) {
        let Some(withheld) = self.of.deeds.withheld.take() else {
            return;
        };
        for id in withheld.ids {
            let Some((change, before)) = self.of.deeds.answer(id) else {
                continue;
            };
            self.kept.taken_back.push(id);
            let before = before.unwrap_or_default();
            self.restore_marks(before.marks, now);
            self.restore_choices(before.cells, &change);
        }
        if let Some(OwnMelody { id, name }) = withheld.melody {
            self.own.insert(id, name);
        }
    }

    /// Marks notices and tells the server, in as many changes as it takes. Returns them.
    pub(super) fn mark(&mut self, ids: Vec<EventId>, mark: Mark, now: Timestamp) -> Vec<ChangeId> {
        let at = self.stamp_marks(&ids, now);
        let mut made = Vec::new();
        for ids in ids.chunks(PUSH_MOST) {
            let before = self.set_marks(ids, mark, at, now);
            let id = self.done(
                Deed::Marked {
                    ids: ids.to_vec(),
                    mark,
                },
                at,
                before,
                now,
            );
            made.push(id);
        }
        made
    }

    fn set_marks(&mut self, ids: &[EventId], mark: Mark, at: Timestamp, now: Timestamp) -> Before {
        let badge = self.of.inbox.badge(now);
        let mut marks = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(item) = self.of.inbox.item(*id) {
                marks.push((*id, item.marked));
                // What a person does here counts, whatever another clock says.
                self.of.inbox.restore(*id, Marked { mark, at });
            } else {
                self.keep_mark(*id, Marked { mark, at });
                self.list_changed();
            }
        }
        self.take_marks(ids.to_vec(), now);
        self.adjust_refill(badge, now);
        Before {
            marks,
            cells: Vec::new(),
        }
    }

    pub(super) fn restore_marks(&mut self, marks: Vec<(EventId, Marked)>, now: Timestamp) {
        let badge = self.of.inbox.badge(now);
        for (id, marked) in marks {
            self.of.inbox.restore(id, marked);
            if self.of.inbox.item(id).is_some() {
                self.keep_mark(id, marked);
                self.see_urgent(id, now);
            }
        }
        self.adjust_refill(badge, now);
        self.list_changed();
    }

    /// Returns the notices that are meant and whose mark `wanted` lets through.
    fn items_of(&self, what: &What, wanted: impl Fn(&Marked) -> bool) -> Vec<EventId> {
        let inbox = &self.of.inbox;
        match what {
            // One that is not known here may still be known to the store and the server.
            What::Notice(id) => inbox
                .item(*id)
                .is_none_or(|item| wanted(&item.marked))
                .then_some(*id)
                .into_iter()
                .collect(),
            What::Row(key) => {
                let row = RowHash::of_key(&RowKey(key.0.clone()));
                let items = inbox
                    .items()
                    .filter(|(_, item)| item.row == row && wanted(&item.marked));
                let mut ids: Vec<_> = items.map(|(id, _)| id).collect();
                ids.sort_unstable();
                ids
            }
        }
    }

    fn stamp_marks(&mut self, ids: &[EventId], now: Timestamp) -> Timestamp {
        let marked = ids.iter().filter_map(|id| self.of.inbox.item(*id));
        let last = marked.map(|item| item.marked.at).max();
        self.stamp(last, now)
    }

    /// Returns when a deed of this moment was meant: by the server's clock, and not before what it answers.
    ///
    /// `last` is the latest moment of the things that it changes. However far ahead that is, it is not gone below: the
    /// clock may have been put back since, the server's with it, and a deed from before the one it follows would lose.
    pub(super) fn stamp(&mut self, last: Option<Timestamp>, now: Timestamp) -> Timestamp {
        let corrected = self.of.link.corrected(now);
        let ahead_ms = self.of.latest.since_ms(corrected);
        let at = if (0..HOUR_MS).contains(&ahead_ms) {
            self.of.latest
        } else {
            corrected
        };
        self.of.latest = at;
        last.map_or(at, |last| last.max(at))
    }

    /// Keeps a deed and tells the server of it.
    pub(super) fn done(
        &mut self,
        deed: Deed,
        at: Timestamp,
        before: Before,
        now: Timestamp,
    ) -> ChangeId {
        let change = PushedChange {
            id: self.ids.change(now),
            at,
            deed,
        };
        let id = change.id;
        self.of.deeds.before.insert(id, before);
        self.of.deeds.pending.push(change.clone());
        self.kept.pending.push(change);
        self.dirty = true;
        id
    }

    pub(super) fn push_availability(&mut self, availability: Availability, now: Timestamp) {
        let old = self
            .of
            .deeds
            .pending
            .iter()
            .position(|change| matches!(change.deed, Deed::Availability { .. }));
        old.map(|at| self.of.deeds.pending.remove(at));
        let at = self.stamp(None, now);
        // It is only true for the moment: it is not kept.
        let deed = Deed::Availability {
            value: availability.id().to_owned(),
        };
        self.of.deeds.pending.push(PushedChange {
            id: self.ids.change(now),
            at,
            deed,
        });
    }

    /// Lets a deed be undone for a while. The one before it cannot be undone any more.
    pub(super) fn withhold(&mut self, withheld: Withheld) {
        if withheld.count > 0 {
            self.let_go();
            self.of.deeds.withheld = Some(withheld);
        }
    }

    /// Makes final what could be undone.
    pub(super) fn let_go(&mut self) {
        let withheld = self.of.deeds.withheld.take();
        if let Some(melody) = withheld.and_then(|withheld| withheld.melody) {
            self.out.push(Effect::RemoveMelody(melody.id));
        }
    }
}
