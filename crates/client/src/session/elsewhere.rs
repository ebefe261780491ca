//! The agent's other desks: while the agent is active at one, the others wait a while before they interrupt (R5).

use std::collections::BTreeMap;

use campanile_core::{
    event::Notice,
    ids::EventId,
    time::{MINUTE_MS, SECOND_MS, Timestamp},
};
use campanile_protocol::changes::{Deed, PushedChange};

use super::{Session, announce::How};
use crate::{effect::Effect, words::Fate};

/// Who touched a machine so long ago is active there still.
const ACTIVE_MS: i64 = 2 * MINUTE_MS;
/// So long the other desks wait.
const WAIT_MS: i64 = 10 * SECOND_MS;
/// So often it is looked whether this machine is touched, while the agent wants the others to wait.
const LOOK_MS: i64 = 30 * SECOND_MS;
/// The server is told anew when what it knows holds for no longer than this.
const TELL_AGAIN_MS: i64 = MINUTE_MS;
/// So many notices wait at most; one beyond is told at once.
const MOST: usize = 200;

/// Where the agent is, and what waits for that.
#[derive(Debug, Default)]
pub struct Elsewhere {
    /// Until when the agent is active at some desk, by the server's clock.
    pub active_until: Option<Timestamp>,
    /// When this machine was last touched, as far as it is known.
    input_at: Option<Timestamp>,
    /// When it is looked for that again.
    look_at: Option<Timestamp>,
    /// Until when the server knows of it.
    told_until: Option<Timestamp>,
    /// What waits, each with the moment at which it is told all the same.
    waiting: BTreeMap<EventId, Timestamp>,
}

impl Elsewhere {
    /// Returns when something is next to be done.
    pub fn next(&self) -> Option<Timestamp> {
        self.waiting.values().chain(&self.look_at).min().copied()
    }

    /// Returns every moment that is a while from another.
    pub fn timed(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        let waiting = self.waiting.values_mut();
        waiting
            .chain(&mut self.look_at)
            .chain(&mut self.input_at)
            .chain(&mut self.told_until)
    }

    /// Forgets a notice that need not be told any more, and says whether it waited.
    pub fn forget(&mut self, id: EventId) -> bool {
        self.waiting.remove(&id).is_some()
    }

    /// Forgets what the server was told: it may be another one now, or have begun anew.
    pub fn untold(&mut self) {
        self.told_until = None;
    }

    fn is_active_here(&self, now: Timestamp) -> bool {
        self.input_at.is_some_and(|at| now < at.plus_ms(ACTIVE_MS))
    }
}

impl Session {
    /// Looks whether this machine is touched, every now and then while the agent wants the other desks to wait.
    pub(super) fn look_for_input(&mut self, now: Timestamp) {
        let wants = self.of.preferences.others_wait() && self.of.link.is_up();
        let elsewhere = &mut self.of.elsewhere;
        if !wants {
            elsewhere.look_at = None;
        } else if elsewhere.look_at.is_none_or(|at| at <= now) {
            elsewhere.look_at = Some(now.plus_ms(LOOK_MS));
            self.out.push(Effect::LookForInput);
        }
    }

    /// Takes in when this machine was last touched, and tells the other desks where that is news.
    pub(super) fn input(&mut self, idle_ms: Option<i64>, now: Timestamp) {
        let input_at = idle_ms.map(|idle_ms| now.plus_ms(-idle_ms.max(0)));
        self.of.elsewhere.input_at = input_at;
        if !self.of.elsewhere.is_active_here(now) {
            return;
        }
        // The agent is here: there is nothing to wait for.
        for due in self.of.elsewhere.waiting.values_mut() {
            *due = now;
        }
        self.tell_late(now);
        let Some(input_at) = input_at else { return };
        let knows = self.of.elsewhere.told_until;
        let is_fresh = knows.is_some_and(|until| until.since_ms(now) > TELL_AGAIN_MS);
        if is_fresh || !self.of.preferences.others_wait() || !self.of.link.is_up() {
            return;
        }
        self.of.elsewhere.told_until = Some(input_at.plus_ms(ACTIVE_MS));
        // It holds for the moment: it neither waits for an answer nor is it kept.
        self.out.push(Effect::Push(vec![PushedChange {
            id: self.ids.change(now),
            at: self.of.link.corrected(input_at),
            deed: Deed::Active {},
        }]));
    }

    /// Lets a notice wait, if the agent is active at another desk and not at this one; says whether it waits.
    pub(super) fn yields(&mut self, notice: &Notice, now: Timestamp) -> bool {
        let elsewhere = &mut self.of.elsewhere;
        let active = elsewhere.active_until;
        let yields = self.of.preferences.others_wait()
            && active.is_some_and(|until| self.of.link.corrected(now) < until)
            && !elsewhere.is_active_here(now)
            && elsewhere.waiting.len() < MOST;
        if yields {
            // The agent may just have come here.
            if elsewhere.waiting.is_empty() {
                elsewhere.look_at = Some(now);
            }
            elsewhere.waiting.insert(notice.id, now.plus_ms(WAIT_MS));
            self.of.texts.hold(notice);
            self.kept.toasting.push(notice.id);
        }
        yields
    }

    /// Tells what has waited long enough, as it is decided by then.
    pub(super) fn tell_late(&mut self, now: Timestamp) {
        let waiting = &self.of.elsewhere.waiting;
        let due = waiting.iter().filter(|(_, due)| **due <= now);
        let due: Vec<EventId> = due.map(|(id, _)| *id).collect();
        let mut notices = Vec::new();
        for id in &due {
            self.of.elsewhere.forget(*id);
            if !self.can_interrupt(*id, None, now) {
                continue;
            }
            match self.of.texts.find(*id) {
                Some(notice) => notices.push(notice.clone()),
                None => {
                    self.of.away.wait(*id, None);
                    self.of.away.sum_up(now);
                    self.kept.toasting.push(*id);
                }
            }
        }
        self.announce(&notices.iter().collect::<Vec<_>>(), How::Late, now);
        let toasting = &self.kept.toasting;
        let done = due.into_iter().filter(|id| !toasting.contains(id));
        self.kept.toasted.extend(done);
    }

    /// Notes that a notice waits, for who asks why it did not ring.
    pub(super) fn note_yielded(&mut self, id: EventId) {
        self.of.rulings.tell(id, Fate::Elsewhere);
        self.of.rulings.sound(id, Fate::Elsewhere);
    }
}
