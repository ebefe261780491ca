//! Names for changes, from a seed: the session itself knows no chance.

use campanile_core::{ids::ChangeId, time::Timestamp};

/// A source of names for changes. Two with the same seed give the same names; a desk seeds it from the system's randomness.
#[derive(Clone, Debug)]
pub struct Ids {
    state: [u64; 2],
}

impl Ids {
    /// Returns a source that begins at `seed`.
    #[must_use]
    pub const fn seeded(seed: u128) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the two halves of the seed"
        )]
        let state = [seed as u64, (seed >> 64) as u64];
        Self { state }
    }

    /// Returns a name for a change made at `now`: a UUIDv7.
    pub(super) fn change(&mut self, now: Timestamp) -> ChangeId {
        let mut random = [0; 10];
        let (first, rest) = (self.next(0), self.next(1));
        random[..8].copy_from_slice(&first.to_le_bytes());
        random[8..].copy_from_slice(&rest.to_le_bytes()[..2]);
        let ms = u64::try_from(now.ms()).unwrap_or_default();
        ChangeId(uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid())
    }

    /// SplitMix64, one step of one half.
    fn next(&mut self, half: usize) -> u64 {
        self.state[half] = self.state[half].wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state[half];
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_do_not_meet() {
        let (mut one, mut other) = (Ids::seeded(1), Ids::seeded(2));
        let now = Timestamp::from_ms(1_795_000_000_000);
        let names: HashSet<_> = (0..5_000)
            .flat_map(|_| [one.change(now), other.change(now)])
            .collect();
        assert_eq!(names.len(), 10_000);
    }
}
