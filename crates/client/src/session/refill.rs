//! The present as the server tells it in pages: what is known is brought in line with it, notice by notice.

use std::collections::BTreeSet;

use campanile_core::{
    change::{Change, Entry, Seq},
    ids::{Epoch, EventId},
    preferences::{Cell, Preferences},
    time::{DAY_MS, Timestamp},
};
use campanile_protocol::{
    changes::Deed,
    snapshot::{Head, Snapshot},
};

use super::{Session, announce::How};
use crate::{act::Availability, effect::KeptItem};

/// For how long own changes are pushed again to a server that may have lost them (design 10.6).
pub const AGAIN_MS: i64 = 7 * DAY_MS;

/// The place in the log of a notice that the server does not have.
pub const NOWHERE: Seq = Seq(0);

/// A snapshot that is being taken in.
#[derive(Debug)]
pub struct Refill {
    /// Whether it is of the database that was followed before.
    same_epoch: bool,
    /// Whether this desk had followed before: what is unknown then is news.
    had_followed: bool,
    /// Whether a copy of the database was put back since, and may have been written to.
    put_back: bool,
    /// Where the log ends.
    last: Seq,
    /// The last place where the same notice stands as before.
    common: Seq,
    /// The notices that were known before and that it has not told: none for a newcomer, however many there are (F25).
    untold: BTreeSet<EventId>,
    /// The badge as the server counts it, adjusted by what happened since.
    rows: i64,
}

impl Refill {
    /// Takes note that the server has a notice.
    pub fn saw(&mut self, id: EventId) {
        self.untold.remove(&id);
    }

    /// Returns where the log ends that is told.
    pub fn last(&self) -> Seq {
        self.last
    }

    /// Returns the badge until the last page is in.
    pub fn rows(&self) -> usize {
        usize::try_from(self.rows).unwrap_or(0)
    }
}

impl Session {
    pub(super) fn refill(&mut self, page: Snapshot, now: Timestamp) {
        let Snapshot {
            epoch,
            cursor,
            head,
            items,
            next,
        } = page;
        if let Some(head) = head {
            self.begin_refill(epoch, head, now);
        }
        let Some(mut refill) = self.of.refill.take() else {
            return;
        };
        let mut marked = Vec::new();
        let mut news = Vec::new();
        for mut item in items {
            let id = item.notice.id;
            refill.saw(id);
            let known = self.of.inbox.item(id).copied();
            if let Some(known) = known.filter(|_| self.is_back(id, item.marked, now)) {
                item.marked = known.marked;
            }
            if known.is_some_and(|known| known.seq == item.seq) {
                refill.common = refill.common.max(item.seq);
            }
            self.of
                .inbox
                .put(item.seq, &item.notice, item.bell, item.marked);
            // The server's word counts, but for what it has not heard from here yet.
            if !self.of.deeds.is_about(id) {
                self.of.inbox.restore(id, item.marked);
            }
            let item = KeptItem {
                marked: self
                    .of
                    .inbox
                    .item(id)
                    .map_or(item.marked, |item| item.marked),
                notice: item.notice,
                seq: item.seq,
                bell: item.bell,
            };
            match known {
                Some(before) if before.marked.mark != item.marked.mark => marked.push(id),
                None if refill.had_followed && item.marked.is_unread(now) => {
                    news.push(item.notice.clone())
                }
                _ => {}
            }
            self.see_urgent(id, now);
            self.kept.items.push(item);
        }
        self.take_marks(marked, now);
        self.announce(&news.iter().collect::<Vec<_>>(), How::CatchingUp, now);
        self.of.away.page_came(next.is_some(), now);
        if next.is_none() {
            self.end_refill(&refill, epoch, cursor, now);
        } else {
            self.of.refill = Some(refill);
        }
        self.list_changed();
    }

    fn begin_refill(&mut self, epoch: Epoch, head: Head, now: Timestamp) {
        let same_epoch = self.of.epoch.is_none_or(|known| known == epoch);
        let had_followed = self.of.epoch.is_some();
        // A log that ends before what was heard of it, or that lacks nothing where it could not be continued, is not the one
        // that was followed. That the desk was away for longer than the log is kept looks otherwise.
        let refused = self.of.cursor.is_some() && !self.of.asked_for_present;
        let followed_to = self.of.newest;
        let put_back = same_epoch
            && had_followed
            && (head.last < followed_to || (refused && head.complete_after < followed_to));
        let last = head.last;
        if !same_epoch {
            self.push_answered_again(now);
        }
        self.of.unreadable = 0;
        self.of.epoch = Some(epoch);
        self.of.policy = head.policy.clone();
        self.take_choices(&head);
        let at = self.of.latest;
        let facts = [
            Change::Policy {
                policy: Box::new(head.policy),
            },
            Change::Scopes {
                scopes: Box::new(head.scopes.clone()),
            },
        ];
        self.kept.entries.extend(facts.map(|change| Entry {
            seq: Seq(0),
            at,
            change,
        }));
        self.of.scopes = Some(head.scopes);
        self.of.availability = Availability::find(&head.availability).or(self.of.availability);
        let rows = i64::from(head.unread_rows);
        let known = self.of.inbox.items();
        // What stayed behind before is not missed.
        let untold = known.filter(|(_, item)| item.seq != NOWHERE);
        let untold = untold.map(|(id, _)| id).collect();
        self.of.refill = Some(Refill {
            same_epoch,
            had_followed,
            put_back,
            last,
            common: NOWHERE,
            untold,
            rows,
        });
    }

