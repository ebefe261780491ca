//! The log as it is heard: folded into what is known, and what is new is announced.

use campanile_core::{
    catalogue::Kind,
    change::{Change, Entry, Mark, Seq},
    event::Notice,
    ids::EventId,
    inbox::{Inbox, Item, Marked},
    time::{HOUR_MS, Timestamp},
};

use super::{Session, announce::How, refill::NOWHERE};
use crate::effect::{Effect, KeptItem};

/// Snoozes that ended together and are more than this come back as a catch-up does.
const MOST_RETURNS: usize = 3;

impl Session {
    pub(super) fn heard(
        &mut self,
        entries: Vec<Entry>,
        cursor: String,
        catching_up: bool,
        now: Timestamp,
    ) {
        let before = self.of.inbox.badge(now);
        let mut marked: Vec<EventId> = Vec::new();
        let mut fresh: Vec<KeptItem> = Vec::new();
        let mut chosen = false;
        let told_up_to = self.of.told_up_to;
        for mut entry in entries {
            self.pass_over_returned(&mut entry, now);
            self.of.newest = self.of.newest.max(entry.seq);
            self.meant(entry.at, now);
            let touched = self.of.inbox.apply(&entry);
            marked.extend(touched.marked);
            let Entry { seq, at, change } = entry;
            match change {
                Change::Arrived { notice, bell, .. } if touched.arrived.is_some() => {
                    if let Some(refill) = &mut self.of.refill {
                        refill.saw(notice.id);
                    }
                    let unread = Marked {
                        mark: Mark::Unread,
                        at,
                    };
                    fresh.push(KeptItem {
                        notice: *notice,
                        seq,
                        bell,
                        marked: unread,
                    });
                }
                Change::Preferred { cells } => {
                    for cell in cells {
                        chosen |= self.of.preferences.apply(&cell, at);
                        self.kept.cells.push((cell, at));
                    }
                }
                Change::Policy { policy } => {
                    self.of.policy = (*policy).clone();
                    chosen = true;
                    self.kept.entries.push(Entry {
                        seq,
                        at,
                        change: Change::Policy { policy },
                    });
                    self.dirty = true;
                }
                Change::Scopes { scopes } => {
                    self.of.scopes = Some((*scopes).clone());
                    self.kept.entries.push(Entry {
                        seq,
                        at,
                        change: Change::Scopes { scopes },
                    });
                    self.dirty = true;
                }
                Change::Arrived { notice, bell, .. } => {
                    let kept = self.arrived_again(*notice, bell, seq, now);
                    let of_this_frame = kept.as_ref().and_then(|kept| {
                        let same = |item: &&mut KeptItem| item.notice.id == kept.notice.id;
                        fresh.iter_mut().find(same)
                    });
                    match (of_this_frame, kept) {
                        (Some(item), Some(kept)) => item.notice = kept.notice,
                        (_, kept) => self.kept.items.extend(kept),
                    }
                }
                Change::Marked { .. } | Change::AllRead { .. } | Change::Unknown => {}
            }
        }
        if chosen {
            self.choices_changed();
        }
        self.of.cursor = Some(cursor.clone());
        self.kept.cursor = Some(cursor);
        self.take_marks(marked, now);
        for item in &mut fresh {
            if let Some(known) = self.of.inbox.item(item.notice.id) {
                item.marked = known.marked;
            }
            self.see_urgent(item.notice.id, now);
        }
        // What a server tells again after its database was restored, or by mistake, was told before (F28, F31).
        let news: Vec<_> = fresh
            .iter()
            .filter(|item| item.seq > told_up_to && item.marked.is_unread(now))
            .map(|item| &item.notice)
            .collect();
        if !news.is_empty() {
            let how = if catching_up {
                How::CatchingUp
            } else {
                How::Live
            };
            self.announce(&news, how, now);
        }
        if !fresh.is_empty() {
            self.list_changed();
        }
        self.kept.items.extend(fresh);
        self.adjust_refill(before, now);
    }

    /// Takes in a notice that is known, where the server has it at another place or with another content: its copy
    /// counts, and nobody is told of it a second time (F28).
    fn arrived_again(
        &mut self,
        notice: Notice,
        bell: bool,
        seq: Seq,
        now: Timestamp,
    ) -> Option<KeptItem> {
        let id = notice.id;
        let item = self.of.inbox.item(id).copied()?;
        let held = self.of.texts.find(id);
        let is_other = held.is_some_and(|held| *held != notice);
        if item.seq != NOWHERE && held.is_some() && !is_other {
            return None;
        }
        if is_other {
            tracing::warn!(event = %id, "the server tells a notice with another content");
            self.of.texts.hold(&notice);
        }
        let marked = item.marked;
        self.of.inbox.forget(id);
        self.of.inbox.put(seq, &notice, bell, marked);
        self.see_urgent(id, now);
        self.list_changed();
        Some(KeptItem {
            notice,
            seq,
            bell,
            marked,
        })
    }

