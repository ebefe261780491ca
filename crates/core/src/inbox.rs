//! The bell's list as a fold of the log: what is unread, in which row, and since when.

use std::collections::{BTreeMap, BTreeSet, HashSet, btree_map::Entry as Slot};
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::{
    change::{Change, Entry, Filter, Mark, Seq},
    event::{Notice, RowKey},
    ids::EventId,
    time::Timestamp,
};

/// What the inbox knows of one notice. The text stays in the store: a million of these must fit in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Where it arrived in the log.
    pub seq: Seq,
    /// When it happened.
    pub time: Timestamp,
    /// The row it stands in.
    pub row: RowHash,
    /// Its kind, as an index into [`Inbox::kind`].
    kind: u16,
    /// Whether it counts for the unread list and the badge (R6).
    pub bell: bool,
    /// How it is marked, and when that was meant.
    pub marked: Marked,
}

/// A row of the bell, short enough to be kept a million times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowHash(u64);

impl RowHash {
    /// Returns the row of `notice`.
    #[must_use]
    pub fn of(notice: &Notice) -> Self {
        Self::of_key(&notice.row())
    }

    /// Returns the row of that key.
    #[must_use]
    pub fn of_key(key: &RowKey) -> Self {
        let mut hasher = std::hash::DefaultHasher::new();
        key.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// A mark and the moment it was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// The mark.
    pub mark: Mark,
    /// When it was meant.
    pub at: Timestamp,
}

impl Marked {
    /// Takes `mark` if it was meant no earlier than the present one, and says whether that changed anything.
    ///
    /// The later wins, of two at one moment the one that comes later in the log, and removed absorbs (design 10.7).
    pub fn take(&mut self, mark: Mark, at: Timestamp) -> bool {
        if self.mark == Mark::Removed || (at < self.at && mark != Mark::Removed) {
            return false;
        }
        let changed = self.mark != mark;
        *self = Self { mark, at };
        changed
    }

    /// Says whether the item is to be read at `now`: a snooze that is over makes it unread again (R6).
    #[must_use]
    pub fn is_unread(self, now: Timestamp) -> bool {
        match self.mark {
            Mark::Unread => true,
            Mark::Snoozed { until } => until <= now,
            Mark::Read | Mark::Removed => false,
        }
    }
}

/// What an entry did to the inbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// The notice that is in it for the first time.
    pub arrived: Option<EventId>,
    /// The notices whose mark is another.
    pub marked: Vec<EventId>,
}

/// What is known of a notice whose text stays in the store, borrowed from its row there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored<'a> {
    /// Where it arrived in the log.
    pub seq: Seq,
    /// When it happened.
    pub time: Timestamp,
    /// The row it stands in.
    pub row: RowHash,
    /// Its kind.
    pub kind: &'a str,
    /// Whether it counts for the unread list and the badge (R6).
    pub bell: bool,
    /// How it is marked.
    pub marked: Marked,
}

/// What one agent has been told: a fold of the log, the same whatever is applied twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inbox {
    /// A tree, as a table of a million doubles its room at a time, and stands twice in memory meanwhile (F25).
    items: BTreeMap<EventId, Item>,
    kinds: Vec<String>,
    /// How many unread items of the bell stand in each row, so that the badge costs nothing to tell.
    unread_in: BTreeMap<RowHash, u32>,
    /// What is put off, the earliest return first.
    snoozed: BTreeSet<(Timestamp, EventId)>,
}

impl Inbox {
    /// Applies one entry and says what it did. Applying it again does nothing.
    pub fn apply(&mut self, entry: &Entry) -> Touched {
        let mut touched = Touched::default();
        match &entry.change {
            Change::Arrived {
                notice,
                bell,
                replaces,
            } => {
                if let Some(old) = replaces {
                    self.mark(*old, Mark::Removed, entry.at, &mut touched);
                }
                if !self.items.contains_key(&notice.id) {
                    self.put(
                        entry.seq,
                        notice,
                        *bell,
                        Marked {
                            mark: Mark::Unread,
                            at: entry.at,
                        },
                    );
                    touched.arrived = Some(notice.id);
                }
            }
            Change::Marked { ids, mark } => {
                for id in ids {
                    self.mark(*id, *mark, entry.at, &mut touched);
                }
            }
            Change::AllRead { up_to, filter } => {
                self.mark_all_read(*up_to, filter, entry.at, &mut touched)
            }
            Change::Preferred { .. }
            | Change::Policy { .. }
            | Change::Scopes { .. }
            | Change::Unknown => {}
        }
        touched
    }

    /// Puts a notice in as a snapshot or the store tells it. What is known already keeps the later mark.
    pub fn put(&mut self, seq: Seq, notice: &Notice, bell: bool, marked: Marked) {
        let kind = self.kind_index(notice.kind.as_str());
        let new = Item {
            seq,
            time: notice.time,
            row: RowHash::of(notice),
            kind,
            bell,
            marked,
        };
        let known = self.items.get(&notice.id).copied();
        let item = known.map_or(new, |known| {
            let mut merged = known.marked;
            merged.take(marked.mark, marked.at);
            Item {
                seq,
                bell,
                marked: merged,
                ..known
            }
        });
        self.set(notice.id, item);
    }

