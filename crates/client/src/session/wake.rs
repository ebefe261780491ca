//! What comes due by the clock alone, and when the clock is next to be looked at.

use campanile_core::time::Timestamp;

use super::Session;

impl Session {
    /// Does what has become due at `now`. A clock that was set forward or back is only another `now`.
    pub(super) fn pass(&mut self, now: Timestamp) {
        if self.woken_at.is_some_and(|at| at <= now) {
            self.woken_at = None;
        }
        self.see_quiet(now);
        self.bring_back(now);
        if self.of.deeds.is_final(now) {
            self.let_go();
        }
        self.show_due(now);
        self.play_due(now);
        self.settle_waiting(now);
    }

    /// Returns the next moment at which something comes due.
    pub(super) fn next_moment(&self, now: Timestamp) -> Option<Timestamp> {
        let of = &self.of;
        let moments = [
            of.inbox.next_return(now),
            of.stillness.next(),
            of.away.due(),
            of.toasts.next(),
            of.sounds.next(),
            of.deeds.next(),
        ];
        // What is overdue all the same is looked at soon, and not over and over.
        moments
            .into_iter()
            .flatten()
            .min()
            .map(|at| at.max(now.plus_ms(1)))
    }
}
