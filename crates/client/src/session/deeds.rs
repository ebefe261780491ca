//! What is done here: it counts at once, is kept at once, and the server is told.
//!
//! What can be undone is told to the server only when it can be undone no more. Removing absorbs every other mark
//! there, so there would be no way back; and all that can be undone goes the same way. It is kept at once all the
//! same: after a crash it counts as meant.

use std::collections::{HashMap, HashSet};

use campanile_core::{
    change::{Filter, Mark},
    event::RowKey,
    ids::{ChangeId, EventId},
    inbox::{Marked, RowHash},
    preferences::Cell,
    time::{HOUR_MS, SECOND_MS, Timestamp},
};
use campanile_protocol::changes::{Deed, PUSH_MOST, PushedChange};

use super::Session;
use crate::act::{Availability, What};

/// How long a deed can be undone.
const UNDO_MS: i64 = 8 * SECOND_MS;
/// A push without an answer is tried again after this.
const ANSWER_MS: i64 = 30 * SECOND_MS;

/// What was done here and the server has yet to answer.
#[derive(Debug, Default)]
pub struct Deeds {
    pending: Vec<PushedChange>,
    answered: Vec<PushedChange>,
    /// How things were before each, to be taken back.
    before: HashMap<ChangeId, Before>,
    withheld: Option<Withheld>,
    /// What was pushed on this connection, and when the first of it was.
    pushed: HashSet<ChangeId>,
    pushed_at: Option<Timestamp>,
}

/// How things were before a deed.
#[derive(Debug, Default)]
pub struct Before {
    /// The marks.
    pub marks: Vec<(EventId, Marked)>,
    /// The choices.
    pub cells: Vec<Cell>,
}

/// A deed that can still be undone.
#[derive(Debug)]
struct Withheld {
    ids: Vec<ChangeId>,
    until: Timestamp,
    what: &'static str,
    count: usize,
}

impl Deeds {
    /// Takes up what an earlier run left.
    pub fn resume(pending: Vec<PushedChange>, answered: Vec<PushedChange>) -> Self {
        Self {
            pending,
            answered,
            ..Self::default()
        }
    }

    /// Returns what waits for an answer.
    pub fn pending(&self) -> &[PushedChange] {
        &self.pending
    }

    /// Returns the choices among it.
    pub fn pending_cells(&self) -> Vec<(Cell, Timestamp)> {
        let choices = self.pending.iter().filter_map(|change| match &change.deed {
            Deed::Preferred { cells } => Some(cells.iter().map(|cell| (cell.clone(), change.at))),
            _ => None,
        });
        choices.flatten().collect()
    }

    /// Says whether the server has yet to hear of a mark of this notice.
    pub fn is_about(&self, id: EventId) -> bool {
        self.pending
            .iter()
            .any(|change| matches!(&change.deed, Deed::Marked { ids, .. } if ids.contains(&id)))
    }

    /// Makes what was answered since `oldest` wait again, and returns it: the server may have lost it.
    pub fn again_since(&mut self, oldest: Timestamp) -> Vec<PushedChange> {
        let again: Vec<_> = self
            .answered
            .drain(..)
            .filter(|change| change.at >= oldest)
            .collect();
        self.pending.splice(0..0, again.iter().cloned());
        again
    }

    /// Returns what can be undone, as a code with its count: `removed:3`.
    pub fn undo(&self) -> Option<String> {
        self.withheld
            .as_ref()
            .map(|withheld| format!("{}:{}", withheld.what, withheld.count))
    }

    /// Returns when something is next to be pushed.
    pub fn next(&self) -> Option<Timestamp> {
        let overdue = self.pushed_at.map(|at| at.plus_ms(ANSWER_MS));
        self.withheld
            .as_ref()
            .map(|withheld| withheld.until)
            .into_iter()
            .chain(overdue)
            .min()
    }

    /// Lets go what can be undone no more. A clock that was put back ends it, too.
    pub fn release(&mut self, now: Timestamp) {
        let left_ms = |withheld: &Withheld| withheld.until.since_ms(now);
        if self
            .withheld
            .as_ref()
            .is_some_and(|withheld| !(1..=UNDO_MS).contains(&left_ms(withheld)))
        {
            self.withheld = None;
        }
    }

