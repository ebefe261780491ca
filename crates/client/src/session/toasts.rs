//! The toasts that were shown, and what each of them stands for.

use std::collections::{BTreeSet, VecDeque};

use campanile_core::{
    ids::EventId,
    time::{SECOND_MS, Timestamp},
};

use crate::effect::ToastKey;

/// How many single toasts are remembered, to be withdrawn from the screen and from the system's list.
pub const MOST: usize = 200;
/// A sum that grows is not drawn more often than this.
pub const GROW_MS: i64 = SECOND_MS;

/// The toasts that were shown.
#[derive(Debug, Default)]
pub struct Toasts {
    pub single: VecDeque<Single>,
    pub more: Option<Sum>,
    pub summary: Option<Sum>,
    /// How many accounts were signed in before this one.
    pub sitting: u32,
}

/// A toast that stands for one notice.
#[derive(Debug)]
pub struct Single {
    pub id: EventId,
    /// When it goes by itself; none for one that stays.
    pub ends_at: Option<Timestamp>,
    pub closed: bool,
    pub confirmed: bool,
    pub repeats_left: u8,
    pub repeat_at: Option<Timestamp>,
}

/// A toast that stands for many: "N more", or a summary.
#[derive(Debug)]
pub struct Sum {
    pub ids: BTreeSet<EventId>,
    pub beyond: u32,
    pub unconfirmed: Vec<EventId>,
    pub drawn_at: Timestamp,
    pub ends_at: Option<Timestamp>,
    pub closed: bool,
    /// Whether it grew since it was drawn.
    pub stale: bool,
}

impl Single {
    fn timed(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        self.ends_at.iter_mut().chain(&mut self.repeat_at)
    }

    pub fn stands(&self, now: Timestamp) -> bool {
        !self.closed && self.ends_at.is_none_or(|end| now < end)
    }
}

impl Sum {
    fn timed(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        std::iter::once(&mut self.drawn_at).chain(&mut self.ends_at)
    }

    pub fn new(now: Timestamp) -> Self {
        Self {
            ids: BTreeSet::new(),
            beyond: 0,
            unconfirmed: Vec::new(),
            drawn_at: now,
            ends_at: None,
            closed: false,
            stale: false,
        }
    }

    pub fn stands(&self, now: Timestamp) -> bool {
        !self.closed && self.ends_at.is_none_or(|end| now < end)
    }

    pub fn count(&self) -> usize {
        self.ids.len() + self.beyond as usize
    }

    /// Forgets a notice, and says whether it was the last.
    pub fn forget(&mut self, id: EventId) -> bool {
        self.ids.remove(&id) && self.count() == 0
    }
}

impl Toasts {
    /// Returns when something is next to be drawn again.
    pub fn next(&self) -> Option<Timestamp> {
        let repeats = self.single.iter().filter_map(|single| single.repeat_at);
        let grown = self
            .more
            .iter()
            .filter(|more| more.stale)
            .map(|more| more.drawn_at.plus_ms(GROW_MS));
        repeats.chain(grown).min()
    }

    /// Returns every moment that is a while from another.
    pub fn timed(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        let single = self.single.iter_mut().flat_map(Single::timed);
        let sums = self.more.iter_mut().chain(&mut self.summary);
        single.chain(sums.flat_map(Sum::timed))
    }

    /// Takes note that a toast went away. One that a person sent away does not come again.
    pub fn closed(&mut self, key: &ToastKey, dismissed: bool) {
        match key {
            ToastKey::Notice(id) => {
                if let Some(single) = self.find(*id) {
                    single.closed = true;
                    if dismissed {
                        single.repeat_at = None;
                    }
                }
            }
            many => {
                if let Some(Some(sum)) = self.sum(many) {
                    sum.closed = true;
                }
            }
        }
    }

    /// Returns the keys of all that may still stand somewhere.
    pub fn keys(&self) -> Vec<ToastKey> {
        let single = self.single.iter().map(|single| ToastKey::Notice(single.id));
        let more = self.more.iter().map(|_| ToastKey::More(self.sitting));
        let summary = self.summary.iter().map(|_| ToastKey::Summary(self.sitting));
        single.chain(more).chain(summary).collect()
    }

    /// Returns the place of the toast that stands for many under this key.
    pub fn sum(&mut self, key: &ToastKey) -> Option<&mut Option<Sum>> {
        match key {
            ToastKey::More(sitting) if *sitting == self.sitting => Some(&mut self.more),
            ToastKey::Summary(sitting) if *sitting == self.sitting => Some(&mut self.summary),
            ToastKey::More(_) | ToastKey::Summary(_) | ToastKey::Notice(_) | ToastKey::App(_) => {
                None
            }
        }
    }

    pub fn find(&mut self, id: EventId) -> Option<&mut Single> {
        self.single.iter_mut().find(|single| single.id == id)
    }

    /// Forgets a notice, and returns the toasts that stand for nothing any more, with the notice if it was not confirmed.
    pub fn forget(&mut self, id: EventId) -> (Vec<ToastKey>, bool) {
        let mut gone = Vec::new();
        let mut unconfirmed = false;
        if let Some(at) = self.single.iter().position(|single| single.id == id)
            && let Some(single) = self.single.remove(at)
        {
            unconfirmed |= !single.confirmed;
            gone.push(ToastKey::Notice(id));
        }
        for (sum, key) in [
            (&mut self.more, ToastKey::More(self.sitting)),
            (&mut self.summary, ToastKey::Summary(self.sitting)),
        ] {
            if sum.as_mut().is_some_and(|sum| sum.forget(id)) {
                *sum = None;
                gone.push(key);
            }
        }
        (gone, unconfirmed)
    }
}
