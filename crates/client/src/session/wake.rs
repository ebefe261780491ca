//! What comes due by the clock alone, and when the clock is next to be looked at.

use campanile_core::{
    change::Mark, inbox::Item, quiet::NIGHT_ENDS, time::Timestamp, zone::WallTime,
};
use chrono::NaiveDate;

use super::{Session, refill::AGAIN_MS};
use crate::{effect::Effect, store::RETENTION_MS, view::Part};

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
        self.see_day(now);
        self.see_quiet(now);
        self.bring_back(now);
        if self.of.deeds.is_final(now) {
            self.let_go();
        }
        self.show_due(now);
        self.play_due(now);
        self.settle_waiting(now);
        self.tell_late(now);
    }

    /// Moves what lasts for a while along with a clock that was set back: an hour on the wall is no hour that passed.
    fn set_back(&mut self, by_ms: i64) {
        let of = &mut self.of;
        let all = of
            .deeds
            .timed()
            .chain(of.toasts.timed())
            .chain(of.sounds.timed())
            .chain(of.away.timed())
            .chain(of.elsewhere.timed());
        for at in all {
            *at = at.plus_ms(-by_ms);
        }
    }

    /// Takes note once a day that there may be something which retention no longer covers. The day alone is no reason
    /// to forget it: the clock on the wall may have jumped ahead, so the server is asked for its own (F29).
    pub(super) fn see_day(&mut self, now: Timestamp) {
        let today = self.today(now);
        if self.of.account.is_none() || self.of.seen_day == Some(today) {
            return;
        }
        self.of.seen_day = Some(today);
        self.of.is_to_prune = true;
        if self.of.link.is_up() {
            self.out.push(Effect::Check(Part::Clock));
        }
    }

    /// Forgets what retention no longer covers, here and in the store, once the server has told the time (design 10.11).
    /// It must be over by both clocks.
    pub(super) fn prune(&mut self, now: Timestamp) {
        if !std::mem::take(&mut self.of.is_to_prune) {
            return;
        }
        let at = now.min(self.of.link.corrected(now));
        let oldest = at.plus_ms(-RETENTION_MS);
        let over = |item: &Item| {
            let is_done = matches!(item.marked.mark, Mark::Read | Mark::Removed);
            is_done && item.marked.at < oldest && item.time < oldest
        };
        let items = self.of.inbox.items().filter(|(_, item)| over(item));
        let gone: Vec<_> = items.map(|(id, _)| id).collect();
        for id in &gone {
            self.of.inbox.forget(*id);
        }
        self.of.deeds.forget_answered(at.plus_ms(-AGAIN_MS));
        self.out.push(Effect::Prune(at));
        if !gone.is_empty() {
            self.list_changed();
        }
    }

    pub(super) fn today(&self, now: Timestamp) -> NaiveDate {
        self.zones.local(self.zone(), now).date
    }

    /// Returns when the day turns at midnight, or the night ends: the tray tells times by the one and "until morning" by the other.
    fn next_turn(&self, now: Timestamp) -> Option<Timestamp> {
        self.of.account.as_ref()?;
        let today = self.today(now);
        let tomorrow = today.succ_opt()?;
        [(today, NIGHT_ENDS), (tomorrow, WallTime::MIDNIGHT)]
            .into_iter()
            .map(|(date, time)| self.zones.instant(self.zone(), date, time))
            .find(|at| *at > now)
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
            of.elsewhere.next(),
            self.next_turn(now),
        ];
        // What is overdue all the same is looked at soon, and not over and over.
        moments
            .into_iter()
            .flatten()
            .min()
            .map(|at| at.max(now.plus_ms(1)))
    }
}