    /// Lets everything go that could be undone.
    pub fn release_all(&mut self) {
        self.withheld = None;
    }

    /// Returns what was not pushed yet on this connection, and takes note that it is.
    pub fn to_push(&mut self, now: Timestamp) -> Vec<PushedChange> {
        let withheld = self.withheld.as_ref();
        let waits = |id| withheld.is_some_and(|withheld| withheld.ids.contains(&id));
        let due: Vec<_> = self
            .pending
            .iter()
            .filter(|change| !self.pushed.contains(&change.id) && !waits(change.id))
            .cloned()
            .collect();
        if !due.is_empty() {
            self.pushed.extend(due.iter().map(|change| change.id));
            self.pushed_at.get_or_insert(now);
        }
        due
    }

    /// Makes everything that was pushed be pushed again: the connection is another, or an answer is overdue.
    pub fn push_again(&mut self) {
        self.pushed.clear();
        self.pushed_at = None;
    }

    /// Says whether an answer is overdue.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.pushed_at
            .is_some_and(|at| now.since_ms(at) >= ANSWER_MS)
    }

    /// Takes note that a change was answered, and returns it with how things were before; none for one that is not known.
    pub fn answer(&mut self, id: ChangeId) -> Option<(PushedChange, Option<Before>)> {
        let at = self.pending.iter().position(|change| change.id == id)?;
        let change = self.pending.remove(at);
        self.pushed.remove(&id);
        if self.pushed.is_empty() {
            self.pushed_at = None;
        }
        Some((change, self.before.remove(&id)))
    }

    /// Remembers a change that the server took, in case that it loses it.
    pub fn remember(&mut self, change: PushedChange) {
        self.answered.push(change);
    }
}

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
        let made = self.mark(ids, Mark::Snoozed { until }, now);
        self.withhold(made, "snoozed", now);
    }

    pub(super) fn remove(&mut self, what: &What, now: Timestamp) {
        let ids = self.items_of(what, |marked| marked.mark != Mark::Removed);
        let made = self.mark(ids, Mark::Removed, now);
        self.withhold(made, "removed", now);
    }

    pub(super) fn read_all(&mut self, filter: Filter, now: Timestamp) {
        let up_to = self.of.newest;
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
        let at = self.stamp(now);
        let before = self.set_marks(&ids, Mark::Read, at, now);
        let id = self.done(Deed::AllRead { up_to, filter }, at, before, now);
        self.withhold(vec![(id, ids.len())], "read", now);
    }

    /// Takes back the last deed that can be taken back.
    pub(super) fn undo(&mut self, now: Timestamp) {
        let Some(withheld) = self.of.deeds.withheld.take() else {
            return;
        };
        for id in withheld.ids {
            self.of.deeds.pending.retain(|change| change.id != id);
            self.kept.taken_back.push(id);
            let before = self.of.deeds.before.remove(&id).unwrap_or_default();
            self.restore_marks(before.marks, now);
        }
    }

    /// Marks notices and tells the server, in as many changes as it takes. Returns them, each with how many it marks.
    pub(super) fn mark(
        &mut self,
        ids: Vec<EventId>,
        mark: Mark,
        now: Timestamp,
    ) -> Vec<(ChangeId, usize)> {
        let at = self.stamp(now);
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
            made.push((id, ids.len()));
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

    /// Returns when a deed of this moment was meant: by the server's clock, and not before what it answers.
    pub(super) fn stamp(&mut self, now: Timestamp) -> Timestamp {
        let corrected = self.of.link.corrected(now);
        let ahead_ms = self.of.latest.since_ms(corrected);
        let at = if (0..HOUR_MS).contains(&ahead_ms) {
            self.of.latest
        } else {
            corrected
        };
        self.of.latest = at;
        at
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
        let at = self.stamp(now);
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
    fn withhold(&mut self, made: Vec<(ChangeId, usize)>, what: &'static str, now: Timestamp) {
        if made.is_empty() {
            return;
        }
        let count = made.iter().map(|(_, count)| count).sum();
        let ids = made.into_iter().map(|(id, _)| id).collect();
        self.of.deeds.withheld = Some(Withheld {
            ids,
            until: now.plus_ms(UNDO_MS),
            what,
            count,
        });
    }
}
