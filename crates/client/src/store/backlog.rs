//! What could not be written yet: kept in memory, in its order, within a bound.

use crate::effect::Kept;

/// The most notices, marks and transactions that are held for a disk that may never have room again.
const MOST: usize = 20_000;

/// What waits to be written.
#[derive(Debug, Default)]
pub struct Backlog {
    kept: Vec<Kept>,
    held: usize,
    short: bool,
}

impl Backlog {
    /// Holds `kept`. Beyond the bound only what this desk did, chose and shows, and what it alone has, is held:
    /// the server has the rest.
    pub fn add(&mut self, kept: &Kept) {
        self.held +=
            1 + kept.items.len() + kept.marks.len() + kept.forgotten.len() + kept.stranded.len();
        self.kept.push(kept.clone());
        if self.held > MOST {
            self.short = true;
            let all = std::mem::take(&mut self.kept);
            self.kept = vec![all.into_iter().fold(Kept::default(), fold)];
        }
    }

    /// Returns what waits, in its order.
    pub fn kept(&self) -> &[Kept] {
        &self.kept
    }

    /// Says whether something was dropped: then the log must not be continued at the next start, but a snapshot asked for.
    pub fn is_short(&self) -> bool {
        self.short
    }

    /// Says whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

fn fold(mut held: Kept, mut more: Kept) -> Kept {
    held.stranded.append(&mut more.stranded);
    held.cells.append(&mut more.cells);
    held.entries.append(&mut more.entries);
    held.pending.append(&mut more.pending);
    held.settled.append(&mut more.settled);
    held.taken_back.append(&mut more.taken_back);
    held.toasting.append(&mut more.toasting);
    held.toasting.retain(|id| !more.toasted.contains(id));
    held.toasted.append(&mut more.toasted);
    held.cursor = more.cursor.or(held.cursor);
    held.epoch = more.epoch.or(held.epoch);
    held
}