    /// Tells the server again what it took of late and may have lost since.
    fn push_answered_again(&mut self, now: Timestamp) {
        let again = self.of.deeds.again_since(now.plus_ms(-AGAIN_MS));
        self.kept.pending.extend(again);
    }

    /// Takes the agent's choices from the server, with those on top that it has not heard yet.
    fn take_choices(&mut self, head: &Head) {
        let mut preferences = Preferences::default();
        for dated in &head.cells {
            preferences.apply(&dated.cell, dated.at);
            self.kept.cells.push((dated.cell.clone(), dated.at));
        }
        for (cell, at) in self.of.deeds.pending_cells() {
            preferences.apply(&cell, at);
            self.kept.cells.push((cell, at));
        }
        for (cell, at) in self.of.preferences.replay() {
            if cell.value.is_some()
                && preferences
                    .value(&cell.scope, &cell.kind, &cell.facet)
                    .is_none()
            {
                self.kept.cells.push((
                    Cell {
                        value: None,
                        ..cell
                    },
                    at,
                ));
            }
        }
        self.of.preferences = preferences;
        self.choices_changed();
    }

    /// Puts the choices on top that the server has not heard yet.
    pub(super) fn replay_choices(&mut self) {
        for (cell, at) in self.of.deeds.pending_cells() {
            if self.of.preferences.apply(&cell, at) {
                self.kept.cells.push((cell, at));
            }
        }
    }

    /// Puts the marks on top that the server has not heard yet.
    pub(super) fn replay_marks(&mut self, now: Timestamp) {
        let mut marked = Vec::new();
        for change in self.of.deeds.pending().to_vec() {
            let deed = match change.deed {
                Deed::Marked { ids, mark } => Change::Marked { ids, mark },
                Deed::AllRead { up_to, filter } => Change::AllRead { up_to, filter },
                _ => continue,
            };
            let mut entry = Entry {
                seq: Seq(0),
                at: change.at,
                change: deed,
            };
            self.pass_over_returned(&mut entry, now);
            marked.extend(self.of.inbox.apply(&entry).marked);
        }
        self.take_marks(marked, now);
    }

    fn end_refill(&mut self, refill: &Refill, epoch: Epoch, cursor: String, now: Timestamp) {
        let place = |id: &EventId| Some((*id, self.of.inbox.item(*id)?.seq));
        let mut untold: Vec<_> = refill.untold.iter().filter_map(place).collect();
        untold.sort_unstable_by_key(|(_, seq)| *seq);
        // A restored server lacks what happened after its backup: that stays here, though it is there no more (F31).
        let (stays, goes): (Vec<_>, Vec<_>) = untold
            .into_iter()
            .partition(|(_, seq)| !refill.same_epoch || (refill.put_back && *seq > refill.common));
        if !stays.is_empty() {
            self.strand(stays.into_iter().map(|(id, _)| id).collect());
        }
        for (id, _) in goes {
            self.of.inbox.forget(id);
            self.withdraw(id);
            self.of.urgent.remove(&id);
            self.kept.forgotten.push(id);
        }
        if refill.put_back {
            tracing::warn!("the server was put back to an earlier state");
            self.push_answered_again(now);
            self.replay_choices();
            self.choices_changed();
        }
        self.replay_marks(now);
        // The log goes on after this, whatever was heard of before: places beyond may be used again.
        self.of.newest = refill.last;
        self.of.told_up_to = refill.last;
        self.of.asked_for_present = false;
        self.of.cursor = Some(cursor.clone());
        self.kept.cursor = Some(cursor);
        self.kept.epoch = Some(epoch);
    }

    /// Takes note that the server does not have these notices: they are of this desk alone.
    pub(super) fn strand(&mut self, ids: Vec<EventId>) {
        for id in &ids {
            self.of.inbox.place(*id, NOWHERE);
        }
        self.kept.stranded.extend(ids);
        self.list_changed();
    }

    /// Adjusts the server's badge by what changed here since `before` was counted.
    pub(super) fn adjust_refill(&mut self, before: usize, now: Timestamp) {
        let after = self.of.inbox.badge(now);
        if let Some(refill) = &mut self.of.refill {
            let difference = after.abs_diff(before);
            let difference = i64::try_from(difference).unwrap_or(i64::MAX);
            refill.rows += if after < before {
                -difference
            } else {
                difference
            };
        }
    }

    /// Returns the badge: the rows with something unread (R6).
    pub(super) fn badge(&self, now: Timestamp) -> usize {
        match &self.of.refill {
            Some(refill) => refill.rows(),
            None => self.of.inbox.badge(now),
        }
    }
}
