//! The bell's list as a fold of the log: what is unread, in which row, and since when.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::{
    change::{Change, Entry, Filter, Mark, Seq},
    event::Notice,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowHash(u64);

impl RowHash {
    /// Returns the row of `notice`.
    #[must_use]
    pub fn of(notice: &Notice) -> Self {
        let mut hasher = std::hash::DefaultHasher::new();
        notice.row().hash(&mut hasher);
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

/// What one agent has been told: a fold of the log, the same whatever is applied twice.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    items: HashMap<EventId, Item>,
    kinds: Vec<String>,
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
                        notice.id,
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
    pub fn put(&mut self, id: EventId, seq: Seq, notice: &Notice, bell: bool, marked: Marked) {
        let kind = self.kind_index(notice.kind.as_str());
        self.put_item(
            id,
            Item {
                seq,
                time: notice.time,
                row: RowHash::of(notice),
                kind,
                bell,
                marked,
            },
        );
    }

    fn put_item(&mut self, id: EventId, item: Item) {
        self.items
            .entry(id)
            .and_modify(|known| {
                known.marked.take(item.marked.mark, item.marked.at);
                known.seq = item.seq;
                known.bell = item.bell;
            })
            .or_insert(item);
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

    fn mark(&mut self, id: EventId, mark: Mark, at: Timestamp, touched: &mut Touched) {
        if self
            .items
            .get_mut(&id)
            .is_some_and(|item| item.marked.take(mark, at))
        {
            touched.marked.push(id);
        }
    }

    fn mark_all_read(&mut self, up_to: Seq, filter: &Filter, at: Timestamp, touched: &mut Touched) {
        for (id, item) in &mut self.items {
            let meant = item.seq <= up_to && filter.lets(&self.kinds[usize::from(item.kind)]);
            // A snoozed item was put off on purpose: reading "all" means those in sight.
            let in_sight = item.marked.is_unread(at);
            if meant && in_sight && item.marked.take(Mark::Read, at) {
                touched.marked.push(*id);
            }
        }
        touched.marked.sort_unstable();
    }

    /// Forgets a notice, as retention does.
    pub fn forget(&mut self, id: EventId) {
        self.items.remove(&id);
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

    /// Returns every item, in no order.
    pub fn items(&self) -> impl Iterator<Item = (EventId, &Item)> {
        self.items.iter().map(|(id, item)| (*id, item))
    }

    /// Returns the items that are unread and in sight at `now`, in no order.
    pub fn unread(&self, now: Timestamp) -> impl Iterator<Item = (EventId, &Item)> {
        self.items()
            .filter(move |(_, item)| item.bell && item.marked.is_unread(now))
    }

    /// Returns the badge: how many rows have something unread at `now` (R6).
    #[must_use]
    pub fn badge(&self, now: Timestamp) -> usize {
        self.unread(now)
            .map(|(_, item)| item.row)
            .collect::<std::collections::HashSet<_>>()
            .len()
    }

    /// Returns when the next snooze ends.
    #[must_use]
    pub fn next_return(&self, now: Timestamp) -> Option<Timestamp> {
        self.items
            .values()
            .filter_map(|item| match item.marked.mark {
                Mark::Snoozed { until } if until > now => Some(until),
                _ => None,
            })
            .min()
    }
}