    /// Puts a notice in without its text, as the store does at the start. What is known already stays.
    pub fn recall(&mut self, id: EventId, stored: Stored<'_>) {
        if self.items.contains_key(&id) {
            return;
        }
        let Stored {
            seq,
            time,
            row,
            kind,
            bell,
            marked,
        } = stored;
        let kind = self.kind_index(kind);
        self.set(
            id,
            Item {
                seq,
                time,
                row,
                kind,
                bell,
                marked,
            },
        );
    }

    /// Sets a mark without asking which was meant later: a deed is taken back that nobody else was told of,
    /// or the server's word replaces a copy.
    pub fn restore(&mut self, id: EventId, marked: Marked) {
        if let Some(item) = self.items.get(&id).copied() {
            self.set(id, Item { marked, ..item });
        }
    }

    /// Takes note of where in the log a notice arrived, where that is another place than before.
    pub fn place(&mut self, id: EventId, seq: Seq) {
        if let Some(item) = self.items.get_mut(&id) {
            item.seq = seq;
        }
    }

    /// Forgets a notice, as retention does.
    pub fn forget(&mut self, id: EventId) {
        if let Some(item) = self.items.remove(&id) {
            self.discount(id, &item);
        }
    }

    /// Returns what is known of a notice.
    #[must_use]
    pub fn item(&self, id: EventId) -> Option<&Item> {
        self.items.get(&id)
    }

    /// Returns the kind of an item of this inbox.
    #[must_use]
    pub fn kind(&self, item: &Item) -> &str {
        self.kinds
            .get(usize::from(item.kind))
            .map_or("", String::as_str)
    }

    /// Returns every kind that this inbox has heard of.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.kinds.iter().map(String::as_str)
    }

    /// Returns every item, in the order of their ids.
    pub fn items(&self) -> impl Iterator<Item = (EventId, &Item)> {
        self.items.iter().map(|(id, item)| (*id, item))
    }

    /// Returns the items that are unread and in sight at `now`, in the order of their ids.
    pub fn unread(&self, now: Timestamp) -> impl Iterator<Item = (EventId, &Item)> {
        self.items()
            .filter(move |(_, item)| item.bell && item.marked.is_unread(now))
    }

    /// Returns the badge: how many rows have something unread at `now` (R6).
    #[must_use]
    pub fn badge(&self, now: Timestamp) -> usize {
        let returned: HashSet<RowHash> = self
            .returned(now)
            .filter_map(|id| self.items.get(&id))
            .filter(|item| item.bell && !self.unread_in.contains_key(&item.row))
            .map(|item| item.row)
            .collect();
        self.unread_in.len() + returned.len()
    }

    /// Returns the items whose snooze is over at `now`: they are unread again, though nobody marked them so.
    pub fn returned(&self, now: Timestamp) -> impl Iterator<Item = EventId> + '_ {
        self.snoozed
            .iter()
            .take_while(move |(until, _)| *until <= now)
            .map(|(_, id)| *id)
    }

    /// Returns when the next snooze ends after `now`.
    #[must_use]
    pub fn next_return(&self, now: Timestamp) -> Option<Timestamp> {
        self.snoozed
            .iter()
            .map(|(until, _)| *until)
            .find(|until| *until > now)
    }

    fn mark(&mut self, id: EventId, mark: Mark, at: Timestamp, touched: &mut Touched) {
        let Some(mut item) = self.items.get(&id).copied() else {
            return;
        };
        if item.marked.take(mark, at) {
            touched.marked.push(id);
        }
        self.set(id, item);
    }

    fn mark_all_read(&mut self, up_to: Seq, filter: &Filter, at: Timestamp, touched: &mut Touched) {
        let mut meant: Vec<EventId> = self
            .items
            .iter()
            // A snoozed item was put off on purpose: reading "all" means those in sight.
            .filter(|(_, item)| {
                item.seq <= up_to && item.marked.is_unread(at) && filter.lets(self.kind(item))
            })
            .map(|(id, _)| *id)
            .collect();
        meant.sort_unstable();
        for id in meant {
            self.mark(id, Mark::Read, at, touched);
        }
    }

    fn kind_index(&mut self, kind: &str) -> u16 {
        let known = self
            .kinds
            .iter()
            .position(|k| k == kind)
            .unwrap_or_else(|| {
                self.kinds.push(kind.to_owned());
                self.kinds.len() - 1
            });
        // A source that invents more than 65,535 kinds shares the last one: only filters notice.
        u16::try_from(known).unwrap_or(u16::MAX)
    }

    fn set(&mut self, id: EventId, item: Item) {
        if let Some(old) = self.items.insert(id, item) {
            self.discount(id, &old);
        }
        match item.marked.mark {
            Mark::Unread if item.bell => *self.unread_in.entry(item.row).or_default() += 1,
            Mark::Snoozed { until } => {
                self.snoozed.insert((until, id));
            }
            Mark::Unread | Mark::Read | Mark::Removed => {}
        }
    }

    fn discount(&mut self, id: EventId, item: &Item) {
        match item.marked.mark {
            Mark::Unread if item.bell => {
                if let Slot::Occupied(mut count) = self.unread_in.entry(item.row) {
                    *count.get_mut() -= 1;
                    if *count.get() == 0 {
                        count.remove();
                    }
                }
            }
            Mark::Snoozed { until } => {
                self.snoozed.remove(&(until, id));
            }
            Mark::Unread | Mark::Read | Mark::Removed => {}
        }
    }
}
