//! What comes due by the clock alone, and when the clock is next to be looked at.

use campanile_core::time::Timestamp;

use super::Session;

impl Session {
    /// Does what has become due at `now`. A clock that was set forward is only another `now`.
    pub(super) fn pass(&mut self, now: Timestamp) {
        let back_ms = self.passed.map_or(0, |last| last.since_ms(now));
        if back_ms > 0 {
            self.set_back(back_ms);
        }
        self.passed = Some(now);
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

    /// Moves what lasts for a while along with a clock that was set back: an hour on the wall is no hour that passed.
    fn set_back(&mut self, by_ms: i64) {
        let of = &mut self.of;
        let all = of
            .deeds
            .timed()
            .chain(of.toasts.timed())
            .chain(of.sounds.timed())
            .chain(of.away.timed());
        for at in all {
            *at = at.plus_ms(-by_ms);
        }
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
