//! What is done here: it counts at once, is kept at once, and the server is told.
//!
//! What can be undone is told to the server only when it can be undone no more. Removing absorbs every other mark
//! there, so there would be no way back; and all that can be undone goes the same way. It is kept at once all the
//! same: after a crash it counts as meant.

use std::collections::{HashMap, HashSet};

use campanile_core::{
    ids::{ChangeId, EventId},
    inbox::Marked,
    preferences::Cell,
    time::{SECOND_MS, Timestamp},
};
use campanile_protocol::changes::{Deed, PushedChange};

use crate::message::OwnMelody;

/// How long a deed can be undone.
pub const UNDO_MS: i64 = 8 * SECOND_MS;
/// A push without an answer is tried again after this.
const ANSWER_MS: i64 = 30 * SECOND_MS;

/// What was done here and the server has yet to answer.
#[derive(Debug, Default)]
pub struct Deeds {
    pub pending: Vec<PushedChange>,
    pub answered: Vec<PushedChange>,
    /// How things were before each, to be taken back.
    pub before: HashMap<ChangeId, Before>,
    pub withheld: Option<Withheld>,
    /// What was pushed on this connection, and when the first of it was.
    pub pushed: HashSet<ChangeId>,
    pub pushed_at: Option<Timestamp>,
}

/// How things were before a deed.
#[derive(Debug, Default)]
pub struct Before {
    /// The marks.
    pub marks: Vec<(EventId, Marked)>,
    /// The choices, each with the moment it was meant.
    pub cells: Vec<(Cell, Timestamp)>,
}

/// A deed that can still be undone.
#[derive(Debug)]
pub struct Withheld {
    pub ids: Vec<ChangeId>,
    pub until: Timestamp,
    pub what: &'static str,
    pub count: usize,
    /// The own melody whose file goes with it.
    pub melody: Option<OwnMelody>,
}

impl Withheld {
    /// Returns changes that can be undone for a while from `now` on.
    pub fn new(ids: Vec<ChangeId>, what: &'static str, count: usize, now: Timestamp) -> Self {
        Self {
            ids,
            until: now.plus_ms(UNDO_MS),
            what,
            count,
            melody: None,
        }
    }
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

    /// Forgets what was answered and is from before `oldest`.
    pub fn forget_answered(&mut self, oldest: Timestamp) {
        self.answered.retain(|change| change.at >= oldest);
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

    /// Returns every moment that is a while from another.
    pub fn timed(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        let withheld = self.withheld.iter_mut().map(|withheld| &mut withheld.until);
        withheld.chain(&mut self.pushed_at)
    }

    /// Says whether what could be undone can be no more.
    pub fn is_final(&self, now: Timestamp) -> bool {
        self.withheld
            .as_ref()
            .is_some_and(|withheld| withheld.until <= now)
    }

    /// Says whether a choice of the same can still be undone.
    pub fn withholds(&self, cell: &Cell) -> bool {
        let is_same = |other: &Cell| {
            (&other.scope, &other.kind, &other.facet) == (&cell.scope, &cell.kind, &cell.facet)
        };
        let withheld = self.withheld.iter().flat_map(|withheld| &withheld.ids);
        withheld
            .filter_map(|id| self.before.get(id))
            .any(|before| before.cells.iter().any(|(other, _)| is_same(other)))
    }

    /// Returns what was not pushed yet on this connection, and takes note that it is.
    pub fn take_unpushed(&mut self, now: Timestamp) -> Vec<PushedChange> {
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

#[cfg(test)]
mod tests {
    use campanile_protocol::changes::Deed;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_was_answered_long_ago_is_kept_no_longer() {
        let at = |ms| PushedChange {
            id: ChangeId(Uuid::nil()),
            at: Timestamp::from_ms(ms),
            deed: Deed::Preferred { cells: Vec::new() },
        };
        let mut deeds = Deeds::resume(vec![at(0)], vec![at(1), at(2), at(3)]);
        deeds.forget_answered(Timestamp::from_ms(2));
        assert_eq!(
            (deeds.pending, deeds.answered),
            (vec![at(0)], vec![at(2), at(3)])
        );
    }
}
