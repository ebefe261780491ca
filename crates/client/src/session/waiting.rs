//! Notices that nobody was told of yet: they wait for the end of a hold or of a catch-up, to be told in one toast.

use std::collections::BTreeMap;

use campanile_core::{ids::EventId, time::Timestamp};

use super::{
    Session,
    announce::{Importance, Turn},
    sounds::Ring,
};
use crate::{sync::SILENCE, words::Fate};

/// How many are remembered one by one; those beyond are counted.
const MOST: usize = 1_000;
/// A catch-up is over when it has brought nothing for so long.
const LULL_MS: i64 = 400;
/// How long a page of a catch-up is waited for that was promised: as long as a stream may be silent.
const PAGE_MS: i64 = SILENCE.as_millis() as i64;
/// How long the start-up summary waits for what the server has to add.
const START_MS: i64 = 3_000;
/// What arrives in one catch-up and is more than this becomes one summary (R7).
const MOST_SINGLY: usize = 3;

/// Notices that wait to be told.
#[derive(Debug, Default)]
pub struct Waiting {
    /// Each with the end of its time to interrupt.
    ids: BTreeMap<EventId, Option<Timestamp>>,
    beyond: u32,
    /// Told in a summary however few they are: a hold kept them, or the desk ended before it told.
    always_summed: bool,
    /// Whether a hold kept them.
    quiet: bool,
    due: Option<Timestamp>,
    /// Until when another page of the catch-up is waited for.
    page_until: Option<Timestamp>,
    /// The most important melody among them.
    ring: Option<Ring>,
}

impl Waiting {
    /// Adds a notice, and says whether it is remembered by itself.
    pub fn wait(&mut self, id: EventId, end: Option<Timestamp>) -> bool {
        if self.ids.len() < MOST || self.ids.contains_key(&id) {
            self.ids.insert(id, end);
            return true;
        }
        self.beyond += 1;
        false
    }

    /// Adds a melody; the most important one is kept, of two the first.
    pub fn ring_later(&mut self, ring: Ring) {
        if self
            .ring
            .as_ref()
            .is_none_or(|kept| kept.importance < ring.importance)
        {
            self.ring = Some(ring);
        }
    }

    /// Lets the summary wait for the end of the catch-up.
    pub fn wait_for_lull(&mut self, now: Timestamp) {
        let due = now.plus_ms(LULL_MS);
        self.due = Some(self.due.map_or(due, |earlier| earlier.max(due)));
    }

    /// Lets what waits wait for the next page of a catch-up, where there is `more`: on a slow line that takes its time.
    pub fn page_came(&mut self, more: bool, now: Timestamp) {
        self.page_until = more.then(|| now.plus_ms(PAGE_MS));
    }

    /// Lets the start-up summary wait for the first catch-up.
    pub fn wait_for_start(&mut self, now: Timestamp) {
        if !self.is_empty() {
            self.always_summed = true;
            self.due = Some(now.plus_ms(START_MS));
        }
    }

    /// Takes what a hold kept, to be summed up at once.
    pub fn take_over(&mut self, held: Self, now: Timestamp) {
        if held.is_empty() {
            return;
        }
        self.ids.extend(held.ids);
        self.beyond += held.beyond;
        self.always_summed = true;
        self.quiet = true;
        self.due = Some(now);
    }

    /// Sums up at once.
    pub fn sum_up(&mut self, now: Timestamp) {
        if !self.is_empty() {
            self.always_summed = true;
            self.due = Some(now);
        }
    }

    /// Returns those that are remembered by themselves.
    pub fn ids(&self) -> impl Iterator<Item = EventId> {
        self.ids.keys().copied()
    }

    /// Forgets a notice that need not be told any more, and says whether it was there.
    pub fn forget(&mut self, id: EventId) -> bool {
        if self.ring.as_ref().is_some_and(|ring| ring.id == id) {
            self.ring = None;
        }
        self.ids.remove(&id).is_some()
    }

    /// Returns when they are to be told, if that is known.
    pub fn due(&self) -> Option<Timestamp> {
        self.due.max(self.due.and(self.page_until))
    }

    /// Returns every moment that is a while from another.
    pub fn timed(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        self.due.iter_mut().chain(&mut self.page_until)
    }

    /// Returns how many wait.
    pub fn count(&self) -> u32 {
        u32::try_from(self.ids.len())
            .unwrap_or(u32::MAX)
            .saturating_add(self.beyond)
    }

    fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.beyond == 0
    }
}

impl Session {
    /// Tells what waits, once it is due: singly where it is little, else in one toast.
    pub(super) fn settle_waiting(&mut self, now: Timestamp) {
        if self.of.away.due().is_none_or(|due| due > now) {
            return;
        }
        let mut away = std::mem::take(&mut self.of.away);
        away.ids.retain(|id, end| {
            let lives = self
                .of
                .inbox
                .item(*id)
                .is_some_and(|item| item.marked.is_unread(now));
            let lives = lives && end.is_none_or(|end| now < end);
            if !lives {
                self.kept.toasted.push(*id);
            }
            lives
        });
        if away.is_empty() {
            return;
        }
        if self.of.stillness.hold().is_some() {
            self.of.held.ids.extend(away.ids);
            self.of.held.beyond += away.beyond;
            return;
        }
        let few = away.beyond == 0 && away.ids.len() <= MOST_SINGLY && !away.always_summed;
        let texts: Option<Vec<_>> = away
            .ids
            .keys()
            .map(|id| self.of.texts.find(*id).cloned())
            .collect();
        match texts {
            Some(notices) if few => {
                let turn = |notice| Turn {
                    importance: Importance::default(),
                    notice,
                };
                self.show(notices.iter().map(turn).collect(), now);
            }
            _ => {
                let ids: Vec<_> = away.ids.keys().copied().collect();
                for id in &ids {
                    self.of.rulings.tell(*id, Fate::Summed);
                }
                self.show_summary(ids, away.beyond, away.quiet, now);
            }
        }
        if let Some(ring) = away.ring.filter(|_| !away.quiet) {
            self.ring(ring, now);
        }
    }

    /// Sums up what could not be shown, now that it can.
    pub(super) fn toasts_are_back(&mut self, now: Timestamp) {
        self.of.away.sum_up(now);
    }
}