    /// Writes down the marks of these notices, and takes back what told of those that are not to be read any more.
    pub(super) fn take_marks(&mut self, mut ids: Vec<EventId>, now: Timestamp) {
        ids.sort_unstable();
        ids.dedup();
        for id in &ids {
            let Some(item) = self.of.inbox.item(*id) else {
                continue;
            };
            let marked = item.marked;
            self.keep_mark(*id, marked);
            self.see_urgent(*id, now);
            if marked.mark != Mark::Unread {
                self.withdraw(*id);
            }
        }
        if !ids.is_empty() {
            self.list_changed();
        }
    }

    /// Looks whether a notice is unread and urgent, which the tray shows (R4).
    pub(super) fn see_urgent(&mut self, id: EventId, now: Timestamp) {
        let inbox = &self.of.inbox;
        let urgent =
            |item: &Item| item.bell && item.marked.is_unread(now) && is_urgent(inbox, item);
        if inbox.item(id).is_some_and(urgent) {
            self.of.urgent.insert(id);
        } else {
            self.of.urgent.remove(&id);
        }
    }

    /// Takes note of when something was meant. A moment far ahead comes from a clock that was wrong, and is let be.
    pub(super) fn meant(&mut self, at: Timestamp, now: Timestamp) {
        if at > self.of.latest && at.since_ms(self.of.link.corrected(now)) < HOUR_MS {
            self.of.latest = at;
        }
    }

    /// Takes out of an entry the notices whose snooze it tells, but which are back already.
    pub(super) fn pass_over_returned(&self, entry: &mut Entry, now: Timestamp) {
        if let Change::Marked { ids, mark } = &mut entry.change {
            let told = Marked {
                mark: *mark,
                at: entry.at,
            };
            ids.retain(|id| !self.is_back(*id, told, now));
        }
    }

    /// Says whether a notice is back from the very snooze that is told: the server hears of one late where the desk
    /// slept or was cut off meanwhile, and nobody is told of the notice a second time for it.
    pub(super) fn is_back(&self, id: EventId, told: Marked, now: Timestamp) -> bool {
        let is_over = matches!(told.mark, Mark::Snoozed { until } if until <= now);
        let known = self.of.inbox.item(id).map(|item| item.marked);
        let is_it = |known: Marked| known.mark == Mark::Unread && known.at == told.at;
        is_over && known.is_some_and(is_it)
    }

    /// Brings back what was put off until now: it is unread again, and decided afresh (R6).
    pub(super) fn bring_back(&mut self, now: Timestamp) {
        let back: Vec<EventId> = self.of.inbox.returned(now).collect();
        if back.is_empty() {
            return;
        }
        for id in &back {
            if let Some(item) = self.of.inbox.item(*id) {
                // It keeps the moment of the snooze: whatever was meant after that still wins.
                let marked = Marked {
                    mark: Mark::Unread,
                    ..item.marked
                };
                self.of.inbox.restore(*id, marked);
                self.keep_mark(*id, marked);
                self.see_urgent(*id, now);
            }
        }
        self.list_changed();
        let (known, unknown): (Vec<EventId>, Vec<EventId>) = back
            .iter()
            .partition(|id| self.of.texts.find(**id).is_some());
        let how = if back.len() > MOST_RETURNS {
            How::CatchingUp
        } else {
            How::Live
        };
        let notices: Vec<_> = known
            .iter()
            .filter_map(|id| self.of.texts.find(*id).cloned())
            .collect();
        self.announce(&notices.iter().collect::<Vec<_>>(), how, now);
        if !unknown.is_empty() {
            for id in &unknown {
                self.of
                    .asked
                    .entry(*id)
                    .or_insert(super::Asked::Return { how });
            }
            self.out.push(Effect::Recall(unknown));
        }
    }
}

/// Says whether an item is of an urgent kind.
pub(super) fn is_urgent(inbox: &Inbox, item: &Item) -> bool {
    Kind::find(inbox.kind(item)).is_some_and(|kind| kind.urgent)
}
